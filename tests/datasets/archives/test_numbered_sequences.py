import numpy as np
import pytest

from st_keras.datasets.archives.numbered_sequences import NumberedSequences

NUMBERS = np.random.default_rng(0).integers(0, 99, (4, 7, 3, 2))
INDICES = [
    (2, slice(1, 4)),
    (slice(1, 3), 5, slice(0, 2)),
    (slice(None), slice(None, None, 2), 1, 1),
    ([3, 0], slice(6, 2, -1)),
    -1,
    slice(2, 2),
]


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_as_the_array(index):
    asked = []

    def read(n, first, last):
        asked.append((n, first, last))
        return NUMBERS[n, first : last + 1]

    sequences = NumberedSequences(read, NUMBERS.shape, "int64")
    np.testing.assert_array_equal(sequences[index], NUMBERS[index])
    assert len(asked) == np.size(np.arange(4)[index[0] if isinstance(index, tuple) else index])


def test_numbers_that_there_are_not():
    sequences = NumberedSequences(lambda *_: None, (4, 7))
    with pytest.raises(IndexError):
        sequences[4]
    assert len(sequences) == 4
