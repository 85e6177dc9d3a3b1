import inspect
import json
import time

import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets import MovingDigits, load_digit_images
from st_keras.datasets.modes.digit_mode import DIGIT_MODES, DigitMode
from st_keras.datasets.modes.mixed_modes import MixedModes
from st_keras.datasets.modes.rotating_scaling_motion import rotating_scaling_motion
from st_keras.datasets.modes.tracks import Tracks
from tests.refusals import refused

DIGITS = np.random.default_rng(0).integers(1, 256, (40, 6, 5), "uint8")
ALL = tuple(DIGIT_MODES)


def small(**changes):
    return MixedModes(
        **{"modes": ALL, "source": DIGITS, "image_size": (20, 24), "num_frames": 12, **changes}
    )


def lit(frames):
    """Share of pixels, per sequence and frame."""
    return (frames[..., 0] > 0.1).mean(axis=(2, 3))


def test_default_batches():
    mixture = MixedModes()
    assert mixture.modes == ("one_digit", "two_digits", "three_digits")
    data = mixture.as_dataset(6)
    assert data.element_spec == tf.TensorSpec((6, 20, 64, 64, 1), tf.float32)
    frames = next(iter(data)).numpy()
    assert frames.min() == 0 and frames.max() == 1
    np.testing.assert_array_equal(frames, mixture.sequences(0, 6))
    labels = mixture.mode_labels(0, 150)
    ink = lit(mixture.sequences(0, 150)).mean(axis=1)
    means = [ink[labels == k].mean() for k in range(3)]
    assert 1.7 < means[1] / means[0] < 2.2 and 1.2 < means[2] / means[1] < 1.6


def test_a_sequence_does_not_depend_on_its_batch():
    mixture = small(seed=2**40)
    whole = mixture.sequences(1000, 20)
    assert whole.flags.c_contiguous and whole.dtype == np.float32
    for start, count in [(0, 1), (3, 4), (13, 7)]:
        part = mixture.sequences(1000 + start, count)
        np.testing.assert_array_equal(part, whole[start : start + count])
    again = small(seed=2**40).sequences(1000, 20)
    np.testing.assert_array_equal(again, whole)


def test_only_gives_the_sequences_of_the_mixture():
    mixture = small(num_sequences=17)
    frames, labels = mixture.sequences(0, 17), mixture.mode_labels(0, 17)
    assert np.bincount(labels).min() == 2 and np.bincount(labels).max() == 3
    for label, mode in enumerate(ALL):
        alone = mixture.only(mode)
        assert isinstance(alone, MixedModes) and repr((mode,)) in repr(alone)
        expected = frames[labels == label]
        np.testing.assert_array_equal(alone.sequences(0, len(expected)), expected)
        # The other modes of a mixture change nothing.
        by_itself = small(modes=(mode,)).sequences(0, len(expected))
        np.testing.assert_array_equal(by_itself, expected)


def test_seed_split_mode_and_rank_change_the_frames():
    frames = [
        small(seed=seed, split=split).only(mode).sequences(rank, 1)
        for seed in (0, 1)
        for split in ("train", "validation", "test")
        for mode in ("two_digits", "accelerating")
        for rank in (0, 1)
    ]
    assert all(not np.array_equal(a, b) for i, a in enumerate(frames) for b in frames[:i])


def test_splits_move_differently_even_with_the_same_digits():
    alike = np.repeat(DIGITS[:1], 40, axis=0)
    train, test = (small(source=alike, split=split).sequences(0, 7) for split in ("train", "test"))
    assert all(not np.array_equal(a, b) for a, b in zip(train, test, strict=True))


def test_splits_show_disjoint_digits():
    def resting(rng, num_digits, num_frames):
        return Tracks(np.zeros((num_digits, num_frames, 2)))

    seen = {}
    for split in ("train", "validation", "test"):
        mixture = small(modes={"resting": DigitMode(1, resting)}, split=split, num_frames=1)
        boxes = np.rint(255 * mixture.sequences(0, 300)[:, 0, :6, :5, 0]).astype("uint8")
        seen[split] = {box.tobytes() for box in boxes}
        assert seen[split] == {image.tobytes() for image in load_digit_images(DIGITS, split)[0]}
    assert not seen["train"] & seen["test"] and not seen["validation"] & seen["test"]


def test_two_digits_look_like_moving_digits():
    ours = MixedModes(modes=("two_digits",)).sequences(0, 300)
    theirs = MovingDigits(num_digits=2).sequences(0, 300)
    assert not np.array_equal(ours[0], theirs[0])
    for score in (
        lambda frames: frames.mean(axis=(1, 2, 3, 4)),
        lambda frames: lit(frames).mean(axis=1),
        lambda frames: np.abs(np.diff(frames, axis=1)).mean(axis=(1, 2, 3, 4)),
        lambda frames: (frames[..., 0].sum(axis=3) > 0).mean(axis=(1, 2)),  # rows with ink
    ):
        a, b = score(ours), score(theirs)
        error = np.sqrt(a.var() / 300 + b.var() / 300)
        assert abs(a.mean() - b.mean()) < 4 * error


