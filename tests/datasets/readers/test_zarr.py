import collections
import json
import pathlib
import pickle
import shutil
import threading
import zipfile

import numcodecs
import numpy as np
import pytest
import xarray
import zarr

from st_keras.datasets import load_array_file
from st_keras.datasets.readers.reader import reader, reader_of
from st_keras.datasets.windows.frame_view import view_frames
from tests.datasets.readers.archives import RAIN, SCANS, rain_dataset, write_mlcast
from tests.refusals import refused

read = reader("zarr").open
FORMATS = pytest.mark.parametrize("zarr_format", [2, 3])
# What zarr says of format 3 and metadata in one piece.
CONSOLIDATED = pytest.mark.filterwarnings("ignore:Consolidated metadata is currently not part")


@pytest.fixture
def write(tmp_path):
    def write(dataset, name="a.zarr", zarr_format=3, **options):
        options = {"consolidated": False, **options}
        dataset.to_zarr(tmp_path / name, zarr_format=zarr_format, **options)
        return str(tmp_path / name)

    return write


def chunked(dataset, **more):
    return {"encoding": {"rain": {"chunks": (1, 4, 5), **more}}}


@FORMATS
@pytest.mark.parametrize("name", ["rainfall_flux", "equivalent_reflectivity_factor"])
def test_an_archive_of_mlcast_needs_no_flag(tmp_path, zarr_format, name):
    path = str(tmp_path / "radar.zarr")
    values = write_mlcast(path, zarr_format, name)
    frames = read(path)
    assert frames.axes == "THW" and frames.shape == (6, 4, 5) and frames.nan_is_missing
    assert frames.name == name == frames.attributes["standard_name"]
    assert frames.units == "kg m-2 h-1" and (frames.times == SCANS).all() and frames.notes == ()
    assert frames.attributes["license"] == "CC-BY-4.0"
    assert frames.attributes["mlcast_source_org_id"] == "XX-EXAMPLE"
    assert frames.grid.mapping["crs_wkt"].startswith("PROJCRS")
    assert frames.grid.y_attributes["standard_name"] == "projection_y_coordinate"
    view = view_frames("test", frames.values, frames.axes)
    np.testing.assert_array_equal(view.read(0, 1, 4)[..., 0], values[1:4])
    assert load_array_file(path)[2].shape == load_array_file(f"{path}:{name}")[2].shape == (4, 5)


@CONSOLIDATED
def test_metadata_of_format_3_in_one_piece(write):
    path = write(rain_dataset(), consolidated=True)
    np.testing.assert_array_equal(read(path).values[2], RAIN[2])


@FORMATS
def test_nothing_is_read_but_the_chunks_of_a_slice(write, zarr_format, monkeypatch):
    path = write(rain_dataset(), zarr_format=zarr_format, **chunked(rain_dataset()))
    frames, got = read(path), collections.Counter()
    get = zarr.storage.LocalStore.get

    async def counted(self, key, *arguments, **options):
        got[key] += 1
        return await get(self, key, *arguments, **options)

    monkeypatch.setattr(zarr.storage.LocalStore, "get", counted)
    frames.values[3]
    frames.values[4:6, 1:2]
    numbers = sorted(int(key.removeprefix("rain/").lstrip("c/")[0]) for key in got)
    assert numbers == [3, 4, 5] and set(got.values()) == {1}


