import sys
import types

import h5py
import numpy as np
import pytest

from st_keras.datasets import load_array_file
from st_keras.datasets.readers.odim import READER
from st_keras.datasets.readers.odim_quantities import QUANTITIES, no_echo
from st_keras.datasets.readers.reader import reader_of
from tests.datasets.readers.odim_file import PROJECTION, WHERE, write_odim
from tests.datasets.test_array_file import FRAMES, write_hdf5
from tests.refusals import refused

CODES = np.array([[0, 1, 255], [64, 100, 2]], "uint8")
DBZH = {
    "codes": CODES,
    "quantity": np.bytes_("DBZH"),
    "gain": 0.5,
    "offset": -32.0,
    "nodata": 255.0,
    "undetect": 0.0,
}
RATE = {
    "codes": CODES.astype("float32"),
    "quantity": np.bytes_("RATE"),
    "gain": 1.0,
    "offset": 0.0,
    "nodata": 255.0,
    "undetect": 0.0,
}


@pytest.fixture(params=["with pyproj", "without"])
def pyproj(request, monkeypatch):
    """The module, or None: one that has the corner of this grid at (-100, 50)."""
    found = None
    if request.param == "with pyproj":
        found = types.ModuleType("pyproj")
        found.__spec__ = types.SimpleNamespace()

        def project(text):
            assert text == PROJECTION
            return lambda longitude, latitude: (
                (-100.0, 50.0) if (longitude, latitude) == (-10.4346, 31.7462) else 1 / 0
            )

        found.Proj = project
    monkeypatch.setitem(sys.modules, "pyproj", found)
    if found is None:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    return found


def test_nodata_and_undetect_are_told_apart(tmp_path):
    path = write_odim(tmp_path / "a.h5", DBZH)
    assert reader_of(path) is READER
    frames = READER.open(path)
    assert frames.shape == (1, 2, 3) and frames.axes == "THW" and frames.nan_is_missing
    expected = [[-32, -31.5, np.nan], [0, 18, -31]]
    np.testing.assert_array_equal(frames.values[0], np.array(expected, "float32"))
    for undetect in (-10.0, "-10"):
        values = READER.open(path, undetect=undetect).values[0, 0]
        np.testing.assert_array_equal(values, np.array([-10, -31.5, np.nan], "float32"))
    assert np.isnan(READER.open(path, undetect=np.nan).values[0, 0, 0])
    # Where a file gives both one code, nothing is known of such a pixel.
    same = READER.open(write_odim(tmp_path / "b.h5", DBZH | {"nodata": 0.0}))
    assert np.isnan(same.values[0, 0, 0])


def test_what_the_file_says(tmp_path):
    times = {
        "startdate": np.bytes_("20260101"),
        "starttime": np.bytes_("001000"),
        "enddate": np.bytes_("20260101"),
        "endtime": np.bytes_("001458"),
    }
    acrr = {**RATE, **times, "quantity": np.bytes_("ACRR"), "product": np.bytes_("RR")}
    frames = READER.open(write_odim(tmp_path / "a.hdf", acrr))
    assert (frames.units, frames.name) == ("mm", "ACRR")
    assert frames.times.tolist() == [np.datetime64("2026-01-01T00:15:00").item()]
    assert frames.attributes == {
        "source": "ORG:247",
        "conventions": "ODIM_H5/V2_3",
        "product": "RR",
        "standard_name": "lwe_thickness_of_precipitation_amount",
        "time_start": "2026-01-01T00:10:00",
        "time_end": "2026-01-01T00:14:58",
        "interval_seconds": 298,
        "cell_methods": "time: sum (interval: 298 s)",
        "undetect": 0.0,
    }
    what = {"date": np.bytes_("20269901"), "time": np.bytes_("001500")}
    frames = READER.open(write_odim(tmp_path / "b.hdf", acrr, what=what))
    assert frames.times.tolist() == [np.datetime64("2026-01-01T00:14:58").item()]
    assert READER.open(write_odim(tmp_path / "c.hdf", RATE, what=what)).times is None


def test_the_grid(tmp_path, pyproj):
    frames = READER.open(write_odim(tmp_path / "a.h5", DBZH))
    left, bottom = (-100, 50) if pyproj else (0, 0)
    assert frames.grid.y.tolist() == [bottom + 1500, bottom + 500]
    assert frames.grid.x.tolist() == [left + 1000, left + 3000, left + 5000]
    if pyproj:
        assert frames.grid.mapping == {"proj4": PROJECTION} and frames.notes == ()
    else:
        assert "begin at the lower left corner" in frames.notes[0]
        shifted = WHERE | {"LL_lon": -11.0, "ysize": 2, "xsize": 3}
        other = READER.open(write_odim(tmp_path / "b.h5", DBZH, where=shifted))
        assert other.grid.differs_from(frames.grid) == "mapping"


