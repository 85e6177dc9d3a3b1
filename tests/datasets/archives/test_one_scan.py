import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from st_keras.datasets.archives.one_scan import OneScan

FRAME = np.arange(12, dtype="uint8").reshape(3, 4)
PART = st.one_of(
    st.integers(-1, 0),
    st.slices(1),
    st.just(...),
    st.just([0]),
    st.just(np.array([True])),
)
REST = st.tuples(st.one_of(st.integers(-3, 2), st.slices(3)), st.one_of(st.slices(4)))


class Recorded:
    """Keeps what it was asked for."""

    shape, dtype = FRAME.shape, FRAME.dtype

    def __init__(self):
        self.asked = []

    def __getitem__(self, index):
        self.asked.append(index)
        return FRAME[index]


@given(first=PART, rest=REST, length=st.integers(0, 2))
def test_it_is_an_array_with_an_axis_of_one(first, rest, length):
    index = (first, *rest[:length])
    np.testing.assert_array_equal(OneScan(FRAME)[index], FRAME[None][index])


def test_no_more_is_read_than_asked():
    values = Recorded()
    scan = OneScan(values)
    assert scan.shape == (1, 3, 4) and len(scan) == 1 and scan.dtype == np.uint8
    assert scan[:, 1:2, 3].tolist() == [[7]] and scan[0].shape == (3, 4)
    assert scan[1:, :2].shape == (0, 2, 4)
    assert values.asked == [(slice(1, 2), 3), ...]
    with pytest.raises(IndexError, match="frame 1 of 1"):
        scan[1]