def test_threads_and_processes(write):
    frames, wrong = read(write(rain_dataset(), **chunked(rain_dataset()))), []

    def work(t):
        for _ in range(5):
            if not np.array_equal(frames.values[t], RAIN[t], equal_nan=True):
                wrong.append(t)

    threads = [threading.Thread(target=work, args=(t,)) for t in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    again = pickle.loads(pickle.dumps(frames.values))
    np.testing.assert_array_equal(again[1], RAIN[1])


@FORMATS
def test_packed_codes_with_a_fill_value(write, zarr_format):
    codes = np.arange(-60, 60, dtype="int16").reshape(6, 4, 5) * 50
    packed = rain_dataset(codes, scale_factor=np.int16(100), _FillValue=np.int16(-50))
    frames = read(write(packed, zarr_format=zarr_format))
    expected = np.where(codes == -50, np.nan, codes * 100.0).astype("float32")
    np.testing.assert_array_equal(frames.values[:], expected, strict=True)


def test_zero_in_format_2_is_a_value_unless_it_is_named(tmp_path):
    """It is what zarr writes of itself, and all that is dry."""
    group = zarr.open_group(tmp_path / "a.zarr", mode="w", zarr_format=2)
    for name, fill in (("rain", 0), ("dbz", 255)):
        array = group.create_array(name, shape=(2, 3, 4), dtype="uint8", fill_value=fill)
        array[:] = np.broadcast_to(np.array([0, 1, 255, 7], "uint8"), (2, 3, 4))
        array.attrs["_ARRAY_DIMENSIONS"] = ["time", "y", "x"]
    path = str(tmp_path / "a.zarr")
    rain = read(path, variable="rain")
    assert rain.notes[0].endswith("read as a value; missing_value=0 makes it missing")
    assert rain.values[0, 0].tolist() == [0, 1, 255, 7] and not rain.nan_is_missing
    np.testing.assert_array_equal(read(path, variable="dbz").values[0, 0], [0, 1, np.nan, 7])
    named = read(path, variable="rain", missing_value=0)
    np.testing.assert_array_equal(named.values[1, 2], [np.nan, 1, 255, 7])


@FORMATS
@pytest.mark.parametrize("dtype", ["float32", "int16"])
def test_chunks_that_are_not_stored_are_values_where_the_fill_value_is_one(
    tmp_path, zarr_format, dtype
):
    path = str(tmp_path / "a.zarr")
    group = zarr.open_group(path, mode="w", zarr_format=zarr_format)
    names = {"dimension_names": ("time", "y", "x")} if zarr_format == 3 else {}
    array = group.create_array(
        "rain", shape=(4, 3, 4), chunks=(1, 2, 4), dtype=dtype, fill_value=0, **names
    )
    array[1:3] = 5
    if zarr_format == 2:
        array.attrs["_ARRAY_DIMENSIONS"] = ["time", "y", "x"]
    frames = read(path)
    assert "4 of 8 chunks are not stored: they are read as the fill value 0" in " ".join(
        frames.notes
    )
    assert frames.values[0].tolist() == [[0] * 4] * 3 and frames.values[1, 0, 0] == 5
    frames = read(path, absent_chunks="missing")
    assert "4 of 8 chunks are not stored: they are missing" in " ".join(frames.notes)
    assert frames.nan_is_missing and frames.values.dtype == "float32"
    expected = np.full((4, 3, 4), 5, "float32")
    expected[[0, 3]] = np.nan
    np.testing.assert_array_equal(frames.values[:], expected)
    np.testing.assert_array_equal(frames.values[0:2, 1], expected[0:2, 1])
    array[:] = 7
    for how in ("fill", "missing"):
        assert "not stored" not in "".join(read(path, absent_chunks=how).notes)


@FORMATS
@pytest.mark.parametrize("fill", [np.nan, -9999.0])
def test_chunks_that_are_not_stored_are_missing_where_the_fill_value_is(
    write, zarr_format, fill, tmp_path
):
    values = np.where(np.isnan(RAIN), fill, RAIN).astype("float32")
    dataset = rain_dataset(values, _FillValue=np.float32(fill))
    path = write(dataset, zarr_format=zarr_format, **chunked(dataset))
    if zarr_format == 3:  # xarray keeps the two apart there
        about = pathlib.Path(path, "rain", "zarr.json")
        said = json.loads(about.read_text())
        about.write_text(json.dumps({**said, "fill_value": "NaN" if np.isnan(fill) else fill}))
    chunk = pathlib.Path(path, "rain", "4.0.0" if zarr_format == 2 else "c/4/0/0")
    chunk.unlink()
    frames = read(path)
    assert np.isnan(frames.values[4]).all() and frames.notes == ()
    np.testing.assert_array_equal(frames.values[3], RAIN[3])
    np.testing.assert_array_equal(frames.values[2], RAIN[2])


def test_shards_that_are_not_stored(tmp_path):
    path = str(tmp_path / "a.zarr")
    group = zarr.open_group(path, mode="w", zarr_format=3)
    array = group.create_array(
        "rain", shape=(4, 4), chunks=(1, 4), shards=(2, 4), dtype="f4", fill_value=0
    )
    array[:2] = 1
    frames = read(path, absent_chunks="missing")
    assert "1 of 2 chunks" in frames.notes[0]
    assert np.isnan(frames.values[:, 0]).tolist() == [False, False, True, True]


@pytest.mark.parametrize("damage", [b"", b"no chunk", None])
@FORMATS
def test_a_chunk_that_cannot_be_decoded(write, zarr_format, damage):
    dataset = rain_dataset()
    path = write(dataset, zarr_format=zarr_format, **chunked(dataset))
    chunk = pathlib.Path(path, "rain", "4.0.0" if zarr_format == 2 else "c/4/0/0")
    chunk.write_bytes(chunk.read_bytes()[:-3] if damage is None else damage)
    frames = read(path)
    view = view_frames("train", frames.values, frames.axes)
    view.read(0, 0, 4)
    refused(
        "^train: received frames [0-9]+ to [0-9]+ of sequence 0 that cannot be read",
        view.read,
        0,
        4,
        5,
    )


def test_which_variable(write):
    dataset = rain_dataset()
    dataset["snow"] = 2 * dataset["rain"]
    dataset["mean"] = dataset["rain"].mean(("y", "x"))
    path = write(dataset)
    refused(r"2 arrays \(rain, snow\).*a\.zarr:rain", read, path)
    refused("the array name 'hail'.*one of rain, snow", read, path, variable="hail")
    np.testing.assert_array_equal(read(path, variable="snow").values[0], 2 * RAIN[0])
    for name in ("../rain", "rain/..", "a/../rain"):
        refused("the array name .*dots", read, path, variable=name)
    refused("absent_chunks='drop'.*'fill', 'missing'", read, path, absent_chunks="drop")


def test_groups(write, tmp_path):
    path = write(rain_dataset(), group="2026/june")
    assert read(path).name == "rain"
    write(rain_dataset(), group="2026/july", mode="a")
    refused(r"2 arrays \(2026/july/rain, 2026/june/rain\)", read, path)
    np.testing.assert_array_equal(read(path, variable="2026/june/rain").values[3], RAIN[3])
    refused("'2026/may/rain'.*one of 2026/july/rain", read, path, variable="2026/may/rain")


@FORMATS
def test_arrays_without_names_of_dimensions(tmp_path, zarr_format):
    path = str(tmp_path / "a.zarr")
    group = zarr.open_group(path, mode="w", zarr_format=zarr_format)
    array = group.create_array("rain", data=RAIN, fill_value=None if zarr_format == 2 else 0)
    array.attrs.update({"units": "mm/h", "missing_value": 0.5})
    frames = read(path)
    assert frames.axes is None and frames.units == "mm/h" and frames.name == "rain"
    np.testing.assert_array_equal(frames.values[1:3], RAIN[1:3])
    group.create_array("snow", data=RAIN)
    refused(r"2 arrays \(rain, snow\)", read, path)
    np.testing.assert_array_equal(read(path, variable="snow").values[2], RAIN[2])
    zarr.save_array(str(tmp_path / "b.zarr"), RAIN, zarr_format=zarr_format)
    bare = read(str(tmp_path / "b.zarr"))
    assert bare.name is None and bare.axes is None
    np.testing.assert_array_equal(bare.values[1], RAIN[1])
    refused("'rain'.*one of the array", read, str(tmp_path / "b.zarr"), variable="rain")


def test_text_is_no_rain(tmp_path):
    dataset = xarray.Dataset({"notes": (("time", "y", "x"), np.full((2, 3, 4), "abc"))})
    dataset.to_zarr(tmp_path / "a.zarr", zarr_format=2, consolidated=False)
    refused("notes of dtype .*real numbers", read, str(tmp_path / "a.zarr"))


class Trap:
    def __reduce__(self):
        return pathlib.Path.touch, (pathlib.Path("sprung"),)


@pytest.mark.parametrize("where", ["filters", "compressor"])
def test_a_pickled_array_is_refused_and_never_run(tmp_path, monkeypatch, where):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "a.zarr" / "time"
    folder.mkdir(parents=True)
    (tmp_path / "a.zarr" / ".zgroup").write_text('{"zarr_format": 2}')
    codec = numcodecs.Pickle().get_config()
    about = {"zarr_format": 2, "shape": [2], "chunks": [2], "dtype": "<f8", "order": "C"}
    about |= {"fill_value": 0, "filters": None, "compressor": None}
    about[where] = [codec] if where == "filters" else codec
    (folder / ".zarray").write_text(json.dumps(about))
    (folder / ".zattrs").write_text('{"_ARRAY_DIMENSIONS": ["time"]}')
    (folder / "0").write_bytes(pickle.dumps(Trap()))
    # Newer versions of zarr refuse it themselves, when the group is opened.
    refused("'a.zarr'.*pickle", read, "a.zarr")
    refused("'a.zarr'.*pickle", read, "a.zarr", variable="time")
    assert not (tmp_path / "sprung").exists()


def test_names_that_lead_out_of_the_archive(write, tmp_path):
    secret = write(rain_dataset(), "secret.zarr", zarr_format=2)
    path = write(rain_dataset(), zarr_format=2, consolidated=True)
    refused("dots", read, path, variable="../secret.zarr/rain")
    about = pathlib.Path(path, ".zmetadata")
    said = json.loads(about.read_text())
    for part in (".zarray", ".zattrs"):
        inside = json.loads(pathlib.Path(secret, "rain", part).read_text())
        said["metadata"][f"../secret.zarr/rain/{part}"] = inside
    about.write_text(json.dumps(said))
    refused("a.zarr', which does not open", read, path)


@FORMATS
@pytest.mark.parametrize("top", ["", "a.zarr/"])
def test_a_zip_archive(write, tmp_path, zarr_format, top):
    dataset = rain_dataset()
    path = write(
        dataset,
        zarr_format=zarr_format,
        **chunked(dataset, fill_value=0.0) if zarr_format == 3 else chunked(dataset),
    )
    with zipfile.ZipFile(tmp_path / "a.zarr.zip", "w") as archive:
        for file in pathlib.Path(path).rglob("*"):
            if file.is_file():
                archive.write(file, top + file.relative_to(path).as_posix())
    shutil.rmtree(path)
    frames = read(f"{path}.zip")
    assert (frames.times == SCANS).all() and frames.notes == ()
    np.testing.assert_array_equal(frames.values[1:3], RAIN[1:3])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(frames.values))[0], RAIN[0])


