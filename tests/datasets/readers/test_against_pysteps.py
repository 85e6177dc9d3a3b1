"""What pysteps' importers make of the same files."""

import gzip

import numpy as np
import pytest

from st_keras.datasets import from_pysteps
from st_keras.datasets.readers import knmi, odim
from tests.datasets.readers.knmi_file import write_knmi
from tests.datasets.readers.odim_file import write_odim
from tests.datasets.readers.test_knmi import WRONG
from tests.datasets.readers.test_odim import DBZH, RATE
from tests.fresh_process import run_python
from tests.refusals import refused

pytest.importorskip("pysteps", reason="needs the extra [radar]")
from pysteps.io import importers

CODES16 = np.array([[0, 1, 65535], [417, 65535, 2000]], "uint16")


def same_as_pysteps(ours, theirs, unit=1.0):
    """Compare frames with what an importer of pysteps returned, whose lengths are in `unit`."""
    field, _, metadata = theirs
    np.testing.assert_array_equal(ours.values[0], np.asarray(field, "float32"))
    assert ours.units == metadata["unit"]
    rows, columns = ours.shape[1:]
    y = np.linspace(metadata["y1"], metadata["y2"], 2 * rows + 1)[1::2] / unit
    x = np.linspace(metadata["x1"], metadata["x2"], 2 * columns + 1)[1::2] / unit
    np.testing.assert_allclose(ours.grid.x, x, atol=1e-6)
    np.testing.assert_allclose(ours.grid.y, y[::-1] if metadata["yorigin"] == "upper" else y)


def test_knmi_of_the_test(tmp_path):
    path = write_knmi(tmp_path / "a.h5", CODES16)
    ours, theirs = knmi.READER.open(path), importers.import_knmi_hdf5(path)
    same_as_pysteps(ours, theirs)
    assert ours.grid.mapping["proj4"] == theirs[2]["projection"]
    assert ours.grid.y_attributes["units"] == theirs[2]["cartesian_unit"] == "km"


def test_knmi_with_the_wrong_projection(tmp_path):
    """Theirs is in metres, of a file of the full size."""
    codes = np.zeros((765, 700), "uint16")
    path = write_knmi(tmp_path / "a.h5", codes, projection=WRONG)
    same_as_pysteps(knmi.READER.open(path), importers.import_knmi_hdf5(path), unit=1000)


@pytest.mark.needs_data
def test_the_files_of_knmi(data_file):
    folder = data_file("README.md").parent / "knmi_hdf5"
    files = sorted(str(path) for path in folder.glob("*.h5"))
    archive = from_pysteps("knmi_hdf5", files[:3])
    for number in (0, 2):
        ours = knmi.READER.open(files[number])
        np.testing.assert_array_equal(archive.values[number], ours.values[0])
        assert archive.times[number] == ours.times[0]
        assert archive.grid.differs_from(ours.grid) is None
        assert archive.units == ours.units
        for name in ("standard_name", "interval_seconds", "cell_methods"):
            assert archive.attributes[name] == ours.attributes[name]
    same_as_pysteps(ours, importers.import_knmi_hdf5(files[2]))


def test_odim(tmp_path):
    pytest.importorskip("pyproj", reason="needs the extra [radar]")
    for image, quantity in ((RATE, "RATE"), (DBZH | {"undetect": 2.0}, "DBZH")):
        path = write_odim(tmp_path / f"{quantity}.h5", image)
        ours = odim.READER.open(path, undetect=-30.0 if quantity == "DBZH" else None)
        field, _, metadata = importers.import_odim_hdf5(path, qty=quantity)
        np.testing.assert_array_equal(ours.values[0], np.float32(field))
        assert ours.units == metadata["unit"] and metadata["yorigin"] == "upper"
        # Their upper right corner is projected too, that of ours follows from the sizes of pixels.
        assert ours.grid.x[0] == pytest.approx(metadata["x1"] + metadata["xpixelsize"] / 2)
        assert ours.grid.y[-1] == pytest.approx(metadata["y1"] + metadata["ypixelsize"] / 2)
        assert ours.grid.mapping["proj4"] == metadata["projection"]


@pytest.fixture
def flat_earth(monkeypatch):
    """A projection for pysteps' importers, where pyproj is not installed."""

    class Projection:
        Proj = staticmethod(lambda text: lambda longitude, latitude: (longitude, latitude))

    monkeypatch.setattr(importers, "pyproj", Projection, raising=False)
    monkeypatch.setattr(importers, "PYPROJ_IMPORTED", True)


def test_values_of_odim(tmp_path, flat_earth):
    for image, quantity in ((RATE, "RATE"), (DBZH | {"undetect": 2.0}, "DBZH")):
        path = write_odim(tmp_path / f"{quantity}.h5", image)
        field, *_ = importers.import_odim_hdf5(path, qty=quantity)
        assert np.isnan(field).any()
        ours = odim.READER.open(path, undetect=-30.0 if quantity == "DBZH" else None)
        np.testing.assert_array_equal(ours.values[0], np.float32(field))


@pytest.mark.parametrize("packed", [False, True])
def test_fmi_pgm_through_from_pysteps(tmp_path, flat_earth, packed):
    header = b"P5\n# obstime 201609281500\n# type stereographic\n# centrallongitude 25\n"
    header += b"# centrallatitude 90\n# truelatitude 60\n# bottomleft 18 57\n"
    header += b"# topright 34 69\n# metersperpixel_x 999.67\n# metersperpixel_y 999.62\n"
    content = header + b"2 1\n255\n" + bytes([64, 255])
    path = tmp_path / f"201609281500.pgm{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(content) if packed else content)
    frames = from_pysteps("fmi_pgm", [path], gzipped=packed)
    np.testing.assert_array_equal(frames.values[:], [[[0, np.nan]]])
    assert frames.units == "dBZ" and frames.attributes["zr_a"] == 223.0
    assert frames.grid.x.tolist() == [22, 30] and frames.grid.y.tolist() == [63]
    assert frames.times.tolist() == [np.datetime64("2016-09-28T15:00:00").item()]


def test_names_of_importers(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("1")
    match = r"importer='nope' \(Unknown importer method nope .*'fmi_pgm'"
    refused(match, from_pysteps, "nope", [path])
    script = f"""
from st_keras.datasets import from_pysteps
try:
    from_pysteps("nope", [{str(path)!r}])
except ValueError:
    print("refused")
"""
    # pysteps prints where its settings are when it is imported.
    assert run_python(script).split() == ["refused"]
