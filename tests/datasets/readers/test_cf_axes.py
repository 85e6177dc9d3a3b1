import numpy as np
import pytest
import xarray

from st_keras.datasets.readers.cf_axes import axes_of, letter_of
from tests.refusals import refused


def array(sizes, coords=None):
    return xarray.DataArray(np.zeros(list(sizes.values())), dims=list(sizes), coords=coords)


@pytest.mark.parametrize(
    "dims, axes",
    [
        ("time y x", "THW"),
        ("x time y", "WTH"),
        ("Time lat lon", "THW"),
        ("times latitude longitude", "THW"),
        ("event time band y x", "NTCHW"),
        ("time south_north west_east channels", "THWC"),
        ("y x", "HW"),
        ("channel y x", "CHW"),
        ("step lat lon", "THW"),
        ("sample lat lon step", "NHWT"),
    ],
)
def test_common_names_in_any_order(dims, axes):
    sizes = {dim: 3 + at for at, dim in enumerate(dims.split())}
    assert "".join(axes_of("test", array(sizes)).values()) == axes


@pytest.mark.parametrize(
    "attributes, letter",
    [
        ({"axis": "Y"}, "H"),
        ({"axis": "x"}, "W"),
        ({"standard_name": "projection_x_coordinate"}, "W"),
        ({"standard_name": "latitude", "units": "degrees_east"}, "H"),
        ({"units": "degrees_east"}, "W"),
        ({"units": "degreeN"}, "H"),
        ({"units": "minutes since 2026-01-01"}, "T"),
        ({"standard_name": "forecast_period"}, "step"),
        ({"axis": "Z"}, None),
        ({"units": "m"}, None),
    ],
)
def test_cf_attributes(attributes, letter):
    one = array({"a": 3}, {"a": ("a", np.arange(3), attributes)})
    assert letter_of(one, "a") == letter


def test_attributes_come_before_names():
    """A file whose x runs north: its attributes are right, whatever it is called."""
    coords = {"x": ("x", np.arange(3.0), {"axis": "Y"}), "y": ("y", np.arange(4.0), {"axis": "X"})}
    assert axes_of("test", array({"x": 3, "y": 4}, coords)) == {"x": "H", "y": "W"}


def test_types_of_coordinates():
    days = np.array(["2026-06-01", "2026-06-02"], "M8[ns]")
    coords = {"a": days, "b": np.array([0, 5], "m8[m]")}
    one = array({"a": 2, "b": 2, "y": 3, "x": 4}, coords)
    assert axes_of("test", one) == {"a": "N", "b": "T", "y": "H", "x": "W"}


def test_dimensions_of_one_entry():
    assert axes_of("test", array({"time": 1, "height": 1, "y": 1, "x": 4})) == {
        "time": "T",
        "y": "H",
        "x": "W",
    }
    assert axes_of("test", array({"time": 1, "step": 5, "y": 2, "x": 2}))["step"] == "T"
    assert axes_of("test", array({"time": 5, "step": 1, "y": 2, "x": 2}))["time"] == "T"
    assert axes_of("test", array({"lat": 3, "y": 1, "lon": 4})) == {"lat": "H", "lon": "W"}


def test_no_names_at_all():
    assert axes_of("test", array({"dim_0": 3, "dim_1": 4, "dim_2": 5})) is None
    assert axes_of("test", array({"phony_dim_3": 3, "phony_dim_0": 4})) is None


@pytest.mark.parametrize(
    "sizes, text",
    [
        ({"time": 3, "level": 2, "y": 4, "x": 5}, r"level \(2\).* level is not known"),
        ({"time": 3, "y": 4}, r"y is rows\. Required: one for rows, one for columns"),
        ({"lat": 3, "y": 4, "x": 5}, "lat is rows, y is rows"),
        ({"event": 3, "y": 4, "x": 5}, "event is sequences"),
        ({"event": 2, "time": 3, "step": 2, "y": 4, "x": 5}, "time is time, step is time"),
        ({"time": 3, "dim_0": 4, "dim_1": 5}, "dim_0 is not known, dim_1 is not known"),
        ({}, "an array without dimensions"),
    ],
)
def test_what_cannot_be_told_is_refused(sizes, text):
    refused(f"^test: received .*{text}", axes_of, "test", array(sizes))
