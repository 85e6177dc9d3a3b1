"""Archives at URLs, in the memory of this process: no network is needed."""

import pathlib
import sys

import fsspec
import numpy as np
import pytest

from st_keras.datasets import load_array_file
from st_keras.datasets.readers.reader import reader, reader_of
from st_keras.datasets.readers.urls import (
    check_path,
    exists,
    file_system,
    is_url,
    local_path,
    open_file,
    opened,
    paths_of,
)
from tests.datasets.readers.archives import RAIN, SCANS, rain_dataset, write_mlcast
from tests.refusals import refused


def takes(path):
    return reader_of(path) is not None


@pytest.fixture
def memory():
    """A bucket, "memory://bucket", empty before and after."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


def test_what_is_a_url():
    for url in ("s3://a/b.nc", "HTTPS://a.b/c", "memory://a", "file:///a"):
        assert is_url(url)
    for path in ("a.nc", "/a/b.nc", "C:/a.nc", "C:\\a", "a.nc:rain", pathlib.Path("a")):
        assert not is_url(path)
    assert local_path(pathlib.Path("a")) == "a"


@pytest.mark.parametrize(
    "name, package, extra",
    [
        ("netcdf", "xarray", "geo"),
        ("netcdf", "h5netcdf", "geo"),
        ("zarr", "zarr", "geo"),
        ("zarr", "xarray", "geo"),
        ("grib", "cfgrib", "radar"),
    ],
)
def test_a_package_that_is_missing(tmp_path, monkeypatch, name, package, extra):
    path = tmp_path / "a.nc"
    rain_dataset().to_netcdf(path, engine="h5netcdf")
    monkeypatch.setitem(sys.modules, package, None)
    text = rf"{name}: received an installation without {package}.*pip install 'st_keras\[{extra}\]'"
    refused(text, reader(name).open, str(path))


def test_fsspec_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    refused(r"without fsspec.*st_keras\[geo\]", file_system, "test", "s3://radar/a.nc")


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_zarr(memory, zarr_format):
    url = "memory://bucket/radar.zarr"
    values = write_mlcast(url, zarr_format)
    check = reader("zarr").check
    check("--data", url)
    frames = reader("zarr").open(url)
    assert (frames.times == SCANS).all() and frames.notes == ()
    np.testing.assert_array_equal(frames.values[2:4], values[2:4])
    np.testing.assert_array_equal(load_array_file(f"{url}:rainfall_flux")[0], values[0])
    refused("where nothing is", check, "--data", "memory://bucket/other.zarr")


def test_chunks_that_are_not_stored(memory):
    values = np.zeros((6, 4, 5), "float32")
    values[1] = 1
    dataset = rain_dataset(values)
    coding = {"rain": {"chunks": (1, 4, 5), "fill_value": 0.0, "_FillValue": np.nan}}
    url = "memory://bucket/radar.zarr"
    dataset.to_zarr(url, zarr_format=3, encoding=coding, consolidated=False)
    frames = reader("zarr").open(url)
    assert "5 of 6 chunks are not stored" in frames.notes[0]
    frames = reader("zarr").open(url, absent_chunks="missing")
    assert np.isnan(frames.values[0]).all() and (frames.values[1] == 1).all()


@pytest.mark.parametrize("engine", ["scipy", "h5netcdf"])
def test_netcdf(memory, tmp_path, engine):
    rain_dataset().to_netcdf(tmp_path / "a.nc", engine=engine)
    memory.pipe("/bucket/a.nc", (tmp_path / "a.nc").read_bytes())
    url = "memory://bucket/a.nc"
    reader("netcdf").check("--data", url)
    for each in (url, f"file://{tmp_path}/a.nc"):
        frames = reader("netcdf").open(each)
        assert (frames.times == SCANS).all()
        np.testing.assert_array_equal(frames.values[1:3], RAIN[1:3])


def test_files_of_all_kinds_are_opened_so(memory, tmp_path, monkeypatch):
    closed = []
    file_type = type(memory.open("/bucket/a.bin", "wb"))
    monkeypatch.setattr(file_type, "close", lambda file: closed.append(file))
    memory.pipe("/bucket/a.bin", b"0123456789")
    with opened("test", "memory://bucket/a.bin") as file:
        file.seek(4)
        assert file.read(3) == b"456"
    assert closed[-1] is file
    assert open_file("test", tmp_path / "a") == str(tmp_path / "a")
    assert exists("test", "memory://bucket/a.bin") and not exists("test", "memory://bucket/b")
    assert exists("test", tmp_path) and not exists("test", tmp_path / "a")
    refused("^test: .*where nothing is", open_file, "test", "memory://bucket/b")


def test_a_server_that_sends_whole_files_only(memory, monkeypatch):
    class Stream:
        closed = False

        def seekable(self):
            return False

        def close(self):
            self.closed = True

    stream = Stream()
    monkeypatch.setattr(type(memory), "open", lambda *arguments, **options: stream)
    refused("whose server sends whole files only", open_file, "test", "memory://bucket/a")
    assert stream.closed


def test_what_is_refused_before_it_is_opened(memory, tmp_path):
    memory.pipe("/bucket/empty.nc", b"")
    memory.pipe("/bucket/day/a.nc", b"1")
    refused("^--data: .*an empty file", check_path, "--data", "memory://bucket/empty.nc")
    refused("where nothing is", check_path, "--data", "memory://bucket/no.nc")
    refused("which is a folder", check_path, "--data", "memory://bucket/day")
    check_path("--data", "memory://bucket/day/a.nc")
    refused("which is no file", check_path, "--data", tmp_path / "a.nc")
    refused("which is no file", check_path, "--data", f"file://{tmp_path}/a.nc")
    refused("Protocol not known: foo.*s3://, gs://", check_path, "--data", "foo://a/b.nc")


def test_a_protocol_whose_package_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    text = "'gs://radar/a.nc' in an installation without gcsfs.*pip install gcsfs"
    refused(text, file_system, "test", "gs://radar/a.nc")


def test_a_store_that_cannot_be_reached(memory, monkeypatch):
    def fail(*arguments, **options):
        raise PermissionError("Access Denied")

    for name in ("info", "exists", "glob", "isdir", "open", "find"):
        monkeypatch.setattr(type(memory), name, fail)
    for function in (check_path, exists, open_file):
        refused("(?s)PermissionError: Access.*AWS_ENDPOINT_URL", function, "x", "memory://b/a.nc")
    for spec in ("memory://b/*.nc", "memory://b/day"):
        refused("cannot be reached", paths_of, "test", spec, takes)


@pytest.fixture(params=["here", "memory"])
def bucket(request, tmp_path, memory):
    """Function that writes files, and returns the folder or URL they are in."""

    def write(*names):
        for name in names:
            if request.param == "memory":
                memory.pipe(f"/bucket/{name}", b"1")
            else:
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_bytes(b"1")
        return "memory://bucket" if request.param == "memory" else str(tmp_path)

    return write


def test_patterns_and_folders(bucket):
    root = bucket(
        *("b.nc", "a.nc", ".hidden.nc", "readme.txt", "c.h5", "day/d.nc", "old/d.nc"),
        *("z.zarr/zarr.json", "z.zarr/rain/c/0.nc", "z.zarr/.nc"),
    )

    def found(spec):
        paths = paths_of("test", f"{root}{spec}", takes)
        # A path is as the user wrote it, or as the store does: memory:///bucket.
        return [path.split(f"{root.split('/')[-1]}/")[-1] for path in paths]

    assert found("") == found("/") == ["a.nc", "b.nc", "c.h5", "z.zarr"]
    assert found("/*.nc") == ["a.nc", "b.nc"]
    assert found("/[bc].*") == ["b.nc", "c.h5"]
    assert found("/*/d.nc") == ["day/d.nc", "old/d.nc"]
    assert found("/**/*.nc") == ["a.nc", "b.nc", "day/d.nc", "old/d.nc"]
    assert found("/*.zarr") == found("/z.zarr") == ["z.zarr"]
    assert found("/a.nc") == ["a.nc"] and found("/no.nc") == ["no.nc"]


def test_nothing_is_found(bucket):
    root = bucket("readme.txt", "day/a.nc")
    refused("a pattern that nothing matches", paths_of, "test", f"{root}/*.h5", takes)
    refused(r"a folder without them.*FOLDER/\*\*/\*.nc", paths_of, "test", root, takes)


def test_names_that_look_like_patterns(tmp_path):
    path = tmp_path / "rain[1].nc"
    path.touch()
    assert paths_of("test", path, takes) == [str(path)]
    assert paths_of("test", f"file://{path}", takes) == [str(path)]
    for url in ("https://example.org/a.nc?key=1", "https://example.org/folder"):
        assert paths_of("test", url, takes) == [url]
