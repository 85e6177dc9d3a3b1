"""One look at all values: extremes, gaps, and what is missing."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets.windows import frame_view
from st_keras.datasets.windows.frame_scan import scan_frames
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.missing_value import check_missing_value, missing_codes
from tests.refusals import refused

WHOLE = [(0, 0, 4)]


def scan(frames, axes=None, missing_value=None):
    view = view_frames("here", frames, axes)
    return scan_frames("here", view, missing_codes("here", missing_value, view.dtype))


def refuses(match, *args, **kwargs):
    assert refused(match, scan, *args, **kwargs).startswith("here: ")


@settings(max_examples=40)
@given(
    holes=st.sets(st.tuples(*[st.integers(0, n - 1) for n in (2, 5, 4, 3)]), min_size=1),
    value=st.sampled_from([np.nan, np.inf, -np.inf]),
    block=st.sampled_from([1, 24, 36, 2**22]),
    dtype=st.sampled_from(["float16", "float32", "float64"]),
)
def test_gaps_are_counted_and_the_first_is_named(holes, value, block, dtype):
    frames = np.random.default_rng(0).random((2, 5, 4, 3)).astype(dtype)
    for hole in holes:
        frames[hole] = value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_view, "_BLOCK_VALUES", block)
        first = str(min(holes)).replace("(", r"\(").replace(")", r"\)")
        refuses(
            f"{len(holes)} NaN or infinite values.* {value} at index {first} of axes NTHW.*"
            rf"missing_value=float\('{value}'\)",
            frames,
            "NTHW",
        )


@settings(max_examples=60)
@given(
    holes=st.sets(st.tuples(*[st.integers(0, n - 1) for n in (2, 5, 2, 3)]), max_size=40),
    code=st.sampled_from([255, -9999, float("nan"), 9.97e36]),
    dtype=st.sampled_from(["uint8", "int16", "float32", "float64"]),
    block=st.sampled_from([1, 12, 2**22]),
)
def test_missing_values_are_counted_and_left_out(holes, code, dtype, block):
    frames = np.random.default_rng(0).integers(1, 200, (2, 5, 2, 3)).astype(dtype)
    try:
        held = check_missing_value("here", code, frames.dtype)
    except ValueError:
        return
    known = np.ma.array(frames, mask=False)
    for hole in holes:
        frames[hole] = held
        known[hole] = np.ma.masked
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frame_view, "_BLOCK_VALUES", block)
        found = scan(frames, "NTHW", code)
    np.testing.assert_array_equal(found.missing, known.mask.sum((2, 3)))
    empty = known.mask.all((2, 3))
    low, high = known.min((2, 3)).filled(0), known.max((2, 3)).filled(0)
    np.testing.assert_array_equal(found.low, np.where(empty, np.inf, low))
    np.testing.assert_array_equal(found.high, np.where(empty, -np.inf, high))
    spans = [(0, 1, 4), (1, 0, 2)]
    assert found.count_missing(spans) == known.mask[0, 1:4].sum() + known.mask[1, :2].sum()


def test_other_values_that_are_not_finite_are_still_refused():
    frames = np.random.default_rng(0).random((4, 3, 3))
    frames[0, 0, 0], frames[2, 1, 1] = np.nan, np.inf
    refuses(r"1 NaN or infinite values.* inf at index \(2, 1, 1\)", frames, missing_value=np.nan)
    refuses(r"2 NaN or infinite values.* nan at index \(0, 0, 0\)", frames, missing_value=-9999)


def test_index_uses_the_axes_of_the_user():
    frames = np.zeros((4, 3, 3, 2))
    frames[2, 1, 0, 1] = np.nan
    refuses(r"\(2, 1, 0, 1\) of axes THWC", frames)
    refuses(r"\(1, 0, 2, 1\) of axes HWTC", frames.transpose(1, 2, 0, 3), "HWTC")


@pytest.mark.parametrize("value", [0, 7, -2.5, True, 1e9])
def test_constant(value):
    refuses("constant frames.*nothing to learn", np.full((4, 3, 5), value))


def test_constant_but_for_missing_values():
    frames = np.full((4, 3, 5), 7)
    frames[1] = 255
    refuses("constant frames: every value is 7", frames, missing_value=255)
    refuses("every value is the missing value 255", np.full((4, 3, 5), 255), missing_value=255)


def test_constant_in_float32():
    frames = 1e9 + np.random.default_rng(0).random((4, 3, 5))
    refuses("float32.*subtract a large offset", frames)


def test_beyond_float32():
    frames = np.random.default_rng(0).random((4, 3, 5))
    frames[1, 2, 0] = -1e300
    refuses("-1e.300.*within float32.*missing_value", frames)
    assert scan(frames, missing_value=-1e300).missing.sum() == 1


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "uint64", "float16", "float64", ">f4"])
def test_real_dtypes(dtype):
    frames = np.array([0, 1, 1, 0] * 15).reshape(4, 3, 5).astype(dtype)
    assert scan(frames).value_range(WHOLE) == (0.0, 1.0)


def test_value_range_looks_at_its_spans_only(monkeypatch):
    monkeypatch.setattr(frame_view, "_BLOCK_VALUES", 10)
    found = scan(np.arange(2 * 10 * 4).reshape(2, 10, 2, 2), "NTHW")
    assert found.value_range([(0, 2, 5), (1, 0, 1)]) == (8.0, 43.0)


@pytest.mark.parametrize("missing_value", [None, 255])
def test_scanning_takes_little_memory(missing_value):
    frames = np.random.default_rng(0).integers(0, 256, (400, 200, 200), "uint8")
    tracemalloc.start()
    scan(frames, missing_value=missing_value)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < frames.nbytes
