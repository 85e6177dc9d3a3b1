import json

import numpy as np
import pytest

from st_keras.datasets.windows.missing_value import (
    check_missing_value,
    find_missing,
    missing_codes,
    show_missing_value,
)
from tests.refusals import refused

NAN, INF = float("nan"), float("inf")


def refuses(value, dtype, match):
    assert refused(match, check_missing_value, "here", value, np.dtype(dtype)).startswith("here: ")


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (255, "uint8"),
        (255.0, "uint8"),
        (np.uint16(65535), "uint16"),
        (-9999, "int16"),
        (-(2**63), "int64"),
        (-9999, "float16"),
        (9.969209968386869e36, "float32"),
        (-99.9, "float32"),
        (NAN, "float32"),
        (-INF, "float64"),
        (np.float32(-9999), ">f4"),
        (1, "bool"),
    ],
)
def test_is_found_in_frames_of_its_dtype(value, dtype):
    frames = np.zeros((2, 3), dtype)
    with np.errstate(all="raise"):
        frames[1, 2] = value
    codes = missing_codes("here", value, frames.dtype)
    assert np.argwhere(find_missing(frames, codes)).tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (-9999, "uint8"),
        (256, "uint8"),
        (0.5, "int32"),
        (NAN, "int16"),
        (1e5, "float16"),
        (2, "bool"),
        (10**400, "int64"),
        (10**400, "float32"),
    ],
)
def test_values_that_the_frames_cannot_hold(value, dtype):
    refuses(value, dtype, f"missing_value={value!r} for frames of {dtype}.*that {dtype} can hold")


@pytest.mark.parametrize("value", ["-9999", True, 1j, [1], np.bool_(True)])
def test_no_number(value):
    refuses(value, "float32", "missing_value=.*NaN is one too.*missing_value=-9999")


def test_nothing_is_missing_without_a_value():
    assert check_missing_value("here", None, np.dtype("uint8")) is None
    assert missing_codes("here", None, np.dtype("uint8"), nan_is_missing=True) == ()
    assert find_missing(np.zeros(3), ()) is None


def test_several_codes_and_nan():
    frames = np.array([0, -99, 3, NAN, -999], "float32")
    codes = missing_codes("here", (-99, -999), frames.dtype, nan_is_missing=True)
    assert find_missing(frames, codes).tolist() == [False, True, False, True, True]
    assert show_missing_value(codes) == [-99, -999, "nan"]
    assert len(missing_codes("here", (NAN, -99), frames.dtype, nan_is_missing=True)) == 2
    refused("missing_value=0.5 for", missing_codes, "here", (1, 0.5), np.dtype("int16"))


@pytest.mark.parametrize(
    ("value", "shown"), [(NAN, "nan"), (-INF, "-inf"), (np.uint8(7), 7), (-0.5, -0.5), (None, None)]
)
def test_shown_as_json(value, shown):
    codes = missing_codes("here", value, np.dtype("uint8" if shown == 7 else "float32"))
    assert json.loads(json.dumps(show_missing_value(codes), allow_nan=False)) == shown
