"""Forecast files: what other tools find in them, our own readers, and what is refused."""

import datetime
import os
import re
import sys

import numpy as np
import pytest
import xarray

from st_keras.datasets import Grid, SequenceDataset, open_forecast, open_frames, write_forecast
from st_keras.version import __version__
from tests.datasets.forecast_files.forecasts import GRID, MADE, STEP, rain
from tests.refusals import refused

both = pytest.mark.parametrize("suffix", [".nc", ".zarr"])
FRAMES = rain(3, 4, 6, 5, 1)


def whole(path, frames=FRAMES, **kwargs):
    given = {"reference_time": MADE, "step": STEP, "grid": GRID, "units": "mm h-1", "name": "rain"}
    return write_forecast(path, frames, **given | kwargs)


@both
def test_what_xarray_finds(tmp_path, suffix):
    path = whole(
        tmp_path / f"new/nowcast{suffix}",
        long_name="rain rate",
        history="st-keras forecast model.keras",
        model_hash="abc",
        attributes={"institution": "here"},
    )
    assert os.listdir(path.parent) == [path.name]
    with xarray.open_dataset(path, decode_coords="all") as file:
        file = file.load()
    np.testing.assert_array_equal(file["rain"], FRAMES[..., 0])
    assert file["rain"].dims == ("reference_time", "lead_time", "y", "x")
    assert file["rain"].attrs == {
        "units": "mm h-1", "long_name": "rain rate", "standard_name": "lwe_precipitation_rate",
    }  # fmt: skip
    np.testing.assert_array_equal(file["valid_time"], MADE[:, None] + STEP * np.arange(1, 5))
    np.testing.assert_array_equal(file["lead_time"], STEP * np.arange(1, 5))
    np.testing.assert_array_equal(file["y"], GRID.y)
    assert file["x"].attrs == {"axis": "X", **GRID.x_attributes}
    assert file["crs"].attrs == GRID.mapping
    assert file["rain"].encoding["grid_mapping"] == "crs"
    assert np.isnan(file["rain"].encoding["_FillValue"])
    names = {name: file[name].attrs["standard_name"] for name in file.coords if name != "crs"}
    assert names == {
        "reference_time": "forecast_reference_time",
        "lead_time": "forecast_period",
        "valid_time": "time",
        "y": "projection_y_coordinate",
        "x": "projection_x_coordinate",
    }
    about = dict(file.attrs)
    stamp = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ st-keras forecast model.keras"
    assert re.fullmatch(stamp, about.pop("history"))
    assert about == {
        "Conventions": "CF-1.11", "source": f"st_keras {__version__}", "model_hash": "abc",
        "st_keras_version": __version__, "institution": "here",
    }  # fmt: skip


def test_units_of_time_and_fill_values_as_they_stand_in_the_file(tmp_path):
    path = whole(tmp_path / "a.nc", np.zeros((3, 2, 6, 5, 1)), step=datetime.timedelta(hours=1))
    with xarray.open_dataset(path, decode_cf=False) as file:
        assert file["lead_time"].attrs["units"] == "hours"
        assert file["lead_time"].values.tolist() == [1, 2]
        assert file["valid_time"].attrs["units"] == "seconds since 1970-01-01"
        assert not any("_FillValue" in file[name].attrs for name in file.coords)
        assert file["rain"].encoding["zlib"] and file["rain"].encoding["chunksizes"] == (1, 1, 6, 5)
    # Uneven leads, of half seconds.
    steps = np.array([500, 1250], "timedelta64[ms]")
    odd = whole(tmp_path / "b.nc", FRAMES[:, :2], step=steps)
    with xarray.open_dataset(odd) as file:
        np.testing.assert_array_equal(file["valid_time"], MADE[:, None] + steps)