def test_a_grid_that_is_not_said_and_one_of_another_size(tmp_path):
    path = write_odim(tmp_path / "a.h5", DBZH, where={"projdef": np.bytes_(PROJECTION)})
    assert READER.open(path).grid is None
    path = write_odim(tmp_path / "b.h5", DBZH, where=WHERE | {"ysize": 3, "xsize": 2})
    refused(r"b.h5' with data of shape \(2, 3\) and sizes \(3, 2\)", READER.open, path)


def test_what_stands_beside_the_data_counts(tmp_path):
    own = {"quantity": np.bytes_("RATE"), "gain": 2.0, "undetect": 1.0}
    path = write_odim(tmp_path / "a.h5", DBZH | {"own": own})
    frames = READER.open(path)
    assert frames.name == "RATE"
    expected = [[-32, 0, np.nan], [96, 168, -28]]
    np.testing.assert_array_equal(frames.values[0], np.array(expected, "float32"))


def test_several_quantities(tmp_path):
    second = RATE | {"codes": CODES + 1.0}
    path = write_odim(tmp_path / "a.h5", DBZH, RATE, second)
    shown = r"DBZH \(dataset1/data1\), RATE \(dataset2/data1\), RATE \(dataset3/data1\)"
    refused(rf"a.h5' with 3 images\. .* of {shown}", READER.open, path)
    refused(rf"with 2 images of 'RATE'.*{shown}", READER.open, path, variable="RATE")
    refused(rf"with 0 images of 'SNOW'.*{shown}", READER.open, path, variable="SNOW")
    assert READER.open(path, variable="DBZH").units == "dBZ"
    assert READER.open(path, variable="dataset3/data1").values[0, 1, 0] == 65
    assert load_array_file(f"{path}:dataset2/data1")[0, 1, 0] == 64


def test_an_unknown_quantity_and_polar_volumes_are_refused(tmp_path):
    path = write_odim(tmp_path / "a.h5", DBZH | {"quantity": np.bytes_("SNOW")})
    refused(
        r"the quantity 'SNOW'\. Required: .*unit is known: DBZH, .*RATE.* Read its codes with "
        "reader='hdf5' and variable='dataset1/data1/data'",
        READER.open,
        path,
    )
    for kind in ("PVOL", "SCAN"):
        path = write_odim(tmp_path / "b.h5", DBZH, kind=kind)
        refused(f"an object {kind}. Required: a composite.*xradar or wradlib", READER.open, path)
    assert READER.open(write_odim(tmp_path / "c.h5", DBZH, kind="IMAGE")).name == "DBZH"


def test_what_is_no_odim(tmp_path):
    for path in (
        write_odim(tmp_path / "a.h5", DBZH, convention="CF-1.8"),
        write_hdf5(tmp_path / "b.h5", a=FRAMES),
        tmp_path / "no.h5",
    ):
        assert not READER.detect(str(path))
    (tmp_path / "c.h5").write_bytes(b"\x89HDF\r\n\x1a\n damaged")
    assert not READER.detect(str(tmp_path / "c.h5"))
    path = write_odim(tmp_path / "d.h5", DBZH)
    with h5py.File(path, "a") as file:
        del file["dataset1/data1/data"]
    refused("with 0 images.*of none", load_array_file, path)


@pytest.mark.parametrize("name", QUANTITIES)
def test_no_echo_of_every_quantity(name):
    values = [no_echo(name, dtype, 0.1, -327.68) for dtype in ("uint16", "float64")]
    units = QUANTITIES[name].units
    if units == "dBZ":
        assert values == [-32, -32]
    elif units in ("mm", "mm/h", "kg m-2", "km"):
        assert values == [0, 0]
    else:
        assert np.isnan(values).all()


def test_no_echo_is_the_lowest_that_codes_express():
    assert no_echo("TH", "uint8", 0.5, -31.5) == -31.5
    assert no_echo("TH", "uint8", -0.5, 100.0) == -27.5  # a gain below 0
    assert no_echo("TH", "int8", 0.1, 0.0) == pytest.approx(-12.8)
