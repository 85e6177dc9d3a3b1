import json

import dask.array
import numpy as np
import pytest
import xarray

from st_keras.datasets.readers.xarray_frames import frames_of, spatial_variables
from st_keras.datasets.windows.frame_view import view_frames
from tests.refusals import refused

SCANS = np.datetime64("2026-06-01T00:00", "ns") + np.arange(6) * np.timedelta64(5, "m")
RAIN = np.random.default_rng(0).random((6, 3, 4), "float32")


def rain(values=RAIN, dims=("time", "y", "x"), **attributes):
    places = {"time": SCANS, "y": np.arange(3.0)[::-1], "x": np.arange(4.0) * 2}
    fits = [
        dim
        for dim, size in zip(dims, values.shape, strict=True)
        if size == len(places.get(dim, ()))
    ]
    coords = {dim: places[dim] for dim in fits}
    attributes = {"units": "mm/h", **attributes}
    return xarray.DataArray(values, dims=dims, coords=coords, name="rain", attrs=attributes)


def test_frames_with_all_that_is_said_of_them():
    array = rain(standard_name="rainfall_rate", long_name="rain", colour="blue", comment="a b")
    array["y"].attrs = {"units": "km", "axis": "Y", "bounds": "y_bnds"}
    crs = {"grid_mapping_name": "polar_stereographic", "false_easting": np.float32(0.5)}
    array.coords["crs"] = ((), 0, crs)
    array.attrs["grid_mapping"] = "crs: x y"
    about = {"license": "CC-BY-4.0", "mlcast_dataset_version": "1.0", "history": "long"}
    frames = frames_of("test", array, about)
    assert frames.axes == "THW" and frames.shape == (6, 3, 4) and frames.channels is None
    assert frames.units == "mm/h" and frames.name == "rain" and frames.nan_is_missing
    assert (frames.times == SCANS).all()
    assert frames.grid.y.tolist() == [2, 1, 0] and frames.grid.x.tolist() == [0, 2, 4, 6]
    assert frames.grid.y_attributes == {"units": "km", "axis": "Y"}
    assert frames.grid.mapping == {
        "grid_mapping_name": "polar_stereographic",
        "false_easting": 0.5,
    }
    assert frames.attributes == {
        "license": "CC-BY-4.0",
        "mlcast_dataset_version": "1.0",
        "standard_name": "rainfall_rate",
        "long_name": "rain",
        "comment": "a b",
    }
    json.dumps([frames.attributes, frames.grid.mapping])
    np.testing.assert_array_equal(frames.values[2:4], RAIN[2:4])


def test_any_order_and_channels_by_name():
    values = RAIN[..., None] + np.arange(2)
    array = rain(values, ("time", "y", "x", "band")).assign_coords(band=["IR", "VIS"])
    array = array.transpose("band", "x", "time", "y")
    frames = frames_of("test", array)
    assert frames.axes == "CWTH" and frames.channels == ("IR", "VIS")
    view = view_frames("test", frames.values, frames.axes)
    np.testing.assert_array_equal(view.read(0, 1, 3), values[1:3])


def test_one_scan_with_a_time_is_a_frame_and_without_one_static():
    scan = rain().isel(time=2)
    frames = frames_of("test", scan)
    assert frames.axes == "THW" and frames.shape == (1, 3, 4) and frames.times == SCANS[2:3]
    np.testing.assert_array_equal(frames.values[0], RAIN[2])
    frames = frames_of("test", scan.drop_vars("time"))
    assert frames.axes == "HW" and frames.times is None and frames.shape == (3, 4)
    # The time at which a forecast was made is not when its frame is.
    made = scan.drop_vars("time").assign_coords(forecast_reference_time=SCANS[0])
    assert frames_of("test", made).axes == "HW"


def test_events_with_times_of_their_own():
    times = np.stack([SCANS[:3], SCANS[3:]])
    array = rain(RAIN.reshape(2, 3, 3, 4), ("event", "time", "y", "x"))
    array = array.assign_coords(when=(("event", "time"), times))
    frames = frames_of("test", array)
    assert frames.axes == "NTHW" and (frames.times == times).all()


