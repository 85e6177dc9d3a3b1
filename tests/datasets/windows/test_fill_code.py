"""Codes for "no data" that nobody has named: warned of, and nothing else is."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets import load_array_file
from st_keras.datasets.windows.fill_code import warn_of_fill_code
from st_keras.datasets.windows.frame_scan import scan_frames
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.missing_value import missing_codes
from tests.datasets.lazy_sources import Lazy


def rain(dtype="float32", most=40):
    values = np.random.default_rng(0).gamma(0.3, 3.0, (4, 8, 16, 16)).clip(0, most)
    values[1, 2, 3, :2] = 0, most
    return values.astype(dtype)


def codes(frames, missing_value=None, axes="NTHW"):
    """The codes that are warned of, and the texts."""
    view = view_frames("here", frames, axes)
    missing_value = missing_codes("here", missing_value, view.dtype)
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


@pytest.mark.parametrize(
    ("dtype", "code"),
    [
        ("int64", np.iinfo("int64").max),
        ("uint64", np.iinfo("uint64").max),
        ("int64", -9223372036854775806),
        ("int64", 2**53 + 1),
    ],
)
def test_codes_that_no_float_holds_are_named_as_they_stand(dtype, code):
    frames = rain().astype(dtype)
    frames[:, 0, :2] = code
    _, said = codes(frames)
    assert f"Pass missing_value={code} (" in said[0]
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
        np.digitize(rain(), [1, 5, 10]) * 85,  # a picture of four grey values
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


@pytest.mark.parametrize(
    ("code", "dtype", "low", "high", "warned"),
    [
        (255, "uint8", 0, 171, True),  # of radar codes
        (255, "uint8", 0, 200, False),
        (254, "uint8", 0, 171, False),
        (255, "int16", 0, 171, False),
        (-32768, "int16", 0, 32000, True),
        (-99, "float32", -30, 70, True),
        (-98, "float32", -30, 70, False),
        (-999, "float64", 0, 1500, True),
        (0, "float32", 180, 300, True),  # kelvin
        (0, "uint8", 130, 250, True),
        (0, "uint8", 70, 250, False),
    ],
)
def test_numbers_that_are_customary_as_codes_may_be_nearer(code, dtype, low, high, warned):
    frames = np.linspace(low, high, 4 * 8 * 16 * 16).reshape(4, 8, 16, 16).astype(dtype)
    frames[1, 2, :2, 3] = code
    assert codes(frames)[0] == ([code] if warned else [])


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_the_rule(data):
    numbers = st.integers(0, 20) | st.just(99)
    frames = np.array([data.draw(numbers) for _ in range(24)]).reshape(1, 6, 2, 2)
    low, high = frames.min(), frames.max()
    if low == high:
        return
    expected = []
    for code, end in ((low, high), (high, low)):
        rest = frames[frames != code]
        gap, share = abs(rest - code).min(), 0.25 if code == 99 else 0.5
        gaps = np.diff(np.unique(rest))
        if gap > share * abs(end - code) and len(gaps) and (frames == code).sum() > 1:
            expected += [code] if gap > 2 * gaps.max() else []
    assert codes(frames)[0] == expected


def test_most_data_need_no_second_look():
    source = Lazy(np.random.default_rng(0).random((400, 4, 4)))
    view = view_frames("here", source)
    scan = scan_frames("here", view)
    source.largest = 0
    warn_of_fill_code("here", view, scan)
    assert source.largest <= 16


@pytest.mark.needs_data
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("radar_fmi_2016_2017_5min.npz:dbz_code_20160928", 255),
        ("radar_knmi_20100826_5min.npz:precip_hundredths_mm", 65535),
        ("radar_mrms_20190610_2min_3win.npz:rate_tenths_mm_per_h", None),
        ("video_nasa_13013_gray_90x160.npz:gray", None),
    ],
)
def test_real_data(data_file, name, code):
    file, _, key = name.partition(":")
    frames = load_array_file(f"{data_file(file)}:{key}")
    assert codes(frames, axes=None)[0] == ([] if code is None else [code])