@both
def test_members_channels_and_round_trip(tmp_path, suffix):
    frames = rain(2, 3, 4, 6, 5, 2)
    names = ("wind_x", "wind_y")
    path = write_forecast(
        tmp_path / f"a{suffix}", frames.transpose(1, 0, 2, 5, 3, 4), axes="MNTCHW",
        reference_time=MADE[:2], step=STEP, grid=GRID, name=names, units=("m s-1", "km"),
    )  # fmt: skip
    found = open_forecast(path)
    assert found.axes == "NMTHWC" and found.names == names and found.units == ("m s-1", "km")
    np.testing.assert_array_equal(found.frames, frames)
    np.testing.assert_array_equal(found.reference_time, MADE[:2])
    np.testing.assert_array_equal(found.valid_time, MADE[:2, None] + STEP * np.arange(1, 5))
    assert found.grid.differs_from(GRID) is None and found.grid.mapping == GRID.mapping
    with xarray.open_dataset(path) as file:
        assert file["wind_x"].dims == ("reference_time", "realization", "lead_time", "y", "x")
        assert file["realization"].values.tolist() == [0, 1, 2]
        assert "standard_name" not in file["wind_x"].attrs


@both
def test_our_readers_take_it_as_sequences_with_valid_times(tmp_path, suffix):
    frames = np.nan_to_num(rain(3, 4, 6, 5, 2))
    path = whole(tmp_path / f"a{suffix}", frames, name=("a", "b"))
    found = open_frames(path, variable="a,b")
    assert found.axes == "NTHWC" and found.channels == ("a", "b") and found.units == "mm h-1"
    np.testing.assert_array_equal(found.times, MADE[:, None] + STEP * np.arange(1, 5))
    assert found.grid.differs_from(GRID) is None
    data = SequenceDataset.from_frames(found, 1, 3)
    np.testing.assert_array_equal(data.window(2), frames[2])
    # Members of one forecast: each is a sequence, of the same times.
    members = write_forecast(
        tmp_path / f"m{suffix}", frames[..., :1], axes="MTHWC", reference_time="2026-06-01T12:00Z",
        step=STEP, grid=GRID,
    )  # fmt: skip
    found = open_frames(members)
    assert found.axes == "NTHW" and found.shape == (3, 4, 6, 5)
    np.testing.assert_array_equal(found.times, MADE[0] + STEP * np.arange(1, 5))
    assert open_forecast(members).axes == "MTHWC"
    # One forecast of one member.
    one = write_forecast(tmp_path / f"o{suffix}", frames[:1, None, ..., :1], step=STEP,
                         reference_time=MADE[:1])  # fmt: skip
    assert open_frames(one).shape == (4, 6, 5)


@both
def test_what_is_not_known_is_said(tmp_path, suffix):
    path = write_forecast(tmp_path / f"a{suffix}", FRAMES)
    found = open_forecast(path)
    np.testing.assert_array_equal(found.frames, FRAMES)
    assert (found.reference_time, found.lead_time, found.valid_time, found.grid) == (None,) * 4
    assert found.units is None and found.names == ("forecast",)
    said = "not known: the reference time, the time between two frames, the grid"
    assert found.attributes["comment"].startswith(said)
    with xarray.open_dataset(path) as file:
        assert file["lead_time"].values.tolist() == [1, 2, 3, 4] and "y" not in file.coords
    with pytest.warns(UserWarning, match="the times of dimension lead_time are not known"):
        assert open_frames(path).shape == (3, 4, 6, 5)
    one = open_forecast(write_forecast(tmp_path / f"b{suffix}", FRAMES[0], reference_time=MADE[0]))
    assert one.axes == "THWC" and one.reference_time == MADE[0] and one.valid_time is None
    assert "the reference time" not in one.attributes["comment"]


def test_latitudes_and_longitudes_have_their_names(tmp_path):
    degrees = {"units": "degrees_north"}, {"units": "degrees_east"}
    grid = Grid(y=GRID.y, x=GRID.x, y_attributes=degrees[0], x_attributes=degrees[1])
    path = whole(tmp_path / "a.nc", grid=grid)
    with xarray.open_dataset(path) as file:
        assert file["rain"].dims[2:] == ("lat", "lon") and "crs" not in file
    assert open_forecast(path).grid.differs_from(grid) is None


@both
def test_nothing_is_overwritten_and_nothing_left_behind(tmp_path, suffix, monkeypatch):
    path = whole(tmp_path / f"a{suffix}")
    before = open_forecast(path).frames
    refused("write_forecast: received path=.*, which exists", whole, path, FRAMES * 2)
    np.testing.assert_array_equal(open_forecast(path).frames, before)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xarray.Dataset, "to_netcdf", full)
    monkeypatch.setattr(xarray.Dataset, "to_zarr", full)
    refused("write_forecast: received No space left on device", whole, tmp_path / f"b{suffix}")
    assert os.listdir(tmp_path) == [path.name]


