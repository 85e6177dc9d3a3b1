import numpy as np
import pytest
import xarray
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets.readers.cf_coding import coding_of
from tests.refusals import refused

NAN = np.nan


def coded(codes, dtype="int16", **attributes):
    return xarray.DataArray(np.array(codes, dtype), name="rain", attrs=attributes)


def decoded(codes, dtype="int16", missing_value=None, **attributes):
    array = coded(codes, dtype, **attributes)
    return coding_of("test", array, missing_value).decode(array.values)


def same(values, expected, dtype="float32"):
    np.testing.assert_array_equal(values, np.array(expected, dtype), strict=True)


def test_a_whole_scale_does_not_overflow():
    """xarray multiplies in the type of the scale: 400 * 100 is -25536 in int16."""
    same(decoded([400, -400], scale_factor=np.int16(100)), [40000.0, -40000.0])
    same(decoded([200], "uint8", scale_factor=np.uint8(2), add_offset=np.uint8(100)), [500.0])


def test_fill_values_are_codes():
    same(decoded([5, -1, -2], scale_factor=0.5, _FillValue=np.int16(-1)), [2.5, NAN, -1.0])
    same(decoded([5, -1, -2], missing_value=[-1], _FillValue=-2), [5.0, NAN, NAN])
    array = coded([5, -1, -2, 7], _FillValue=-1)
    array.attrs["missing_value"] = np.array([-2, 7], "int16")
    same(coding_of("test", array).decode(array.values), [5, NAN, NAN, NAN])
    # A float32 in the file and the number as JSON has it.
    same(decoded([0.1, -9999.9], "float32", _FillValue=-9999.9), [0.1, NAN])
    same(decoded([1, 2], "uint8", _FillValue=-1), [1, 2], "uint8")
    same(decoded([9.969209968386869e36, 1], "float32"), [NAN, 1.0])


def test_types_without_a_coding_stay():
    for dtype in ("uint8", "int32", "bool", "float32", "float64"):
        same(decoded([0, 1], dtype), [0, 1], dtype)
    same(decoded([0, 1], "float16"), [0, 1], "float32")
    same(decoded([0, 1], "float64", _FillValue=0.0), [NAN, 1], "float64")


@pytest.mark.parametrize(
    "attributes",
    [{"valid_range": np.array([0, 100], "int16")}, {"valid_min": 0, "valid_max": 100}],
)
def test_what_is_outside_of_the_valid_range_is_missing(attributes):
    same(decoded([-1, 0, 100, 101], scale_factor=2.0, **attributes), [NAN, 0.0, 200.0, NAN])


def test_limits_in_floats_are_limits_of_values():
    same(decoded([-1, 0, 50, 51], scale_factor=2.0, valid_range=[0.0, 100.0]), [NAN, 0, 100, NAN])
    same(decoded([0.5, -0.5], "float32", valid_min=np.float32(0)), [0.5, NAN])
    same(decoded([1, 2], "int16", valid_max=1.0), [1, NAN])


def test_limits_of_codes_that_xarray_unpacked():
    array = coded([0.0, -0.5, 60.0], "float32", valid_range=np.array([0, 100], "int16"))
    array.encoding.update(dtype=np.dtype("int16"), scale_factor=0.5)
    same(coding_of("test", array).decode(array.values), [0.0, NAN, NAN])
    array.encoding.update(scale_factor=-0.5)
    same(coding_of("test", array).decode(array.values), [0.0, -0.5, NAN])


def test_unsigned_bytes_of_classic_files():
    codes = np.array([0, 200, 255], "uint8").view("int8")
    array = coded(codes, "int8", _Unsigned="true", _FillValue=np.int8(-1), scale_factor=0.5)
    same(coding_of("test", array).decode(array.values), [0.0, 100.0, NAN])
    same(decoded(codes, "int8", _Unsigned="true"), [0, 200, 255], "uint8")
    same(decoded(codes, "int8", _Unsigned="true", valid_max=np.int8(-56)), [0, 200, NAN])


def test_bytes_in_the_other_order():
    for dtype, attributes in ((">f4", {}), (">i2", {}), (">i2", {"_Unsigned": "true"})):
        array = coded([1, 2], dtype, **attributes)
        values = coding_of("test", array).decode(array.values)
        assert values.dtype.isnative and values.tolist() == [1, 2]


def test_flags_that_say_no_data():
    attributes = {"flag_values": np.array([252, 253, 255], "uint8")}
    attributes["flag_meanings"] = "no_data clutter outside_coverage"
    same(decoded([1, 252, 253, 255], "uint8", **attributes), [1, NAN, 253, NAN])


@settings(max_examples=30, deadline=None)
@given(
    codes=st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1, max_size=9),
    scale=st.floats(2.0**-10, 2.0**10).map(np.float32),
    offset=st.floats(-1000, 1000).map(np.float32),
)
def test_values_are_those_of_numpy_in_double_precision(codes, scale, offset):
    values = decoded(codes, scale_factor=scale, add_offset=offset, _FillValue=np.int16(7))
    exact = np.array(codes) * float(scale) + float(offset)
    expected = np.where(np.array(codes) == 7, NAN, exact).astype("float32")
    same(values, expected)


@pytest.mark.parametrize("dtype", ["<U3", "S3", "O", "M8[s]", "complex64"])
def test_what_is_no_number_is_refused(dtype):
    array = xarray.DataArray(np.zeros(2, "uint8").astype(dtype), name="notes")
    refused("^test: received notes of dtype .*real numbers", coding_of, "test", array)


@pytest.mark.parametrize(
    "attributes",
    [
        {"scale_factor": "0.5"},
        {"scale_factor": 0},
        {"add_offset": np.inf},
        {"valid_range": [0, 1, 2]},
        {"_FillValue": "none"},
        {"valid_min": np.array(["a"])},
    ],
)
def test_attributes_that_are_no_numbers(attributes):
    (name,) = attributes
    refused(f"the attribute {name}=.*Correct", coding_of, "test", coded([1], **attributes))


def test_a_product_that_overflowed_before_it_came_is_refused():
    array = xarray.Dataset({"rain": coded([400], scale_factor=np.int16(100))})
    array = xarray.decode_cf(array)["rain"]
    text = "int16 values that xarray made of int16 codes, scale_factor=100"
    if array.dtype.kind == "i":  # what xarray does today
        refused(f"{text}.*mask_and_scale=False", coding_of, "test", array)
    else:
        same(coding_of("test", array).decode(array.values), [40000.0], array.dtype)
    array = coded([4], "int32")
    array.encoding.update(dtype=np.dtype("int8"), scale_factor=100)
    same(coding_of("test", array).decode(array.values), [4], "int32")
