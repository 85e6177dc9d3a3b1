"""Codes for "no data" that nobody has named: warned of, and nothing else is."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets.fill_code import warn_of_fill_code
from st_keras.datasets.frame_scan import scan_frames
from st_keras.datasets.frame_view import view_frames
from st_keras.datasets.missing_value import check_missing_value
from tests.datasets.lazy_sources import Lazy


def rain(dtype="float32", most=40):
    values = np.random.default_rng(0).gamma(0.3, 3.0, (4, 8, 16, 16)).clip(0, most)
    values[1, 2, 3, :2] = 0, most
    return values.astype(dtype)


def codes(frames, missing_value=None):
    """The codes that are warned of, and the texts."""
    view = view_frames("here", frames, "NTHW")
    missing_value = check_missing_value("here", missing_value, view.dtype)
    scan = scan_frames("here", view, missing_value)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = warn_of_fill_code("here", view, scan, missing_value)
    return found, [str(warning.message) for warning in said]


@pytest.mark.parametrize(
    "place", [np.s_[:, :, :2, :2], np.s_[1, 5, 3, 2:4], np.s_[2], np.s_[::3, 1]]
)
@pytest.mark.parametrize(
    ("code", "dtype", "most", "shown"),
    [
        (-9999, "float32", 40, "-9999"),
        (-9999, "int16", 40, "-9999"),
        (-9999.9, "float32", 40, "-9999.9"),
        (9.969209968386869e36, "float32", 40, "9.96921e+36"),
        (-3.4e38, "float32", 40, "-3.4e+38"),
        (255, "uint8", 70, "255"),
        (65535, "uint16", 2000, "65535"),
        (1e20, "float64", 40, "1e+20"),
    ],
)
def test_codes_are_named(code, dtype, most, shown, place):
    frames = rain(dtype, most)
    frames[place] = code
    found, said = codes(frames)
    assert len(found) == 1 and frames.dtype.type(found[0]) == frames.dtype.type(code)
    assert said[0].startswith("here: received frames in which " + shown)
    assert f"from 0 to {most:g}" in said[0] and "Required:" in said[0]
    assert f"Pass missing_value={shown} (--missing-value={shown} on" in said[0]
    assert codes(Lazy(frames))[0] == found
    assert codes(frames, missing_value=code) == ([], [])


def test_two_codes_are_named_one_after_the_other():
    frames = rain()
    frames[:, 0], frames[:, 1] = -9999, 9.97e36
    first, _ = codes(frames)
    assert np.float32(first) == np.float32(9.97e36)
    assert codes(frames, first[0])[0] == [-9999]


@pytest.mark.parametrize(
    "frames",
    [
        rain(),
        np.where(rain() > 5, 200, 0),  # of two values none is the other's code
        rain().clip(0, 10),  # saturated
        rain() > 5,
        np.random.default_rng(0).integers(0, 256, (4, 8, 16, 16), "uint8"),
        np.random.default_rng(0).normal(size=(4, 8, 16, 16)),
        np.arange(4 * 8 * 16 * 16.0).reshape(4, 8, 16, 16) ** 3,
    ],
    ids=str,
)
def test_data_are_no_codes(frames):
    assert codes(frames) == ([], [])


def test_one_outlier_is_no_code():
    frames = rain()
    frames[2, 3, 4, 5] = 1000
    assert codes(frames) == ([], [])
    frames[2, 3, 4, 6] = 1000
    assert codes(frames)[0] == [1000]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_the_rule(data):
    numbers = st.integers(0, 12)
    frames = np.array([data.draw(numbers) for _ in range(24)]).reshape(1, 6, 2, 2)
    low, high = frames.min(), frames.max()
    if low == high:
        return
    expected = []
    for code, end in ((low, high), (high, low)):
        rest = frames[frames != code]
        apart = (abs(rest - code) > abs(end - code) / 2).all()
        if apart and len(set(rest)) > 1 and (frames == code).sum() > 1:
            expected.append(code)
    assert codes(frames)[0] == expected


def test_most_data_need_no_second_look():
    source = Lazy(np.random.default_rng(0).random((400, 4, 4)))
    view = view_frames("here", source)
    scan = scan_frames("here", view)
    source.largest = 0
    warn_of_fill_code("here", view, scan)
    assert source.largest <= 16
