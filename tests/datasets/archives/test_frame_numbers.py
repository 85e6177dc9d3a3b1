import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from st_keras.datasets.archives.frame_numbers import NumberedFrames

FRAMES = np.arange(20 * 2 * 3, dtype="uint8").reshape(20, 2, 3)
FIRST = st.one_of(
    st.integers(-20, 19),
    st.slices(20),
    st.lists(st.integers(-20, 19), max_size=6).map(lambda found: np.array(found, int)),
    st.lists(st.booleans(), min_size=20, max_size=20).map(np.array),
    st.just(...),
)


def numbered(gap=1):
    asked = []

    def read(first, last):
        asked.append((first, last))
        return FRAMES[first : last + 1]

    return NumberedFrames(read, FRAMES.shape, gap=gap), asked


@given(first=FIRST, rest=st.slices(2), gap=st.integers(1, 30))
def test_it_is_indexed_as_an_array(first, rest, gap):
    frames, _ = numbered(gap)
    np.testing.assert_array_equal(frames[first], FRAMES[first])
    np.testing.assert_array_equal(frames[first, rest], FRAMES[first, rest])


def test_what_is_read():
    frames, asked = numbered()
    assert frames.shape == (20, 2, 3) and len(frames) == 20 and frames.dtype == np.uint8
    frames[[9, 3, 4, 9]]
    assert asked == [(3, 4), (9, 9)]
    frames, asked = numbered(gap=4)
    frames[2:14:3]
    frames[[0, 10, 13]]
    assert asked == [(2, 11), (0, 0), (10, 13)]
    assert frames[3:3].shape == (0, 2, 3)
    with pytest.raises(IndexError):
        frames[20]
