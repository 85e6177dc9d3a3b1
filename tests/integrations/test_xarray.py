"""Nowcasts of xarray arrays: what is read of them, and what the dataset says."""

import numpy as np
import pytest
import xarray

from st_keras.integrations.xarray import forecast
from st_keras.models import Nowcaster
from tests.moving_fields import moving
from tests.refusals import refused

MODEL = Nowcaster(residual=None)
SIZE = (32, 48)
SCANS = np.datetime64("2026-06-01T12:00", "ns") + np.arange(8) * np.timedelta64(5, "m")


def rain(frames=8, **attributes):
    values = np.maximum(np.exp(moving(SIZE, (1, -1), frames)[0]) - 1, 0).transpose(2, 0, 1)
    return xarray.DataArray(
        values.astype("float32"),
        dims=("time", "y", "x"),
        coords={
            "time": SCANS[:frames],
            "y": ("y", 1000.0 * np.arange(SIZE[0]), {"units": "m"}),
            "x": ("x", 1000.0 * np.arange(SIZE[1]), {"units": "m"}),
        },
        attrs={"units": "mm/h", **attributes},
    )


def context(array):
    return array.values[None, -6:, ..., None]


def test_the_field_is_that_of_the_model_and_says_when_and_where_it_is():
    array = rain()
    found = forecast(array, MODEL, horizon=3, optimise_for="mean")
    assert list(found.data_vars) == ["rainfall_rate"]
    field = found["rainfall_rate"]
    expected = MODEL.forecast(context(array), 3, "mean")[0, ..., 0]
    np.testing.assert_array_equal(field.values, expected)
    assert field.dims == ("lead_time", "y", "x")
    assert field.attrs["units"] == "mm/h"
    assert field.attrs["standard_name"] == "lwe_precipitation_rate"
    assert field.attrs["long_name"] == "rain rate"
    minutes = found["lead_time"].values / np.timedelta64(1, "m")
    assert minutes.tolist() == [5, 10, 15]
    assert found["valid_time"].values[-1] == np.datetime64("2026-06-01T12:50")
    assert found["reference_time"].values == SCANS[-1]
    np.testing.assert_array_equal(found["x"].values, array["x"].values)


def test_members_and_probabilities_stand_beside_it():
    array = rain()
    found = forecast(array, MODEL, horizon=2, members=3, seed=4, thresholds=[0.7, 5.0])
    members = MODEL.forecast(context(array), 2, members=3, seed=4)[0, ..., 0]
    drawn, probable = found["rainfall_rate_members"], found["exceedance_probability"]
    assert drawn.dims == ("realization", "lead_time", "y", "x")
    np.testing.assert_array_equal(drawn.values, members)
    assert probable.dims == ("threshold", "lead_time", "y", "x") and probable.attrs["units"] == "1"
    assert found["threshold"].values.tolist() == [0.7, 5.0]
    exceedance = MODEL.forecast_distribution(context(array), 2).exceedance(0.7)
    np.testing.assert_array_equal(probable.sel(threshold=0.7).values, exceedance[0, ..., 0])


def test_axes_in_any_order_and_other_units():
    array = rain()
    expected = forecast(array, MODEL, horizon=2)
    turned = forecast(array.transpose("x", "time", "y"), MODEL, horizon=2)
    xarray.testing.assert_equal(turned, expected)
    flux = (array / 3600.0).assign_attrs(units="kg m-2 s-1")
    found = forecast(flux, MODEL, horizon=2)["rainfall_rate"]
    assert found.attrs["units"] == "mm/h"
    np.testing.assert_allclose(found.values, expected["rainfall_rate"].values, atol=2e-3)


def test_arrays_of_dask_and_without_times():
    array = rain()
    expected = forecast(array, MODEL, horizon=2)
    xarray.testing.assert_equal(forecast(array.chunk(time=3), MODEL, horizon=2), expected)
    bare = forecast(array.drop_vars("time"), MODEL, horizon=2)
    assert bare["lead_time"].values.tolist() == [1, 2]
    assert "valid_time" not in bare.coords


def test_a_scan_may_be_missing():
    array = rain()
    array[5] = np.nan
    holed = array.isel(time=[0, 1, 2, 3, 4, 6, 7])
    refused(r"steps of 300 s, 600 s\. Required: equal steps.*resample", forecast, holed, MODEL)
    found = forecast(holed.resample(time="5min").asfreq(), MODEL, horizon=2)
    xarray.testing.assert_equal(found, forecast(array, MODEL, horizon=2))


def test_the_dataset_goes_into_a_file_and_back(tmp_path):
    pytest.importorskip("h5netcdf", reason="needs the extra [geo]")
    found = forecast(rain(), MODEL, horizon=2, thresholds=[1.0])
    found.to_netcdf(tmp_path / "nowcast.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "nowcast.nc", engine="h5netcdf") as back:
        xarray.testing.assert_allclose(back.load(), found)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda a: a.assign_attrs(units="dBZ"), r"rain in 'dBZ'\. Required: rain rates in mm/h or"),
        (lambda a: a.drop_attrs(), r"rain whose units are not known.*attrs\['units'\] = 'mm/h'"),
        (lambda a: a.expand_dims(channel=2), r"dimensions channel, time, y, x\. Required: time, y"),
        (lambda a: a.isel(time=0, drop=True), r"dimensions y, x\. Required: time, y and x"),
        (lambda a: a.to_dataset(name="rain"), r"a Dataset of the variables rain"),
        (lambda a: a[::-1], r"times with steps of -300 s\. Required: equal steps onward"),
        (lambda a: a[:3], r"3 frame\(s\)\. Required: at least 6"),
        (lambda a: a - 5, r"negative or infinite value"),
    ],
)
def test_refused(change, message):
    with xarray.set_options(keep_attrs=True):
        refused(message, forecast, change(rain()), MODEL)


def test_refused_thresholds():
    for thresholds in ([], 1.0):
        refused("thresholds=.*a sequence of rain rates", forecast, rain(), MODEL, None, None, None,
                thresholds=thresholds)  # fmt: skip