def test_forecasts_are_sequences():
    steps = np.array([0, 5, 10], "m8[m]")
    array = rain(RAIN.reshape(2, 3, 3, 4), ("run", "step", "y", "x"))
    array = array.assign_coords(step=steps.astype("m8[ns]"), run=SCANS[:4:3])
    frames = frames_of("test", array)
    assert frames.axes == "NTHW"
    assert (frames.times == SCANS[:4:3, None] + steps).all()
    frames = frames_of("test", array.isel(run=1))
    assert frames.axes == "THW" and (frames.times == SCANS[3] + steps).all()


def test_times_that_count_from_nowhere_are_not_known():
    frames = frames_of("test", rain().assign_coords(time=np.arange(6)))
    assert frames.times is None and "dimension time are not known" in frames.notes[0]
    frames = frames_of("test", rain().drop_vars("time"))
    assert frames.times is None and frames.notes


def test_no_dimension_has_a_name():
    frames = frames_of("test", xarray.DataArray(RAIN))
    assert frames.axes is None and frames.shape == (6, 3, 4) and frames.grid is None


def test_codes_are_decoded_as_they_are_read():
    codes = np.array([[[0, 400], [-1, 2]]], "int16")
    array = xarray.DataArray(
        codes, dims=("time", "y", "x"), attrs={"scale_factor": np.int16(100), "_FillValue": -1}
    )
    frames = frames_of("test", array)
    expected = np.array([[[0, 40000], [np.nan, 200]]], "float32")
    np.testing.assert_array_equal(frames.values[:], expected, strict=True)
    assert frames.nan_is_missing
    counts = frames_of("test", array.drop_attrs())
    assert counts.values.dtype == "int16" and not counts.nan_is_missing
    more = frames_of("test", array, missing_value=(2, 0)).values[:]
    assert np.isnan(more[0]).tolist() == [[True, False], [True, True]]


def test_satellites_pack_their_angles():
    array = rain().assign_coords(
        x=("x", np.array([0, 1, 2, 3], "int16"), {"scale_factor": 0.5, "add_offset": -1.0})
    )
    assert frames_of("test", array).grid.x.tolist() == [-1, -0.5, 0, 0.5]


def test_a_grid_that_is_not_known():
    assert frames_of("test", rain().drop_vars("x")).grid is None
    assert frames_of("test", rain().assign_coords(x=[0, 1, np.nan, 3])).grid is None
    assert frames_of("test", rain().assign_coords(x=list("abcd"))).grid is None


def test_chunks_of_dask_are_computed_as_they_are_read():
    computed = []

    def block(block_info):
        computed.append(block_info[None]["chunk-location"][0])
        return RAIN[block_info[None]["array-location"][0][0] :][:2]

    values = dask.array.map_blocks(block, chunks=((2, 2, 2), 3, 4), dtype="float32", meta=RAIN[:0])
    frames = frames_of("test", rain(values))
    assert not computed
    np.testing.assert_array_equal(frames.values[2:4], RAIN[2:4])
    assert computed == [1]


def test_what_holds_frames_in_a_dataset():
    grid = ("y", "x")
    dataset = xarray.Dataset(
        {
            "rain": (("time", *grid), RAIN),
            "quality": (grid, RAIN[0]),
            "lat": (grid, RAIN[0]),
            "place": (grid, RAIN[0], {"standard_name": "longitude"}),
            "x_bnds": ((*grid, "two"), RAIN[:2].transpose(1, 2, 0)),
            "names": (grid, np.full((3, 4), "a")),
            "total": ("time", RAIN.sum((1, 2))),
        }
    )
    assert spatial_variables(dataset) == ["rain", "quality"]
    assert spatial_variables(dataset[["names"]]) == ["names"]


def test_what_is_refused():
    refused("dimensions time .6., level", frames_of, "test", rain(dims=("time", "level", "x")))
    refused("dtype <U1", frames_of, "test", rain(np.full((6, 3, 4), "a")))
    refused("a Dataset of the variables rain.*one variable", frames_of, "test", rain().to_dataset())
    refused("a ndarray. .*xarray.DataArray.*from_arrays", frames_of, "test", RAIN)


@pytest.mark.parametrize("decoded", [True, False])
def test_decoded_or_not_it_is_the_same(decoded):
    codes = rain(np.arange(72, dtype="int16").reshape(6, 3, 4), scale_factor=0.25, _FillValue=-1)
    dataset = codes.to_dataset()
    codes = xarray.decode_cf(dataset)["rain"] if decoded else codes
    expected = np.arange(72).reshape(6, 3, 4) / 4
    np.testing.assert_array_equal(frames_of("test", codes).values[:], expected)
