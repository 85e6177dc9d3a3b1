import gzip

import numpy as np
import pytest

from st_keras.datasets.readers.reader import reader, reader_of
from tests.refusals import refused

eccodes = pytest.importorskip("eccodes", reason="needs eccodes: pip install 'st_keras[radar]'")
pytest.importorskip("cfgrib", reason="needs cfgrib: pip install 'st_keras[radar]'")

read = reader("grib").open
VALUES = np.arange(12.0).reshape(3, 4)
TEMPERATURE = {"discipline": 0, "parameterCategory": 0, "parameterNumber": 0}
HUMIDITY = {**TEMPERATURE, "parameterCategory": 1, "parameterNumber": 1}
MRMS_RAIN = {"discipline": 209, "parameterCategory": 6, "parameterNumber": 1}
MRMS_DBZ = {"discipline": 209, "parameterCategory": 10, "parameterNumber": 0}


def write(path, *fields):
    """Write GRIB messages, each of values at a time of day (hhmm) and a step in minutes."""
    with open(path, "wb") as file:
        for values, time, step, about in fields:
            message = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
            rows, columns = values.shape
            keys = {"Ni": columns, "Nj": rows, "dataDate": 20260601, "dataTime": time}
            keys |= {"latitudeOfFirstGridPointInDegrees": 50.0}
            keys |= {"longitudeOfFirstGridPointInDegrees": 5.0}
            keys |= {"latitudeOfLastGridPointInDegrees": 50.0 - 0.1 * (rows - 1)}
            keys |= {"longitudeOfLastGridPointInDegrees": 5.0 + 0.1 * (columns - 1)}
            keys |= {"iDirectionIncrementInDegrees": 0.1, "jDirectionIncrementInDegrees": 0.1}
            for key, value in {**keys, **about}.items():
                eccodes.codes_set(message, key, value)
            if step:
                eccodes.codes_set(message, "stepUnits", "m")
                eccodes.codes_set(message, "step", step)
            eccodes.codes_set_values(message, values.ravel())
            eccodes.codes_write(message, file)
            eccodes.codes_release(message)
    return str(path)


def test_frames_of_a_file(tmp_path):
    fields = [(VALUES + k, time, 0, TEMPERATURE) for k, time in enumerate((0, 5, 10))]
    frames = read(write(tmp_path / "a.grib2", *fields))
    assert frames.axes == "THW" and frames.shape == (3, 3, 4) and frames.name == "t"
    assert frames.units == "K" and frames.attributes["standard_name"] == "air_temperature"
    steps = np.arange(3) * np.timedelta64(5, "m")
    assert (frames.times == np.datetime64("2026-06-01T00:00") + steps).all()
    np.testing.assert_allclose(frames.grid.y, [50.0, 49.9, 49.8])
    assert frames.grid.x_attributes["standard_name"] == "longitude"
    np.testing.assert_allclose(frames.values[1:], [VALUES + 1, VALUES + 2])
    assert not [path for path in tmp_path.iterdir() if path.name != "a.grib2"]


def test_one_scan_and_forecasts(tmp_path):
    scan = read(write(tmp_path / "a.grb2", (VALUES, 130, 0, TEMPERATURE)))
    assert scan.axes == "THW" and scan.times == np.array(["2026-06-01T01:30"], "M8[ns]")
    fields = [
        (VALUES + time + step, time, step, TEMPERATURE) for time in (0, 600) for step in (5, 10)
    ]
    runs = read(write(tmp_path / "b.grib", *fields))
    assert runs.axes == "NTHW" and runs.shape == (2, 2, 3, 4)
    expected = [["2026-06-01T00:05", "2026-06-01T00:10"], ["2026-06-01T06:05", "2026-06-01T06:10"]]
    assert (runs.times == np.array(expected, "M8[ns]")).all()
    np.testing.assert_allclose(runs.values[1, 0], VALUES + 605)