@pytest.mark.parametrize("name", ["../../rain", "/etc/rain", "a\\..\\..\\rain"])
def test_a_zip_archive_with_members_outside(tmp_path, name):
    path = str(tmp_path / "a.zarr.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zarr.json", "{}")
        archive.writestr(name, "")
    refused("outside of its folder.*Nothing was read", read, path)


def test_a_zip_archive_that_expands_too_far(tmp_path):
    path = str(tmp_path / "a.zarr.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zarr.json", bytes(80_000_000))
    refused("which would unpack to 80.0 MB", read, path)


def test_damaged_archives(tmp_path):
    path = tmp_path / "a.zarr"
    path.mkdir()
    (path / "zarr.json").write_text("{")
    refused("a.zarr', which does not open", read, str(path))
    (tmp_path / "a.zarr.zip").write_bytes(b"PK no zip")
    refused("a.zarr.zip', which does not open", read, str(tmp_path / "a.zarr.zip"))


def test_what_is_refused_before_it_is_opened(tmp_path):
    assert {reader_of(name).name for name in ("a.zarr", "s3://b/a.ZARR", "a.zarr.zip")} == {"zarr"}
    check = reader("zarr").check
    refused("--data: .*where nothing is.*a zarr folder", check, "--data", tmp_path / "a.zarr")
    (tmp_path / "a.zarr").mkdir()
    refused("which holds no zarr metadata", check, "--data", tmp_path / "a.zarr")
    (tmp_path / "a.zarr" / "zarr.json").touch()
    check("--data", tmp_path / "a.zarr")
    refused("which is no file", check, "--data", tmp_path / "a.zarr.zip")
    refused("a zip archive at a URL", check, "--data", "memory://a/b.zarr.zip")
