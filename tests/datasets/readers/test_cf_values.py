import pickle
import threading

import numpy as np
import pytest

from st_keras.datasets.readers.absent_chunks import AbsentChunks
from st_keras.datasets.readers.cf_coding import CfCoding
from st_keras.datasets.readers.cf_values import CfValues

CODES = np.arange(2 * 3 * 4 * 5, dtype="int16").reshape(2, 3, 4, 5)
CODING = CfCoding(scale=0.5, offset=1.0, missing=(7, 64), dtype=np.dtype("float32"))
WHOLE = np.where(np.isin(CODES, (7, 64)), np.nan, CODES / 2 + 1).astype("float32")
INDICES = [
    (),
    1,
    (0, slice(1, 3)),
    (slice(None), 2, slice(0, 4, 2)),
    (..., 3),
    (1, ..., slice(2, None)),
    (0, 0, 0, 0),
    (0, 1, 2, 4),
    slice(None, None, -1),
]


@pytest.mark.parametrize("index", INDICES)
def test_a_slice_is_that_of_the_whole(index):
    values = CfValues(CODES, CODING)
    assert values.shape == CODES.shape and values.dtype == np.float32
    np.testing.assert_array_equal(values[index], WHOLE[index])
    assert np.asarray(values[index]).dtype == np.float32


@pytest.mark.parametrize(
    "index", [(), 0, (0, 1), (slice(None), 1, slice(0, 3, 2)), (..., 3), (slice(1, 2), 0)]
)
def test_axes_left_out_and_a_leading_one(index):
    values = CfValues(CODES[:, :, :1], CODING, kept=(0, 1, 3), leading=True)
    whole = WHOLE[None, :, :, 0]
    assert values.shape == (1, 2, 3, 5) == whole.shape
    np.testing.assert_array_equal(values[index], whole[index])


def test_nothing_is_read_but_what_is_asked_for():
    asked = []

    class Codes:
        shape, dtype = CODES.shape, CODES.dtype

        def __getitem__(self, index):
            asked.append(index)
            return CODES[index]

    CfValues(Codes(), CODING)[1, 2]
    assert asked == [(1, 2, slice(None), slice(None))]


def test_absent_chunks_are_missing_whatever_the_slice():
    grid = np.zeros((1, 3, 2, 2), bool)
    grid[0, 1, 0, 1] = grid[0, 2] = True
    values = CfValues(CODES, CODING, absent=AbsentChunks(grid, (2, 1, 2, 3), CODES.shape))
    whole = WHOLE.copy()
    whole[:, 1, :2, 3:] = whole[:, 2] = np.nan
    for index in INDICES:
        np.testing.assert_array_equal(values[index], whole[index])


def test_threads_and_processes():
    values, wrong = CfValues(CODES, CODING), []

    def read():
        for _ in range(50):
            if not np.array_equal(values[1], WHOLE[1], equal_nan=True):
                wrong.append(1)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(values))[:], WHOLE)
