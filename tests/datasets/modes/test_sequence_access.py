import types

import numpy as np
import pytest

from st_keras.datasets import MovingDigits, SequenceDataset
from st_keras.datasets.modes.mixed_modes import MixedModes
from st_keras.datasets.modes.sequence_access import SequenceAccess

RADAR = np.random.default_rng(0).integers(0, 200, (2, 12, 8, 9), "uint8")


class Counted:
    """Sequences of their own number; remembers what was asked."""

    num_sequences, num_frames, image_shape = 5, 2, (1, 1, 1)

    def __init__(self):
        self.calls = []

    def sequences(self, start, count):
        self.calls.append((start, count))
        values = np.arange(start, start + count, dtype="float32")
        return np.broadcast_to(values[:, None, None, None, None], (count, 2, 1, 1, 1))


def test_windows():
    windows = SequenceDataset.from_arrays(RADAR, context_length=3, horizon=4)
    access = SequenceAccess("doc", "radar", windows)
    assert access.image_shape == (8, 9, 1) and access.num_frames == 7
    assert access.num_sequences == 12 and access.value_range == windows.value_range
    frames = access.read([11, 12, 3])
    expected = np.stack([windows.window(i) for i in (11, 0, 3)])
    np.testing.assert_array_equal(frames, expected)
    assert frames.dtype == np.float32


def test_endless_and_fixed_digits():
    endless = SequenceAccess("doc", "digits", MovingDigits(num_frames=3))
    assert endless.num_sequences is None and endless.value_range == (0.0, 1.0)
    assert endless.num_frames == 3 and endless.image_shape == (64, 64, 1)
    far = MovingDigits(num_frames=3).sequences(10**9, 2)
    np.testing.assert_array_equal(endless.read([10**9, 10**9 + 1]), far)
    mixture = SequenceAccess("doc", "mixture", MixedModes(num_sequences=4))
    assert mixture.num_sequences == 4 and mixture.value_range == (0.0, 1.0)


def test_numbers_that_follow_one_another_are_read_in_one_call():
    dataset = Counted()
    access = SequenceAccess("doc", "own", dataset)
    assert access.value_range is None
    assert access.read([3, 4, 5, 6, 2])[:, 0, 0, 0, 0].tolist() == [3, 4, 0, 1, 2]
    assert dataset.calls == [(3, 2), (0, 3)]
    assert access.read([1, 1])[:, 0, 0, 0, 0].tolist() == [1, 1]


def test_refusals():
    with pytest.raises(ValueError, match=r"doc: received 'a' of type ndarray.*num_windows.*Pass"):
        SequenceAccess("doc", "a", RADAR)
    with pytest.raises(ValueError, match="'b' of type SimpleNamespace"):
        SequenceAccess("doc", "b", types.SimpleNamespace(sequences=lambda start, count: None))
    empty = Counted()
    empty.num_sequences = 0
    with pytest.raises(ValueError, match=r"'c' without a sequence.*at least one"):
        SequenceAccess("doc", "c", empty)
