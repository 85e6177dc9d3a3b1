"""Archives in a bucket, of a server on this machine; credentials come from the environment."""

import os

import numpy as np
import pytest

from st_keras.datasets.readers.reader import reader, reader_of
from st_keras.datasets.readers.urls import check_path, paths_of
from tests.datasets.readers.archives import RAIN, SCANS, rain_dataset, write_mlcast
from tests.refusals import refused

pytest.importorskip("s3fs", reason="needs s3fs: pip install s3fs")
server = pytest.importorskip("moto.server", reason="needs moto: pip install 'moto[server]'")


@pytest.fixture(scope="module")
def system():
    """The file system of a server of this machine; what opens "s3://" by the environment has it."""
    import s3fs

    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "key")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        # One for the whole file: each that is dropped warns of the connections it had.
        yield s3fs.S3FileSystem()
    running.stop()


@pytest.fixture
def s3(system):
    """An empty bucket, "s3://radar"."""
    system.mkdir("radar")
    yield system
    system.rm("radar", recursive=True)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_zarr(s3, zarr_format):
    url = "s3://radar/2026.zarr"
    values = write_mlcast(url, zarr_format)
    reader("zarr").check("--data", url)
    frames = reader("zarr").open(url)
    assert (frames.times == SCANS).all() and frames.attributes["license"] == "CC-BY-4.0"
    np.testing.assert_array_equal(frames.values[1:3], values[1:3])


def test_chunks_that_are_not_stored_are_counted(s3):
    values = np.zeros((6, 4, 5), "float32")
    values[1] = 1
    coding = {"rain": {"chunks": (1, 4, 5), "fill_value": 0.0, "_FillValue": np.nan}}
    url = "s3://radar/dry.zarr"
    rain_dataset(values).to_zarr(url, zarr_format=3, encoding=coding, consolidated=False)
    assert "5 of 6 chunks" in reader("zarr").open(url).notes[0]
    frames = reader("zarr").open(url, absent_chunks="missing")
    assert np.isnan(frames.values[:]).all((1, 2)).tolist() == [True, False, *[True] * 4]


def test_netcdf_by_pattern(s3, tmp_path):
    for hour in (1, 0):
        path = tmp_path / f"{hour}.nc"
        rain_dataset(RAIN + hour).to_netcdf(path, engine="h5netcdf")
        s3.put(str(path), f"radar/day/{hour}.nc")
    s3.pipe("radar/day/readme.txt", b"text")

    def takes(path):
        return reader_of(path) is not None

    urls = ["s3://radar/day/0.nc", "s3://radar/day/1.nc"]
    assert paths_of("test", "s3://radar/day", takes) == urls
    assert paths_of("test", "s3://radar/*/*.nc", takes) == urls
    for hour, url in enumerate(urls):
        check_path("test", url)
        frames = reader("netcdf").open(url)
        np.testing.assert_array_equal(frames.values[2:4], (RAIN + hour)[2:4])


def test_the_same_by_http(s3, tmp_path):
    """A server that answers ranges of bytes and lists nothing."""
    root = f"{os.environ['AWS_ENDPOINT_URL']}/radar"
    rain_dataset().to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    s3.put(str(tmp_path / "a.nc"), "radar/a.nc")
    values = write_mlcast("s3://radar/2026.zarr", 2)
    for each in s3.find("radar"):
        s3.chmod(each, acl="public-read")
    check_path("test", f"{root}/a.nc")
    assert paths_of("test", f"{root}/a.nc", lambda path: False) == [f"{root}/a.nc"]
    np.testing.assert_array_equal(reader("netcdf").open(f"{root}/a.nc").values[1:3], RAIN[1:3])
    reader("zarr").check("test", f"{root}/2026.zarr")
    frames = reader("zarr").open(f"{root}/2026.zarr")
    assert (frames.times == SCANS).all()
    np.testing.assert_array_equal(frames.values[2], values[2])
    refused("where nothing is", check_path, "test", f"{root}/no.nc")


def test_chunks_that_are_not_stored_cannot_be_counted_by_http(s3):
    values = np.zeros((6, 4, 5), "float32")
    coding = {"rain": {"chunks": (1, 4, 5), "_FillValue": 0.0}}
    rain_dataset(values).to_zarr("s3://radar/dry.zarr", zarr_format=2, encoding=coding)
    for each in s3.find("radar"):
        s3.chmod(each, acl="public-read")
    url = f"{os.environ['AWS_ENDPOINT_URL']}/radar/dry.zarr"
    frames = reader("zarr").open(url)
    assert "cannot be counted here" in frames.notes[1] and (frames.values[1] == 0).all()
    text = "whose server cannot list what it has.*absent_chunks='fill'"
    refused(text, reader("zarr").open, url, absent_chunks="missing")


def test_what_is_not_there(s3):
    for url in ("s3://radar/no.nc", "s3://none/no.nc"):
        refused("where nothing is", check_path, "test", url)
    refused("where nothing is", reader("zarr").check, "test", "s3://radar/no.zarr")
    refused("a pattern that nothing matches", paths_of, "test", "s3://radar/*.nc", str.isdigit)
