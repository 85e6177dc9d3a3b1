import gc
import pickle
import threading

import h5py
import numpy as np
import pytest
import xarray

from st_keras.datasets.readers.reader import reader, reader_of
from st_keras.datasets.readers.xarray_frames import frames_of
from st_keras.datasets.windows.frame_view import view_frames
from tests.datasets.readers.archives import RAIN, SCANS, rain_dataset
from tests.refusals import refused

read = reader("netcdf").open
ENGINES = {"scipy": "NETCDF3_64BIT", "h5netcdf": "NETCDF4"}


@pytest.fixture(params=ENGINES)
def write(request, tmp_path):
    def write(dataset, name="a.nc", **options):
        path = str(tmp_path / name)
        dataset.to_netcdf(path, engine=request.param, format=ENGINES[request.param], **options)
        return path

    return write


def test_a_file_of_one_variable_needs_no_flag(write):
    path = write(rain_dataset(standard_name="rainfall_rate"), encoding={"time": {"dtype": "i4"}})
    frames = read(path)
    assert frames.axes == "THW" and frames.shape == (6, 4, 5) and frames.units == "mm/h"
    assert frames.name == "rain" and frames.nan_is_missing and (frames.times == SCANS).all()
    assert frames.attributes == {"license": "CC-BY-4.0", "standard_name": "rainfall_rate"}
    assert frames.grid.y.tolist() == [0, 1, 2, 3] and frames.grid.x_attributes == {"axis": "X"}
    np.testing.assert_array_equal(frames.values[1:4], RAIN[1:4])
    again = pickle.loads(pickle.dumps(frames.values))
    np.testing.assert_array_equal(again[2, 1], RAIN[2, 1])


