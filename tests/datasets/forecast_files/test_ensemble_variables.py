"""Members and probabilities beside the forecasts of a file: written, read again, refused."""

import os

import numpy as np
import pytest
import xarray

from st_keras.datasets import open_forecast, open_frames, write_forecast
from tests.datasets.forecast_files.forecasts import GRID, MADE, STEP, rain
from tests.refusals import refused

both = pytest.mark.parametrize("suffix", [".nc", ".zarr"])
FRAMES, MEMBERS = rain(3, 4, 6, 5, 1), rain(3, 2, 4, 6, 5, 1, seed=5)
EXCEEDANCE = {
    rate: np.random.default_rng(k).random(FRAMES.shape).astype("float32")
    for k, rate in enumerate((0.5, 5.0))
}
EXCEEDANCE[5.0][0, 0, 0] = np.nan


def whole(path, frames=FRAMES, **kwargs):
    given = {"reference_time": MADE, "step": STEP, "grid": GRID, "units": "mm/h", "name": "rain"}
    return write_forecast(path, frames, **given | kwargs)


@both
def test_of_several_forecasts(tmp_path, suffix):
    path = whole(tmp_path / f"a{suffix}", members=MEMBERS, exceedance=EXCEEDANCE)
    found = open_forecast(path)
    assert (found.axes, found.names, found.units) == ("NTHWC", ("rain",), "mm/h")
    np.testing.assert_array_equal(found.frames, FRAMES)
    drawn = open_forecast(path, "rain_members")
    assert (drawn.axes, drawn.names, drawn.units) == ("NMTHWC", ("rain_members",), "mm/h")
    np.testing.assert_array_equal(drawn.frames, MEMBERS)
    np.testing.assert_array_equal(drawn.valid_time, found.valid_time)
    np.testing.assert_array_equal(drawn.reference_time, MADE)
    assert drawn.grid.differs_from(GRID) is None
    with xarray.open_dataset(path, decode_coords="all") as file:
        stated = file["exceedance_probability"].load()
        assert file["realization"].values.tolist() == [0, 1]
        assert file["rain_members"].encoding["grid_mapping"] == "crs"
    assert stated.dims == ("reference_time", "threshold", "lead_time", "y", "x")
    assert stated.attrs == {"long_name": "probability that rain reaches the threshold",
                            "units": "1"}  # fmt: skip
    assert stated["threshold"].attrs["units"] == "mm/h" and stated.encoding["grid_mapping"] == "crs"
    for rate, probability in EXCEEDANCE.items():
        np.testing.assert_array_equal(stated.sel(threshold=rate), probability[..., 0])


@both
def test_of_one_forecast(tmp_path, suffix):
    one = {rate: each[0] for rate, each in EXCEEDANCE.items()}
    path = whole(
        tmp_path / f"a{suffix}", FRAMES[0], reference_time=MADE[0], members=MEMBERS[0],
        exceedance=one,
    )  # fmt: skip
    found, drawn = open_forecast(path), open_forecast(path, "rain_members")
    assert (found.axes, drawn.axes) == ("THWC", "MTHWC")
    np.testing.assert_array_equal(found.frames, FRAMES[0])
    np.testing.assert_array_equal(drawn.frames, MEMBERS[0])
    assert drawn.reference_time == MADE[0] and drawn.valid_time.shape == (4,)
    with xarray.open_dataset(path) as file:
        stated = file["exceedance_probability"]
        assert stated.dims == ("threshold", "lead_time", "y", "x")
        np.testing.assert_array_equal(stated.sel(threshold=0.5), one[0.5][..., 0])


@both
def test_of_channels_of_which_nothing_is_known(tmp_path, suffix):
    """Several channels, without times, grid and units."""
    frames, members = rain(3, 4, 6, 5, 2), rain(3, 2, 4, 6, 5, 2, seed=3)
    path = write_forecast(tmp_path / f"a{suffix}", frames, name=("a", "b"), members=members)
    found = open_forecast(path)
    assert found.names == ("a", "b") and found.axes == "NTHWC"
    np.testing.assert_array_equal(found.frames, frames)
    for channel, name in enumerate("ab"):
        drawn = open_forecast(path, f"{name}_members")
        assert drawn.axes == "NMTHWC" and drawn.units is None and drawn.grid is None
        np.testing.assert_array_equal(drawn.frames, members[..., channel : channel + 1])


