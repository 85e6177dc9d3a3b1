import numpy as np
import pytest

from st_keras.datasets import published_dataset
from tests.refusals import refused

WEATHERBENCH = published_dataset("weatherbench")
xarray = pytest.importorskip("xarray", reason="needs the extra [geo]")


def write_year(folder, first, hours, seed=0, name="t2m"):
    """A file as WeatherBench has them: float32 (time, lat, lon)."""
    times = np.datetime64(first, "ns") + np.arange(hours) * np.timedelta64(1, "h")
    values = np.random.default_rng(seed).normal(280, 10, (hours, 4, 8)).astype("float32")
    data = xarray.DataArray(
        values,
        dims=("time", "lat", "lon"),
        coords={
            "time": times,
            "lat": ("lat", np.linspace(-67.5, 67.5, 4), {"units": "degrees_north"}),
            "lon": ("lon", np.arange(0.0, 360, 45), {"units": "degrees_east"}),
        },
        name=name,
        attrs={"units": "K", "long_name": "2 metre temperature"},
    )
    folder.mkdir(exist_ok=True)
    data.to_netcdf(folder / f"2m_temperature_{first[:4]}_5.625deg.nc", engine="h5netcdf")
    return values


@pytest.fixture
def weather(tmp_path):
    folder = tmp_path / "2m_temperature"
    parts = [
        write_year(folder, "2015-12-31", 24, 1),
        write_year(folder, "2016-01-01", 26, 2),
        write_year(folder, "2017-01-01", 25, 3),
        write_year(folder, "2019-01-01", 30, 4),
    ]
    return folder, parts


def test_split_by_years(weather):
    folder, (first, second, third, _) = weather
    train, validation, test = WEATHERBENCH.open_parts(folder, ("train", "validation", "test"))
    assert train.image_shape == (4, 8, 1) and train.units == "K" and train.grid.y[0] == -67.5
    assert [len(part) for part in (train, validation, test)] == [1, 3, 2]
    for part, values in ((train, first), (validation, second), (test, third)):
        np.testing.assert_allclose(part.window(0)[..., 0], values[:24])
    assert train.value_range == pytest.approx((first.min(), first.max()))


def test_years_that_are_not_there(weather):
    folder, _ = weather
    for year in ("2017", "2019"):
        (folder / f"2m_temperature_{year}_5.625deg.nc").unlink()
    refused("none of them of the test part.*2017 to 2018", WEATHERBENCH.open, folder, split="test")
    (folder / "2m_temperature_2014_5.625deg.nc").write_bytes(b"CDF, and nothing more")
    refused("2m_temperature_2014_5.625deg.nc', which begins with", WEATHERBENCH.open, folder)


def test_variable_by_name(weather):
    folder, _ = weather
    assert len(WEATHERBENCH.open(folder, variable="t2m")) == 1
    refused("the array name 'z'|variable.*'z'", WEATHERBENCH.open, folder, variable="z")