def test_several_threads_read_at_once(write):
    frames, wrong = read(write(rain_dataset())), []

    def work(t):
        for _ in range(10):
            if not np.array_equal(frames.values[t], RAIN[t], equal_nan=True):
                wrong.append(t)

    threads = [threading.Thread(target=work, args=(t,)) for t in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_packed_codes_by_whole_scale(write):
    codes = np.arange(-60, 60, dtype="int16").reshape(6, 4, 5) * 50
    packed = rain_dataset(
        codes, scale_factor=np.int16(100), _FillValue=np.int16(0), valid_max=np.int16(2500)
    )
    values = read(write(packed)).values[:]
    expected = np.where((codes == 0) | (codes > 2500), np.nan, codes * 100.0)
    np.testing.assert_array_equal(values, expected.astype("float32"), strict=True)
    assert np.nanmin(values) == -300_000


def test_a_grid_mapping_is_kept(write):
    dataset = rain_dataset(grid_mapping="crs")
    wkt = {"grid_mapping_name": "latitude_longitude", "crs_wkt": "GEOGCRS[...]"}
    dataset["crs"] = ((), np.int32(0), wkt)
    frames = read(write(dataset))
    assert frames.grid.mapping["crs_wkt"] == "GEOGCRS[...]"
    # Named and not there.
    assert read(write(dataset.drop_vars("crs"), "b.nc")).grid.mapping == {}


def test_which_variable(write):
    dataset = rain_dataset()
    dataset["snow"] = 2 * dataset["rain"]
    dataset["mean"] = dataset["rain"].mean(("y", "x"))
    path = write(dataset)
    refused(r"2 arrays \(rain, snow\).*a\.nc:rain", read, path)
    refused("the array name 'hail'.*one of rain, snow", read, path, variable="hail")
    np.testing.assert_array_equal(read(path, variable="snow").values[0], 2 * RAIN[0])
    refused("dimensions time .6., of which", read, path, variable="mean")


@pytest.mark.parametrize("variable", ["../rain", "a/../rain", "a//rain", ".", ".."])
def test_names_that_lead_out(write, variable):
    path = write(rain_dataset())
    refused("the array name .*dots", read, path, variable=variable)


def test_one_variable_of_ancillary_ones(write):
    dataset = rain_dataset(ancillary_variables="quality")
    dataset["quality"] = (("time", "y", "x"), np.zeros(RAIN.shape, "int8"))
    path = write(dataset)
    assert read(path).name == "rain" and read(path, variable="quality").name == "quality"


def test_undecodable_times(write):
    dataset = rain_dataset().assign_coords(
        time=("time", np.arange(6.0), {"units": "fortnights since 2026-01-01"})
    )
    refused("'fortnights since 2026-01-01'.*the CF conventions", read, write(dataset))


def test_groups(tmp_path):
    path = str(tmp_path / "a.nc4")
    rain_dataset().to_netcdf(path, engine="h5netcdf", group="2026/june")
    assert read(path).name == "rain"
    np.testing.assert_array_equal(read(path, variable="2026/june/rain").values[3], RAIN[3])
    rain_dataset().to_netcdf(path, engine="h5netcdf", group="2026/july", mode="a")
    refused(r"2 arrays \(2026/july/rain, 2026/june/rain\)", read, path)
    refused("2026/may", read, path, variable="2026/may/rain")


def test_an_hdf5_file_without_dimensions(tmp_path):
    path = str(tmp_path / "a.nc")
    with h5py.File(path, "w") as file:
        file["rain"] = RAIN
    frames = read(path)
    assert frames.axes is None and frames.shape == RAIN.shape
    path = str(tmp_path / "b.nc")
    with h5py.File(path, "w", userblock_size=512) as file:
        file["rain"] = RAIN
    np.testing.assert_array_equal(read(path).values[1], RAIN[1])


def test_bytes_of_another_file(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(range(96)))
    rain_dataset().to_netcdf(tmp_path / "b.nc", engine="h5netcdf")
    path = str(tmp_path / "a.nc")
    with h5py.File(path, "w") as file:
        file.create_dataset("stolen", (2, 3, 4), "f4", external=[(str(tmp_path / "secret"), 0, 96)])
    refused("'stolen' lies in another file", read, path)
    path = str(tmp_path / "c.nc")
    with h5py.File(path, "w") as file:
        file["rain"] = h5py.ExternalLink("b.nc", "rain")
    refused("c.nc'", read, path)


# SciPy leaves the file mapped and open that it fails on, until it is collected.
@pytest.mark.filterwarnings("ignore:Cannot close a netcdf_file opened with mmap:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("left", [10, 0.5, 0.9])
def test_a_truncated_file(write, left):
    path = write(rain_dataset())
    with open(path, "r+b") as file:
        size = len(file.read())
        file.truncate(left if left > 1 else int(size * left))
    refused("a.nc', which does not open.*Copy or download it again", read, path)
    gc.collect()


def test_another_format(tmp_path):
    path = tmp_path / "a.nc"
    path.write_bytes(b"GRIB and more")
    refused("which begins with b'GRIB and'.*a NetCDF file", read, str(path))


def test_text_is_no_rain(write):
    dataset = rain_dataset()[["time"]]
    dataset["notes"] = (("time", "y", "x"), np.full(RAIN.shape, b"a", "S1"))
    refused("notes of dtype", read, write(dataset))


def test_damage_that_shows_when_it_is_read(tmp_path):
    path = str(tmp_path / "a.nc")
    coding = {"rain": {"zlib": True, "chunksizes": (1, 4, 5)}}
    rain_dataset().to_netcdf(path, engine="h5netcdf", encoding=coding)
    with h5py.File(path) as file:
        chunk = file["rain"].id.get_chunk_info(3)
    with open(path, "r+b") as file:
        file.seek(chunk.byte_offset)
        file.write(bytes(chunk.size))
    frames = read(path)
    view = view_frames("train", frames.values, frames.axes)
    view.read(0, 0, 3)
    refused(
        "^train: received frames [0-9]+ to [0-9]+ of sequence 0 that cannot be read",
        view.read,
        0,
        3,
        4,
    )


def test_its_suffixes_and_what_is_refused_before(tmp_path):
    assert {reader_of(name).name for name in ("a.NC", "a.nc4", "a.cdf")} == {"netcdf"}
    refused("--data: .*which is no file", reader("netcdf").check, "--data", tmp_path / "a.nc")


def test_sixty_four_bit_data(tmp_path):
    pytest.importorskip("netCDF4", reason="needs netCDF4: pip install netCDF4")
    path = str(tmp_path / "a.nc")
    rain_dataset().to_netcdf(path, engine="netcdf4", format="NETCDF3_64BIT_DATA")
    np.testing.assert_array_equal(read(path).values[2], RAIN[2])


def test_what_netcdf4_reads_is_the_same(tmp_path):
    netcdf4 = pytest.importorskip("netCDF4", reason="needs netCDF4: pip install netCDF4")
    path = str(tmp_path / "a.nc")
    with netcdf4.Dataset(path, "w") as file:
        for name, size in (("time", 2), ("y", 3), ("x", 4)):
            file.createDimension(name, size)
        packed = file.createVariable("rain", "i2", ("time", "y", "x"), fill_value=-7)
        packed.setncatts({"scale_factor": 0.1, "add_offset": 3.0, "missing_value": np.int16(5)})
        packed.setncatts({"valid_range": np.array([-100, 15], "i2")})
        packed.set_auto_maskandscale(False)
        packed[:] = np.arange(-8, 16).reshape(2, 3, 4)
    with netcdf4.Dataset(path) as file:
        expected = file["rain"][:].filled(np.nan)
    np.testing.assert_allclose(read(path).values[:], expected, rtol=1e-6)


def test_an_open_array_of_xarray_and_the_reader_agree(write):
    path = write(rain_dataset())
    with xarray.open_dataset(path, chunks=None) as dataset:
        ours, theirs = read(path), frames_of("test", dataset["rain"])
        assert (ours.times == theirs.times).all() and ours.axes == theirs.axes
        np.testing.assert_array_equal(ours.values[:], theirs.values[:])