def test_our_readers_take_one_of_the_variables(tmp_path):
    path = whole(tmp_path / "a.nc", members=MEMBERS, exceedance=EXCEEDANCE)
    found = open_frames(path, variable="rain")
    assert found.axes == "NTHW" and found.shape == FRAMES.shape[:-1]


def test_frames_whose_names_look_like_members_are_read(tmp_path):
    frames = rain(3, 4, 6, 5, 2)
    path = whole(tmp_path / "a.nc", frames, name=("rain", "rain_members"))
    found = open_forecast(path)
    assert found.names == ("rain", "rain_members")
    np.testing.assert_array_equal(found.frames, frames)
    # So are members that are all there is.
    path = whole(tmp_path / "b.nc", MEMBERS, name="rain_members")
    assert open_forecast(path).axes == "NMTHWC"


OUTSIDE = FRAMES * 0 + 0.5
OUTSIDE[2, 1, 3, 3] = 1.5


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"members": MEMBERS[:2]}, r"members of shape \(2, 2, .*shape \(3, M, 4, 6, 5, 1\)"),
        ({"members": MEMBERS[:, 0]}, r"members of shape \(3, 4, 6, 5, 1\)"),
        ({"members": MEMBERS[:, :0]}, r"members of shape \(3, 0, 4, 6, 5, 1\)"),
        ({"members": MEMBERS.swapaxes(1, 2)}, r"members of shape \(3, 4, 2, 6, 5, 1\)"),
        ({"members": np.where(MEMBERS > 1, np.inf, MEMBERS)}, "members with infinite values"),
        ({"exceedance": {}}, r"exceedance of no threshold.*of shape \(3, 4, 6, 5, 1\)"),
        ({"exceedance": {1.0: FRAMES[..., 0]}}, r"exceedance of shape \(3, 4, 6, 5\)"),
        ({"exceedance": {1.0: 0.5}}, r"exceedance of shape \(\)"),
        (
            {"exceedance": {0.5: EXCEEDANCE[0.5], 5.0: EXCEEDANCE[0.5][:2]}},
            r"exceedance of shape \(2, 4, 6, 5, 1\)",
        ),
        ({"exceedance": {1.0: OUTSIDE}}, r"probabilities of exceedance outside \[0, 1\]"),
        ({"exceedance": {1.0: -OUTSIDE}}, r"probabilities of exceedance outside \[0, 1\]"),
        (
            {"exceedance": EXCEEDANCE, "name": "exceedance_probability"},
            "frames that have 'exceedance_probability' already",
        ),
        ({"exceedance": EXCEEDANCE, "name": "threshold"}, "frames that have 'threshold' already"),
        (
            {"frames": MEMBERS, "members": MEMBERS},
            "frames that have 'realization' already. Required: frames without members",
        ),
        (
            {"frames": rain(3, 4, 6, 5, 2), "name": ("rain", "rain_members"),
             "members": rain(3, 2, 4, 6, 5, 2)},
            "frames that have 'rain_members' already",
        ),
    ],
)  # fmt: skip
def test_refusals(tmp_path, kwargs, message):
    refused(f"write_forecast: received {message}", whole, tmp_path / "a.nc", **kwargs)
    assert not os.listdir(tmp_path)


def test_a_variable_that_is_not_there_or_holds_probabilities(tmp_path):
    path = whole(tmp_path / "a.nc", members=MEMBERS, exceedance=EXCEEDANCE)
    names = "'rain', 'rain_members', 'exceedance_probability'"
    said = f"variable='snow'. Required: one of its forecasts: {names}"
    refused(said, open_forecast, path, "snow")
    refused("which holds probabilities", open_forecast, path, "exceedance_probability")
