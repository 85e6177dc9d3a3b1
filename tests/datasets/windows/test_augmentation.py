"""Augmentation: each change by itself on small arrays, all parts together, the same draws again."""

import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets import SequenceDataset, augment
from tests.refusals import refused

RNG = np.random.default_rng(0)
FRAMES = RNG.gamma(0.5, 2.0, (8, 3, 4, 4, 1)).astype("float32")
FRAMES[RNG.random(FRAMES.shape) < 0.2] = 0.0
FRAMES[RNG.random(FRAMES.shape) < 0.2] = np.nan


def one(element, **kwargs):
    """The one batch that is made of an element."""
    (changed,) = augment(tf.data.Dataset.from_tensors(element), **kwargs)
    return tf.nest.map_structure(lambda part: part if part is None else part.numpy(), changed)


def which(changed, candidates):
    """Number of the only candidate that each sample equals."""
    equal = np.array(
        [
            [np.array_equal(sample, other, equal_nan=True) for other in others]
            for sample, *others in zip(changed, *candidates, strict=True)
        ]
    )
    assert (equal.sum(axis=1) == 1).all()
    return equal.argmax(axis=1)


def test_flips():
    batch = np.tile(FRAMES, (50, 1, 1, 1, 1))
    flipped = [batch, batch[:, :, ::-1], batch[:, :, :, ::-1], batch[:, :, ::-1, ::-1]]
    found = which(one(batch, flips=0.3), flipped)
    share = np.bincount(found, minlength=4) / len(batch)
    # 0.49, 0.21, 0.21, 0.09: both are drawn by themselves.
    np.testing.assert_allclose(share, [0.49, 0.21, 0.21, 0.09], atol=0.09)


def test_turns_by_quarters():
    batch = np.tile(FRAMES, (50, 1, 1, 1, 1))
    turned = [np.rot90(batch, k, axes=(2, 3)) for k in range(4)]
    share = np.bincount(which(one(batch, turns=0.75), turned), minlength=4) / len(batch)
    np.testing.assert_allclose(share, 0.25, atol=0.08)
    # With flips all eight images of a square.
    eight = turned + [each[:, :, ::-1] for each in turned]
    assert len(np.unique(which(one(batch, turns=0.75, flips=0.5), eight))) == 8


def test_time_reversal():
    found = which(one(FRAMES, time_reversal=0.5, seed=1), [FRAMES, FRAMES[:, ::-1]])
    assert 0 < found.sum() < len(FRAMES)


def test_scaling():
    batch = np.tile(FRAMES, (50, 1, 1, 1, 1))
    changed = one(batch, scaling=(0.5, 2.0), scaling_probability=0.5)
    np.testing.assert_array_equal(np.isnan(changed), np.isnan(batch))
    np.testing.assert_array_equal(changed == 0, batch == 0)
    factors = changed / np.where(batch > 0, batch, np.nan)
    low, high = np.nanmin(factors, axis=(1, 2, 3, 4)), np.nanmax(factors, axis=(1, 2, 3, 4))
    np.testing.assert_allclose(low, high, rtol=1e-6)
    left = np.isclose(low, 1.0, atol=1e-6)
    assert abs(left.mean() - 0.5) < 0.1
    logs = np.log2(low[~left])
    assert -1 <= logs.min() < -0.9 and 0.9 < logs.max() <= 1 and abs(logs.mean()) < 0.15


def test_frames_future_and_weights_move_together():
    weights = RNG.random(FRAMES.shape).astype("float32")
    given = {"flips": 0.5, "turns": 0.7, "time_reversal": 0.5, "seed": 5}
    frames, nothing, moved = one((FRAMES, None, weights), **given)
    assert nothing is None
    # Each is known by its place: what moved the weights has moved the frames.
    for before, weight, after, other in zip(FRAMES, weights, frames, moved, strict=True):
        order = np.argsort(weight, axis=None)
        np.testing.assert_array_equal(
            after.ravel()[np.argsort(other, axis=None)], before.ravel()[order]
        )
    assert not np.array_equal(moved, weights)
    # The same as context and future, with weights of no channel.
    context, future, again = one((FRAMES[:, :1], FRAMES[:, 1:], weights[..., 0]), **given)
    np.testing.assert_array_equal(np.concatenate([context, future], axis=1), frames)
    np.testing.assert_array_equal(again, moved[..., 0])
    # Weights of sequences, and of the future alone, where time keeps its direction.
    alone = np.arange(8.0)
    assert one((FRAMES, None, alone), **given)[2].tolist() == alone.tolist()
    given["time_reversal"] = 0.0
    frames, _, moved = one((FRAMES, None, weights[:, 1:]), **given)
    whole = one((FRAMES, None, weights), **given)
    np.testing.assert_array_equal(moved, whole[2][:, 1:])
    np.testing.assert_array_equal(frames, whole[0])


def wind(frames, rows_north):
    """Motion of a frame's one bright pixel, eastward and northward, from its places."""
    places = [np.unravel_index(frame[..., 0].argmax(), frame.shape[:2]) for frame in frames]
    (y, x), (later_y, later_x) = places[0], places[-1]
    return later_x - x, (later_y - y) * (1 if rows_north else -1)


