"""Arrays of several files as one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from st_keras.datasets.archives.joined_values import FrameSources, JoinedValues
from tests.datasets.lazy_sources import Lazy

PARTS = [np.random.default_rng(k).random((size, 3, 4)) for k, size in enumerate((1, 4, 2))]


@given(start=st.integers(-8, 8), stop=st.integers(-8, 8), step=st.sampled_from([1, 2, -1]))
def test_slices_as_numpy_does(start, stop, step):
    whole, joined = np.concatenate(PARTS), JoinedValues(PARTS, 0)
    np.testing.assert_array_equal(joined[start:stop:step], whole[start:stop:step])
    np.testing.assert_array_equal(joined[start:stop, 1:, 2], whole[start:stop, 1:, 2])
    if -7 <= start < 7:
        np.testing.assert_array_equal(joined[start], whole[start])
        np.testing.assert_array_equal(joined[..., 1], whole[..., 1])
    else:
        with pytest.raises(IndexError, match=f"entry {start} of 7"):
            joined[start]


@pytest.mark.parametrize("axis", [1, 2])
def test_along_other_axes(axis):
    parts = [np.moveaxis(part, 0, axis) for part in PARTS]
    whole, joined = np.concatenate(parts, axis), JoinedValues(parts, axis)
    index = [slice(None)] * 3
    index[axis] = slice(1, 6)
    np.testing.assert_array_equal(joined[tuple(index)], whole[tuple(index)])
    np.testing.assert_array_equal(joined[1, 0:2], whole[1, 0:2])
    np.testing.assert_array_equal(joined[1, 2, 1], whole[1, 2, 1])


def test_reads_no_more_than_it_is_asked_for_in_the_widest_type():
    sources = [
        Lazy(part.astype(dtype)) for part, dtype in zip(PARTS, ("f4", "u1", "f4"), strict=True)
    ]
    joined = JoinedValues(sources, 0)
    assert joined[5:6].dtype == joined.dtype == "float32"
    assert [source.largest for source in sources] == [0, 0, 12]


def test_sources():
    sources = FrameSources(["a", "b", "c"], [2, 1, 3])
    assert [sources[t] for t in range(6)] == ["a", "a", "b", "c", "c", "c"] and len(sources) == 6
