import json

import numpy as np
import pytest

from st_keras.datasets.pairs.kitti_masks import KittiMasks
from tests.datasets.pairs.kitti_files import moving_boxes, write_npz, write_pickle
from tests.refusals import refused

LENGTHS = (4, 1, 2, 9)
MASKS, LATENTS = moving_boxes(LENGTHS)


@pytest.fixture
def path(tmp_path):
    return write_pickle(tmp_path / "a.pickle", MASKS, LATENTS)


def generator(seed=0):
    return np.random.default_rng(seed)


def places(factors):
    """`(sequence, frame)` of rows of factors, which are all different in this file."""
    rows = {row.tobytes(): (i, t) for i, v in enumerate(LATENTS) for t, row in enumerate(v)}
    assert len(rows) == sum(LENGTHS)
    return np.array([rows[row.astype("float32").tobytes()] for row in factors.reshape(-1, 3)])


def test_frames_belong_to_their_factors(path):
    frames, factors = KittiMasks(path).draw_pairs(50, generator())
    assert frames.shape == (50, 2, 64, 64, 1) and frames.dtype == np.uint8
    assert factors.shape == (50, 2, 3) and factors.dtype == np.float64
    wanted = [MASKS[i][t] for i, t in places(factors)]
    np.testing.assert_array_equal(frames.reshape(100, 64, 64), 255 * np.array(wanted, "uint8"))


@pytest.mark.parametrize("max_delta_t", [1, 3, 5])
def test_distribution_of_pairs(path, max_delta_t):
    count = 20000
    _, factors = KittiMasks(path, max_delta_t).draw_pairs(count, generator())
    start, end = places(factors[:, 0]), places(factors[:, 1])
    assert (start[:, 0] == end[:, 0]).all()
    # Every start is as likely as any other, whatever the length of its sequence; a distance is
    # uniform on 1..max_delta_t and cut at the end.
    expected = {}
    starts = [(i, t) for i, n in enumerate(LENGTHS) for t in range(n - 1)]
    for i, t in starts:
        for delta in range(1, max_delta_t + 1):
            key = (i, t, min(t + delta, LENGTHS[i] - 1))
            expected[key] = expected.get(key, 0) + 1 / len(starts) / max_delta_t
    keys, counts = np.unique(np.column_stack([start, end[:, 1]]), axis=0, return_counts=True)
    assert {tuple(key) for key in keys.tolist()} == set(expected)
    for key, got in zip(keys.tolist(), counts, strict=True):
        share = expected[tuple(key)]
        assert abs(got / count - share) < 5 * np.sqrt(share / count)


def test_images_are_uniform_over_frames(path):
    images, factors = KittiMasks(path).draw_images(15000, generator())
    assert images.shape == (15000, 64, 64, 1) and images.dtype == np.uint8
    where = places(factors)
    np.testing.assert_array_equal(images[7, ..., 0], 255 * MASKS[where[7, 0]][where[7, 1]])
    keys, counts = np.unique(where, axis=0, return_counts=True)
    assert len(keys) == 15 and set(keys[:, 0]) == {0, 2, 3}  # a lone frame is left out
    assert abs(counts - 1000).max() < 150


def test_same_generator_same_pairs(path):
    masks = KittiMasks(path)
    for one, two in zip(*(masks.draw_pairs(9, generator(4)) for _ in range(2)), strict=True):
        np.testing.assert_array_equal(one, two)


def test_pickle_and_npz_agree(path, tmp_path):
    other = KittiMasks(write_npz(tmp_path / "b.npz", MASKS, LATENTS))
    assert KittiMasks(path).card() == other.card()
    for one, two in zip(
        KittiMasks(path).draw_pairs(9, generator()), other.draw_pairs(9, generator()), strict=True
    ):
        np.testing.assert_array_equal(one, two)


