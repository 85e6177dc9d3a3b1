import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets.modes.mode_source import ModeSource, check_names, name_key
from tests.refusals import refused


class Numbered(ModeSource):
    """Frames that tell mode and rank: 1000 * code + rank in every pixel."""

    image_shape, num_frames = (2, 3, 1), 4

    def __init__(self, num_sequences=None, seed=0, names="abc"):
        self.members = {name: 1 + k for k, name in enumerate(names)}
        self.num_sequences, self.seed = num_sequences, seed

    def read_mode(self, mode, first, count):
        value = 1000 * self.members[mode] + np.arange(first, first + count, dtype="float32")
        return np.broadcast_to(value[:, None, None, None, None], (count, 4, 2, 3, 1))

    def card(self):
        return {}


def told(frames):
    return np.asarray(frames)[:, 0, 0, 0, 0].astype(int)


def test_frames_follow_labels_and_ranks_count_within_a_mode():
    source = Numbered()
    labels, numbers = source.mode_labels(0, 60), told(source.sequences(0, 60))
    np.testing.assert_array_equal(numbers // 1000 - 1, labels)
    for mode in range(3):
        assert (numbers[labels == mode] % 1000).tolist() == list(range(20))


@pytest.mark.parametrize("start, count", [(0, 1), (1, 5), (200, 9), (64 * 3 - 1, 4)])
def test_any_part_equals_that_part_of_the_whole(start, count):
    whole = Numbered().sequences(0, 300)
    part = Numbered().sequences(start, count)
    np.testing.assert_array_equal(part, whole[start : start + count])
    assert part.dtype == np.float32 and part.flags.c_contiguous and part.flags.writeable


def test_only_gives_the_sequences_of_the_mode_in_their_order():
    for total in (4, 7, 30):
        source = Numbered(total, seed=5)
        labels = source.mode_labels(0, total)
        for label, mode in enumerate(source.modes):
            alone = source.only(mode)
            assert alone.modes == (mode,) and alone.num_sequences == (labels == label).sum()
            expected = source.sequences(0, total)[labels == label]
            np.testing.assert_array_equal(alone.sequences(0, alone.num_sequences), expected)
            assert not alone.mode_labels(0, alone.num_sequences).any()
            again = alone.only(mode)
            assert again.num_sequences == alone.num_sequences
        assert source.modes == ("a", "b", "c") and source.num_sequences == total
    endless = Numbered().only("b")
    assert endless.num_sequences is None and told(endless.sequences(7, 2)).tolist() == [2007, 2008]


def test_batches_equal_sequences_for_every_batch_size_and_start():
    source = Numbered(seed=2)
    expected = source.sequences(0, 24)
    for size in (1, 3, 8):
        data = source.as_dataset(size, prefetch=False)
        assert data.element_spec == tf.TensorSpec((size, 4, 2, 3, 1), tf.float32)
        assert data.cardinality() == tf.data.INFINITE_CARDINALITY
        np.testing.assert_array_equal(np.concatenate(list(data.take(24 // size))), expected)
    later = next(iter(source.as_dataset(8, first_batch=2))).numpy()
    np.testing.assert_array_equal(later, expected[16:])


@pytest.mark.parametrize("total", [10, 12])
def test_fixed_sets_and_labels(total):
    source = Numbered(total)
    data = source.as_dataset(4, labels=True)
    size = None if total % 4 else 4
    frames_spec, labels_spec = data.element_spec
    assert frames_spec == tf.TensorSpec((size, 4, 2, 3, 1), tf.float32)
    assert labels_spec == tf.TensorSpec((size,), tf.int64)
    assert len(data) == 3 and len(source.as_dataset(4)) == 3
    for _ in range(2):  # the second time as the first
        frames, labels = zip(*data, strict=True)
        np.testing.assert_array_equal(np.concatenate(frames), source.sequences(0, total))
        np.testing.assert_array_equal(np.concatenate(labels), source.mode_labels(0, total))


def test_endless_labels_start_anywhere():
    data = Numbered().as_dataset(5, first_batch=10**6, labels=True)
    assert data.cardinality() == tf.data.INFINITE_CARDINALITY
    frames, labels = next(iter(data))
    np.testing.assert_array_equal(labels, Numbered().mode_labels(5 * 10**6, 5))
    np.testing.assert_array_equal(frames, Numbered().sequences(5 * 10**6, 5))


def test_pairs_are_shared_out_over_replicas(two_replicas):
    data = two_replicas.experimental_distribute_dataset(Numbered(8).as_dataset(4, labels=True))
    seen = [two_replicas.experimental_local_results(labels) for _, labels in data]
    seen = np.concatenate([part for parts in seen for part in parts])
    np.testing.assert_array_equal(seen, Numbered().mode_labels(0, 8))


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: Numbered().sequences(-1, 2), "Numbered: received start=-1"),
        (lambda: Numbered().mode_labels(0, 0), "count=0"),
        (lambda: Numbered(3).sequences(2, 2), "2 to 3.*num_sequences=3"),
        (lambda: Numbered(3).mode_labels(3, 1), "3 to 3.*num_sequences=3"),
        (lambda: Numbered().only("d"), "Numbered.only.*mode='d'.*'a', 'b', 'c'"),
        (lambda: Numbered().as_dataset(0), "batch_size=0"),
        (lambda: Numbered().as_dataset(2, first_batch=-1), "first_batch=-1"),
        (lambda: Numbered(3).as_dataset(2, first_batch=1), "for a fixed set"),
        (lambda: check_names("doc", "modes", ["a", ""]), "modes with the name ''"),
        (lambda: check_names("doc", "modes", [7]), "modes with the name 7"),
    ],
)
def test_refusals(call, match):
    refused(match, call)


def test_a_mode_that_a_small_set_has_not():
    source = Numbered(1)
    present = source.modes[source.mode_labels(0, 1)[0]]
    assert source.only(present).num_sequences == 1
    absent = next(mode for mode in source.modes if mode != present)
    refused(r"1 sequences hold none.*num_sequences=3 or more", source.only, absent)


def test_name_key_is_a_promise():
    assert name_key("two_digits") == int("74c19d7796f39b17", 16)