def test_mrms_has_codes_of_its_own(tmp_path):
    values = VALUES.copy()
    values[0] = [-99, -3, -1, -999]
    rain = read(write(tmp_path / "a.grib2", (values, 0, 0, MRMS_RAIN)))
    assert rain.name == "unknown" and rain.units is None and rain.nan_is_missing
    assert np.isnan(rain.values[0]).tolist() == [[True] * 4, [False] * 4, [False] * 4]
    assert "-99, -999, -1, -3 are missing" in rain.notes[0]
    # A reflectivity of -3 dBZ is one.
    dbz = read(write(tmp_path / "b.grib2", (values, 0, 0, MRMS_DBZ)))
    assert np.isnan(dbz.values[0, 0]).tolist() == [True, False, False, True]
    named = read(str(tmp_path / "a.grib2"), missing_value=(-3,))
    assert np.isnan(named.values[0, 0]).tolist() == [False, True, False, False]
    assert named.notes == ()
    other = read(write(tmp_path / "c.grib2", (values, 0, 0, TEMPERATURE)))
    assert not np.isnan(other.values[:]).any()


def test_which_variable(tmp_path):
    path = write(tmp_path / "a.grib2", (VALUES, 0, 0, TEMPERATURE), (VALUES * 2, 0, 0, HUMIDITY))
    refused(r"2 arrays \(t, r\)|2 arrays \(r, t\)", read, path)
    np.testing.assert_allclose(read(path, variable="r").values[0], 2 * VALUES)
    refused("'snow'.*one of", read, path, variable="snow")


def test_one_variable_at_two_kinds_of_level(tmp_path):
    high = {**TEMPERATURE, "typeOfLevel": "isobaricInhPa", "level": 500}
    path = write(tmp_path / "a.grib2", (VALUES, 0, 0, TEMPERATURE), (VALUES + 9, 0, 0, high))
    refused(r"2 arrays \(t, t\.surface\)", read, path)
    np.testing.assert_allclose(read(path, variable="t").values[0], VALUES + 9)
    np.testing.assert_allclose(read(path, variable="t.surface").values[0], VALUES)


def test_a_packed_file_and_one_at_a_url(tmp_path):
    path = write(tmp_path / "a.grib2", (VALUES, 0, 0, MRMS_RAIN), (VALUES + 1, 2, 0, MRMS_RAIN))
    packed = tmp_path / "b.grib2.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.grib2").read_bytes()))
    fsspec = pytest.importorskip("fsspec")
    fsspec.filesystem("memory").pipe("/grib/b.grib2.gz", packed.read_bytes())
    fsspec.filesystem("memory").pipe("/grib/a.grib2", (tmp_path / "a.grib2").read_bytes())
    urls = ["memory://grib/b.grib2.gz", "memory://grib/a.grib2"]
    for each in (str(packed), f"file://{path}", *urls):
        frames = read(each)
        np.testing.assert_allclose(frames.values[:], [VALUES, VALUES + 1])
        assert frames.times[1] == np.datetime64("2026-06-01T00:02")
    fsspec.filesystem("memory").rm("/grib", recursive=True)


def test_what_expands_too_far_is_not_unpacked(tmp_path):
    path = tmp_path / "a.grib2.gz"
    path.write_bytes(gzip.compress(bytes(80_000_000)))
    refused("which would unpack to more than", read, str(path))


def test_damaged_files(tmp_path):
    path = write(tmp_path / "a.grib2", (VALUES, 0, 0, TEMPERATURE), (VALUES, 5, 0, TEMPERATURE))
    whole = (tmp_path / "a.grib2").read_bytes()
    for left in (len(whole) - 3, len(whole) // 2 + 20, 30):
        (tmp_path / "a.grib2").write_bytes(whole[:left])
        refused("a.grib2', which does not open", read, path)
    (tmp_path / "a.grib2").write_bytes(b"no message in it")
    refused("a.grib2', which does not open", read, path)
    (tmp_path / "b.grib2.gz").write_bytes(gzip.compress(whole)[:-9])
    refused("b.grib2.gz', which does not open", read, str(tmp_path / "b.grib2.gz"))


def test_its_suffixes():
    names = "a.grib a.grib2 a.GRB a.grb2 a.grib2.gz a.grb.gz"
    assert {reader_of(name).name for name in names.split()} == {"grib"}