def test_dataset_and_card(path):
    masks = KittiMasks(path, max_delta_t=2)
    batch = next(iter(masks.as_dataset(batch_size=6)))
    assert tuple(batch.shape) == (6, 2, 64, 64, 1) and set(np.unique(batch)) == {0.0, 1.0}
    card = json.loads(json.dumps(masks.card()))
    assert card["num_sequences"] == 3 and card["num_dropped"] == 1 and card["max_delta_t"] == 2
    assert card["num_frames"] == masks.num_frames == 15 and card["num_pairs"] == 12
    assert masks.scored_factors == ("center_y", "center_x", "area") and masks.factor_sizes is None
    assert "kitti_masks" in repr(masks)
    assert card["sha256"] != KittiMasks(path, sequences=[0]).card()["sha256"]


@pytest.mark.parametrize(
    ("sequences", "kept"),
    [([3, 0], [3, 0]), (slice(1, 3), [2]), (np.array([2], "int8"), [2]), (None, [0, 2, 3])],
)
def test_chosen_sequences(path, sequences, kept):
    masks = KittiMasks(path, sequences=sequences)
    assert masks.sequences.tolist() == kept
    for factors in (masks.draw_images(500, generator())[1], masks.draw_pairs(500, generator())[1]):
        assert set(places(factors)[:, 0]) == set(kept)


def test_split_holds_the_last_sequences_out(path):
    masks = KittiMasks(path)
    train, test = masks.split(test=1 / 3)
    assert train.sequences.tolist() == [0, 2] and test.sequences.tolist() == [3]
    assert masks.sequences.tolist() == [0, 2, 3] and masks.num_frames == 15
    assert set(places(train.draw_pairs(300, generator())[1])[:, 0]) == {0, 2}
    assert set(places(test.draw_images(300, generator())[1])[:, 0]) == {3}
    assert train.num_dropped == test.num_dropped == 0
    refused(r"KittiMasks.split: received test=0.1 of 3 sequences", masks.split, test=0.1)
    refused(r"test=1.5.*in \[0, 1\]", masks.split, test=1.5)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"max_delta_t": 0}, "max_delta_t=0.*at least 1"),
        ({"max_delta_t": 2.0}, "max_delta_t=2.0"),
        ({"sequences": [0, 4]}, r"sequences=\[0, 4\].*different integers, 0 to 3"),
        ({"sequences": [-1]}, r"sequences=\[-1\]"),
        ({"sequences": [2, 2]}, r"sequences=\[2, 2\]"),
        ({"sequences": []}, r"sequences=\[\]"),
        ({"sequences": [0.5]}, r"sequences=\[0.5\]"),
        ({"sequences": [1]}, "1 sequences, none of 2 frames or more"),
        ({"sequences": slice(9, 12)}, "0 sequences, none of 2 frames"),
    ],
)
def test_arguments(path, arguments, match):
    assert refused(match, KittiMasks, path, **arguments).startswith("KittiMasks: ")


@pytest.mark.needs_data
def test_real_masks_agree_with_their_factors(data_file):
    masks = KittiMasks(data_file("kitti_masks_kittimots_part.npz"))
    assert (len(masks.sequences), masks.num_frames, masks.num_pairs) == (627, 13352, 12725)
    frames, factors = masks.draw_pairs(3000, generator())
    ink = (frames[..., 0] > 0).reshape(-1, 64, 64)
    y, x = np.indices((64, 64))
    area = ink.sum((1, 2))
    assert area.min() >= 30  # sequences were cut where the mask is smaller
    recomputed = [(ink * y).sum((1, 2)) / area, (ink * x).sum((1, 2)) / area, area]
    np.testing.assert_allclose(np.stack(recomputed, 1), factors.reshape(-1, 3), atol=1e-5)
    # The paper's observation: most changes are small, few are large.
    change = factors[:, 1] - factors[:, 0]
    kurtosis = ((change - change.mean(0)) ** 4).mean(0) / change.var(0) ** 2 - 3
    assert (kurtosis > 2).all()


@pytest.mark.needs_data
def test_real_split_shares_no_recording(data_file):
    path = data_file("kitti_masks_kittimots_part.npz")
    video = np.load(path)["meta"][:, 0]
    train, test = KittiMasks(path).split(test=0.2)
    assert len(train.sequences) + len(test.sequences) == 627
    # The border may fall inside one recording, never further apart.
    assert len(set(video[train.sequences]) & set(video[test.sequences])) <= 1