@both
def test_a_folder_that_cannot_be_made(tmp_path, suffix):
    (tmp_path / "file").write_text("")
    refused("write_forecast: received .* was to be written", whole, tmp_path / f"file/a{suffix}")


@pytest.mark.parametrize("name", ["a.npy", "nowcast", "s3://bucket/a.zarr"])
def test_another_ending(name):
    refused("write_forecast: received path=.*ends in .nc or .zarr.*Write to '", whole, name)


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"reference_time": MADE[:2]}, "2 reference times, 2 different, for 3 forecasts"),
        ({"reference_time": MADE[[0, 1, 1]]}, "3 reference times, 2 different"),
        ({"reference_time": "2026-06-01"}, "1 reference time, 1 different, for 3 forecasts"),
        ({"reference_time": [1, 2, 3]}, r"reference_time=\[1, 2, 3\].*dates, none of them missing"),
        ({"reference_time": np.array(["NaT"] * 3, "M8[s]")}, "reference_time=.*none of them mis"),
        ({"step": 5}, "step=5. Required: durations"),
        ({"step": np.timedelta64(0, "m")}, "step=.*for 4 frames of a forecast.*from above 0"),
        ({"step": STEP * np.array([1, 3, 2, 4])}, "4 lead times that ascend from above 0"),
        ({"step": STEP * np.arange(1, 4)}, "step=.*for 4 frames"),
        ({"grid": Grid(y=GRID.y, x=GRID.x[1:])}, "a grid of 6 x 4 pixels for frames of 6 x 5"),
        ({"frames": FRAMES[0, 0]}, r"frames of shape \(6, 5, 1\)\. .*axes='MTHWC'"),
        ({"frames": FRAMES, "axes": "NTHW"}, r"frames of shape \(3, 4, 6, 5, 1\) with axes='NTHW'"),
        ({"frames": FRAMES, "axes": "NNHWC"}, "with axes='NNHWC'"),
        ({"frames": FRAMES[:, :0]}, "none of them empty"),
        ({"frames": FRAMES > 0}, "frames of dtype bool.*Convert them"),
        ({"frames": np.where(FRAMES > 1, np.inf, FRAMES)}, "frames with infinite values"),
        ({"name": "x"}, "name='x', which is that of a coordinate"),
        ({"name": "a rate"}, "name='a rate'. Required: a letter, then"),
        ({"units": ("a", "b")}, r"units=\('a', 'b'\) for 1 channel"),
        ({"attributes": {"a": [1]}}, r"attributes of which 'a' is \[1\]"),
    ],
)
def test_what_does_not_fit(tmp_path, kwargs, message):
    refused(f"write_forecast: received .*{message}", whole, tmp_path / "a.nc", **kwargs)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("package, suffix", [("h5netcdf", ".nc"), ("zarr", ".zarr")])
def test_without_what_writes_it(tmp_path, monkeypatch, package, suffix):
    monkeypatch.setitem(sys.modules, package, None)
    message = rf"an installation without {package} .*pip install 'st_keras\[geo\]'"
    refused(f"write_forecast: received {message}", whole, tmp_path / f"a{suffix}")


def test_two_channels_of_one_name(tmp_path):
    frames = rain(3, 4, 6, 5, 2)
    refused("name='a'.*a name of its own", whole, tmp_path / "a.nc", frames, name=("a", "a"))
    assert open_forecast(whole(tmp_path / "a.nc", frames)).names == ("rain_0", "rain_1")


def test_what_is_no_forecast(tmp_path):
    refused("open_forecast: received path=.*which is not there", open_forecast, tmp_path / "a.nc")
    refused("open_forecast: received path=.*a forecast file", open_forecast, tmp_path / "a.npy")
    xarray.Dataset({"rain": ("time", [1.0])}).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    refused("without a variable along 'lead_time'", open_forecast, tmp_path / "a.nc")
    (tmp_path / "b.nc").write_bytes((tmp_path / "a.nc").read_bytes()[:300])
    refused("open_forecast: received .*b.nc", open_forecast, tmp_path / "b.nc")
