import numpy as np
import pytest
import xarray

from st_keras.datasets.readers.cf_dataset import chosen_name, open_codes, split_group
from tests.datasets.readers.archives import RAIN, rain_dataset
from tests.refusals import refused


def test_groups_and_names():
    assert split_group("test", "a.nc", "rain") == (None, "rain")
    assert split_group("test", "a.nc", "/a/b/rain/") == ("a/b", "rain")
    for name in ("", "/", "a//b", "../a", "a/..", "./a"):
        refused(
            f"^test: received the array name '{name}' for 'a.nc'", split_group, "test", "a.nc", name
        )


def test_which_variable():
    grid = ("y", "x"), np.zeros((3, 4))
    dataset = xarray.Dataset({"b": grid, "a": grid, "one": ("time", [1.0]), "crs": 0})
    assert chosen_name("a.nc", dataset, "one") == "one"
    refused(r"2 arrays \(a, b\)", chosen_name, "a.nc", dataset, None)
    refused("'c' for 'a.nc'.*one of a, b", chosen_name, "a.nc", dataset, "c")
    assert chosen_name("a.nc", dataset[["a", "one"]], None) == "a"


def test_groups_are_looked_into_where_there_is_nothing_else():
    looked = []

    def elsewhere():
        looked.append(1)
        return ["2026/rain"]

    dataset = xarray.Dataset({"rain": (("y", "x"), np.zeros((3, 4)))})
    assert chosen_name("a.nc", dataset, None, elsewhere) == "rain" and not looked
    assert chosen_name("a.nc", xarray.Dataset(), None, elsewhere) == "2026/rain"
    assert chosen_name("a.nc", xarray.Dataset({"a": (("p", "q"), np.zeros((3, 4)))}), None) == "a"
    refused("0 arrays", chosen_name, "a.nc", xarray.Dataset(), None)


@pytest.mark.parametrize("engine", ["scipy", "h5netcdf"])
def test_nothing_is_decoded(tmp_path, engine):
    dataset = rain_dataset(grid_mapping="crs", scale_factor=2.0)
    dataset["time"] = ("time", np.arange(6), {"units": "fortnights since 2026-01-01"})
    dataset.to_netcdf(tmp_path / "a.nc", engine=engine)
    found = open_codes(tmp_path / "a.nc", engine=engine)
    np.testing.assert_array_equal(found["rain"].values, RAIN)
    assert found["time"].attrs["units"].startswith("fortnights")
    found.close()