@pytest.mark.parametrize("north_up", [True, False])
def test_winds_go_where_the_rain_goes(north_up):
    # A bright pixel that moves by (1, 2) a frame, and the wind that moves it.
    batch = np.zeros((64, 2, 5, 5, 3), "float32")
    batch[:, 0, 1, 1, 0] = batch[:, 1, 2, 3, 0] = 1.0
    batch[..., 1:] = wind(batch[0], not north_up)
    changed = one(
        batch, flips=0.5, turns=0.75, time_reversal=0.5, channels=("rain", "u", "v"),
        vectors=[("u", "v")], north_up=north_up,
    )  # fmt: skip
    for sample in changed:
        assert (sample[..., 1:] == wind(sample, not north_up)).all()
    assert len(np.unique(changed[:, 0, 0, 0, 1:], axis=0)) == 8


def test_only_named_channels_are_scaled():
    both = np.concatenate([FRAMES, np.full_like(FRAMES, 280.0)], axis=-1)
    changed = one(both, scaling=(2.0, 2.0), channels=("rain", "t2m"), scaled="rain")
    np.testing.assert_array_equal(changed, both * [2, 1])


def test_resumed_and_sharded_runs_draw_the_same():
    data = SequenceDataset.from_arrays(np.nan_to_num(FRAMES[..., 0]), 1, 1, axes="NTHW")
    given = {"flips": 0.5, "turns": 0.5, "scaling": (0.5, 2.0), "seed": 3}

    def batches(count, first=0, **kwargs):
        dataset = data.as_dataset(4, shuffle=True, repeat=True, first_batch=first, **kwargs)
        row = 4 * kwargs["shard"][0] // 2 if kwargs else 0
        changed = augment(dataset, first_batch=first, first_row=row, **given)
        assert changed.element_spec == dataset.element_spec
        return [batch.numpy() for batch in changed.take(count)]

    whole = batches(7)
    np.testing.assert_array_equal(batches(3, first=4), whole[4:])
    halves = [np.stack(batches(7, shard=(index, 2))) for index in (0, 1)]
    np.testing.assert_array_equal(np.concatenate(halves, axis=1), whole)
    given["seed"] = 4
    assert not np.array_equal(batches(7), whole)


def test_epochs_differ_and_a_smaller_last_batch_is_changed_too():
    dataset = tf.data.Dataset.from_tensor_slices(FRAMES).batch(5)
    changed = augment(dataset, flips=0.5, scaling=(0.5, 2.0))
    assert len(changed) == 2
    epochs = [np.concatenate(list(changed.as_numpy_iterator())) for _ in range(2)]
    assert epochs[0].shape == FRAMES.shape and not np.array_equal(*epochs, equal_nan=True)
    again = augment(dataset, flips=0.5, scaling=(0.5, 2.0))
    for epoch in epochs:
        np.testing.assert_array_equal(np.concatenate(list(again.as_numpy_iterator())), epoch)


def test_one_change_more_leaves_the_others_as_they_are():
    # Flips of a frame are known from the order of its pixels.
    batch = np.abs(np.nan_to_num(FRAMES)) + 1
    plain, scaled = one(batch, flips=0.5), one(batch, flips=0.5, scaling=(2.0, 2.0))
    np.testing.assert_array_equal(scaled, 2 * plain)


SPEC = {"flips": 0.5}
WIDE = np.zeros((2, 3, 4, 6, 1), "float32")


@pytest.mark.parametrize(
    "element, kwargs, message",
    [
        (FRAMES, {}, "no change to make.*flips=0.5"),
        (FRAMES, {"flips": 0, "scaling": (1, 2), "scaling_probability": 0}, "no change to make"),
        (FRAMES, {"flips": 1.5}, "flips=1.5"),
        (FRAMES, {"scaling": (2, 1)}, r"scaling=\(2, 1\).*0 < low <= high"),
        (FRAMES, {"scaling": 2}, "scaling=2"),
        (FRAMES, {**SPEC, "first_batch": 3}, "first_batch=3 with a dataset that ends"),
        (WIDE, {"turns": 0.5}, "turns with frames of 4 x 6 pixels"),
        (WIDE.astype("uint8"), {"scaling": (1, 2)}, "scaling or vectors with frames of uint8"),
        ({"frames": FRAMES, "actions": FRAMES}, SPEC, "elements .*a tuple"),
        (FRAMES[0], SPEC, r"frames of shape \(3, 4, 4, 1\)"),
        ((FRAMES, FRAMES[:, :, :2]), SPEC, "context .* and future .*one size"),
        ((FRAMES, None, FRAMES[:, 0, :, :, 0]), SPEC, "weights of shape"),
        (
            (FRAMES, None, FRAMES[:, 1:]),
            {"time_reversal": 0.5},
            "time_reversal with weights of 2 frames for sequences of 3",
        ),
        (FRAMES, {**SPEC, "channels": ("a", "b")}, r"channels=\('a', 'b'\) for frames of 1"),
        (FRAMES, {**SPEC, "channels": ("u10",)}, "channels u10, which look like components"),
        (FRAMES, {**SPEC, "channels": ("northward_wind",)}, "northward_wind, which look like"),
        (FRAMES, {**SPEC, "vectors": [("u", "v")]}, "vectors=.*of channels 0"),
        (np.repeat(FRAMES, 2, -1), {"scaling": (1, 2)}, "scaling of 2 channels"),
        (FRAMES, {"scaling": (1, 2), "scaled": ["rain"]}, "scaled=.*of channels 0"),
    ],
)
def test_errors(element, kwargs, message):
    refused(f"augment: received .*{message}", one, element, **kwargs)


def test_speeds_are_no_components_and_scaling_needs_no_pairs():
    assert one(FRAMES, flips=0.5, channels=("wind_speed",)).shape == FRAMES.shape
    assert one(FRAMES, scaling=(1.0, 2.0), channels=("u",)).shape == FRAMES.shape