def test_frames_of_the_modes():
    mixture = MixedModes(modes=ALL)
    frames = {mode: mixture.only(mode).sequences(0, 40) for mode in ALL}
    ink = {mode: lit(f) for mode, f in frames.items()}
    assert all((ink[mode] > 0).all() for mode in ALL[:3])
    # Straight: all there at first, nothing left at the end.
    assert (ink["straight"][:, 0] > 0).all() and (ink["straight"][:, -1] == 0).all()
    # Appearing: full frames and frames with less than both digits; never two digits in all.
    most = ink["appearing_disappearing"].max(axis=1)
    assert (ink["appearing_disappearing"].min(axis=1) < 0.7 * most).all()
    empty = ink["appearing_disappearing"] == 0
    assert empty.any() and not empty.all(axis=1).any()
    # Accelerating: digits never leave.
    assert (ink["accelerating"] > 0).all()
    # Rotating and scaling: a single digit's ink changes with its size, where others only move.
    single = {"turning": DigitMode(1, rotating_scaling_motion)}
    turning = MixedModes(modes=single).sequences(0, 40).sum(axis=(2, 3, 4))
    steady = mixture.only("one_digit").sequences(0, 40).sum(axis=(2, 3, 4))
    np.testing.assert_allclose(np.ptp(steady, axis=1), 0, atol=1e-3 * steady.max())
    assert ((turning.max(axis=1) / turning.min(axis=1)) > 1.3).mean() > 0.9


def test_modes_of_ones_own():
    crowd = DigitMode(5, DIGIT_MODES["straight"].motion)
    mixture = small(modes={"crowd": crowd, "plain": DIGIT_MODES["one_digit"]})
    assert mixture.modes == ("crowd", "plain")
    first = mixture.only("crowd").sequences(0, 30)[:, 0]
    assert (first > 0).mean() > 2 * (mixture.only("plain").sequences(0, 30)[:, 0] > 0).mean()
    assert small(modes=["one_digit"]).modes == ("one_digit",)


def test_card_and_repr():
    mixture = MixedModes(split="test", num_sequences=5, seed=3)
    card = json.loads(json.dumps(mixture.card()))
    assert card["generator"] == "MixedModes" and card["source"] == "sklearn"
    assert card["num_digit_images"] == 270 and card["image_size"] == [64, 64]
    assert list(card["modes"]) == ["one_digit", "two_digits", "three_digits"]
    assert card["modes"]["two_digits"] == {"num_digits": 2, "motion": "bouncing_motion"}
    assert card["digit_images_sha256"] == MovingDigits(split="test").card()["digit_images_sha256"]
    assert "split='test'" in repr(mixture) and "seed=3" in repr(mixture)
    assert list(mixture.only("one_digit").card()["modes"]) == ["one_digit"]
    assert small().card()["source"] == "array" and small().value_range == (0.0, 1.0)


def test_the_card_does_not_tell_where_the_file_lies(tmp_path):
    np.savez(
        tmp_path / "my.npz", **dict.fromkeys(("x_train", "x_test"), np.ones((9, 28, 28), "u1"))
    )
    assert MixedModes(source=tmp_path / "my.npz").card()["source"] == "my.npz"


@pytest.mark.parametrize(
    "arguments, match",
    [
        ({"modes": ("two_digits", "four_digits")}, "four_digits.*'one_digit', .*DigitMode"),
        ({"modes": ("straight", "straight")}, "straight.*each once"),
        ({"modes": ([], "straight")}, "names out of"),
        ({"modes": "straight"}, r"modes='straight'.*Pass modes=\('two_digits',\)"),
        ({"modes": ()}, "no modes.*at least one"),
        ({"modes": {}}, "no modes.*at least one"),
        ({"modes": {"mine": 2}}, "'mine' of type int.*DigitMode"),
        ({"modes": {3: DIGIT_MODES["straight"]}}, "modes with the name 3"),
        ({"num_frames": 0}, "num_frames=0"),
        ({"num_sequences": 0}, "num_sequences=0"),
        ({"seed": -1}, "seed=-1"),
        ({"split": "all"}, "split='all'"),
        ({"image_size": 6}, r"MixedModes: received image_size=\(6, 6\) for digits of \(6, 5\)"),
    ],
)
def test_refusals(arguments, match):
    refused(match, small, **arguments)


def quickest(call, repeats=5):
    took = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        took.append(time.process_time() - start)
    return min(took)


def test_late_sequences_cost_as_much_as_early_ones():
    mixture = MixedModes(modes=ALL)
    early = quickest(lambda: mixture.sequences(0, 14))
    late = quickest(lambda: mixture.sequences(10**12, 14))
    assert late < 5 * early


def test_time_grows_with_the_number_of_sequences_and_no_faster():
    mixture = MixedModes(modes=ALL)
    assert quickest(lambda: mixture.sequences(0, 112)) < 24 * quickest(
        lambda: mixture.sequences(0, 14)
    )


def test_signature():
    parameters = inspect.signature(MixedModes).parameters
    assert list(parameters) == [
        "modes",
        "source",
        "split",
        "image_size",
        "num_frames",
        "num_sequences",
        "seed",
    ]


@pytest.mark.needs_data
def test_turning_digits_are_like_moving_mnist_plus_plus(data_file):
    with np.load(data_file("moving_mnist_pp_test_first200.npz"), allow_pickle=False) as content:
        published = content["sequences"][..., None] / np.float32(255)
        brightness = content["appearance_mult"].mean()
    three = {"three_turning": DigitMode(3, rotating_scaling_motion)}
    ours = MixedModes(modes=three, source=data_file("mnist.npz")).sequences(0, 60)
    ours = ours * np.float32(brightness)
    for score in (
        np.mean,
        lambda frames: lit(frames).mean(),
        lambda frames: np.abs(np.diff(frames, axis=1)).mean(),
        lambda frames: frames.std(),
    ):
        ratio = score(ours) / score(published)
        assert 1 / 1.5 < ratio < 1.5
