import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from st_keras.datasets import load_array_file
from st_keras.datasets.readers.knmi import READER, calibration
from st_keras.datasets.readers.reader import reader_of
from tests.datasets.readers.knmi_file import PROJECTION, write_knmi
from tests.datasets.test_array_file import FRAMES, write_hdf5
from tests.refusals import refused

CODES = np.array([[0, 1, 65534], [417, 65535, 2000]], "uint16")
WRONG = "+proj=stere +lat_0=90 +lon_0=0 +lat_ts=60 +a=6378.14 +b=6356.75 +x_0=0 y_0=0"


def test_codes_are_decoded_when_they_are_read(tmp_path):
    path = write_knmi(tmp_path / "a.h5", CODES)
    assert reader_of(path) is READER
    frames = READER.open(path)
    assert frames.shape == (1, 2, 3) and frames.axes == "THW" and frames.nan_is_missing
    expected = np.array([[[0, 0.01, np.nan], [4.17, np.nan, 20]]], "float32")
    for values in (frames.values, pickle.loads(pickle.dumps(frames.values))):
        np.testing.assert_array_equal(values[:], expected)
    assert frames.values[0, 1:, 0].tolist() == [np.float32(4.17)]
    (tmp_path / "a.h5").unlink()  # it is open no longer: the file is gone
    refused(r"reader 'knmi': .*a\.h5', which does not open", frames.values.__getitem__, 0)


def test_what_the_file_says(tmp_path):
    frames = READER.open(write_knmi(tmp_path / "a.h5", CODES))
    assert (frames.units, frames.name) == ("mm", "accumulated_precipitation")
    assert frames.times.tolist() == [np.datetime64("2010-08-26T05:40:00").item()]
    assert frames.sources == (f"{tmp_path}/a.h5",)
    assert frames.attributes == {
        "institution": "KNMI",
        "product": "RAD_TEST",
        "standard_name": "lwe_thickness_of_precipitation_amount",
        "time_start": "2010-08-26T05:35:00",
        "time_end": "2010-08-26T05:40:00",
        "interval_seconds": 300,
        "cell_methods": "time: sum (interval: 300 s)",
    }
    assert frames.grid.y.tolist() == [-3650.5, -3651.5]
    assert frames.grid.x.tolist() == [0.5, 1.5, 2.5]
    assert frames.grid.mapping == {"proj4": PROJECTION}
    assert frames.grid.y_attributes["units"] == "km"


def test_reflectivity_and_what_is_no_echo(tmp_path):
    codes = np.array([[0, 64, 255]], "uint8")
    path = write_knmi(
        tmp_path / "a.h5",
        codes,
        quantity="REFLECTIVITY_[DBZ]",
        formula="GEO = 0.500000 * PV + -32.000000",
        missing=0,
        outside=255,
    )
    frames = READER.open(path)
    assert frames.units == "dBZ" and "interval_seconds" not in frames.attributes
    np.testing.assert_array_equal(frames.values[0, 0], [np.nan, 0, np.nan])
    echo = READER.open(path, undetect=-32.0)
    np.testing.assert_array_equal(echo.values[0, 0], np.float32([-32, 0, np.nan]))
    # Where one code says both, nothing is known of such a pixel.
    path = write_knmi(tmp_path / "b.h5", CODES, missing=65535)
    assert np.isnan(READER.open(path, undetect=0.0).values[0, 1, 1])


def test_the_same_grid_with_the_wrong_projection_of_older_files(tmp_path):
    right = READER.open(write_knmi(tmp_path / "a.h5", CODES))
    pixels = {"geo_pixel_size_y": np.array([1.0], "float32")}
    wrong = READER.open(write_knmi(tmp_path / "b.h5", CODES, projection=WRONG, geographic=pixels))
    assert wrong.grid.differs_from(right.grid) is None and wrong.grid.mapping


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("geo_pixel_size_x", np.array([0.0], "float32"), None),
        ("geo_dim_pixel", np.bytes_("DEG,DEG"), "degrees"),
        ("geo_dim_pixel", np.bytes_("M,M"), "m"),
    ],
)
def test_other_grids(tmp_path, name, value, expected):
    grid = READER.open(write_knmi(tmp_path / "a.h5", CODES, geographic={name: value})).grid
    assert (grid and grid.x_attributes["units"]) == expected


def test_no_time_where_none_is_said(tmp_path):
    for end in ("NA", "26-OKT-2010;05:40:00", "31-FEB-2010;05:40:00"):
        assert READER.open(write_knmi(tmp_path / "a.h5", CODES, end=end)).times is None


def test_several_images(tmp_path):
    path = write_knmi(tmp_path / "a.h5", CODES - 10, images=3)
    shown = r"image1 \(accumulated_precipitation\), image2 \(quality_2\), image3"
    refused(rf"a.h5' with 3 images\. Required: .*one of {shown}", READER.open, path)
    refused(rf"0 images called 'snow'.*{shown}", READER.open, path, variable="snow")
    for variable in ("image2", "quality_2"):
        assert READER.open(path, variable=variable).name == "quality_2"
    assert load_array_file(f"{path}:image3")[0, 0, 2] == np.float32(655.26)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("GEO=0.01*PV+0.0", (0.01, 0)),
        ("GEO=0.500000*PV+-32.000000", (0.5, -32)),
        ("GEO=0.5*PV-31.5", (0.5, -31.5)),
        ("GEO = 1e-2*PV", (0.01, 0)),
    ],
)
def test_calibration(formula, expected):
    assert calibration(formula) == expected


@pytest.mark.parametrize(
    "formula", ["", None, "GEO=PV", "GEO=0.01*PV+0.0;import os", "GEO=10^(PV*0.1)", "X=1*PV+0"]
)
def test_a_formula_of_another_form_is_refused(formula, tmp_path):
    refused("the calibration formula .*a line, such as GEO", calibration, formula)


def test_what_is_no_file_of_knmi(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", **{"image1/image_data": FRAMES})
    assert not READER.detect(str(path)) and reader_of(path).name == "hdf5"
    (tmp_path / "b.h5").write_bytes(b"\x89HDF\r\n\x1a\n damaged")
    for name in ("b.h5", "no.h5"):
        assert not READER.detect(str(tmp_path / name))
    path = write_knmi(tmp_path / "c.h5", CODES, formula="GEO=PV*PV")
    refused(r"GEO=PV\*PV", load_array_file, path)


@pytest.mark.needs_data
def test_the_files_and_the_array_made_of_them_are_the_same(data_file):
    array = np.load(data_file("radar_knmi_20100826_5min.npz"))["precip_hundredths_mm"][-24:]
    folder = data_file("README.md").parent / "knmi_hdf5"
    files = sorted(folder.glob("*.h5"))
    assert len(files) == 24
    for number in (0, 11, 23):
        frames = READER.open(str(files[number]))
        expected = np.where(array[number] == 65535, np.nan, array[number] * 0.01)
        np.testing.assert_array_equal(frames.values[0], expected.astype("float32"))
    # The corners of the grid, in degrees, are those that the file gives: a polar stereographic
    # projection on the ellipsoid, by Snyder's formulas (1987).
    a, b = 6378.137, 6356.752
    e = np.sqrt(1 - (b / a) ** 2)

    def to_plane(longitude, latitude):
        phi, ts = np.radians(latitude), np.radians(60.0)

        def t(angle):
            ratio = (1 - e * np.sin(angle)) / (1 + e * np.sin(angle))
            return np.tan(np.pi / 4 - angle / 2) / ratio ** (e / 2)

        m = np.cos(ts) / np.sqrt(1 - (e * np.sin(ts)) ** 2)
        rho = a * m * t(phi) / t(ts)
        return rho * np.sin(np.radians(longitude)), -rho * np.cos(np.radians(longitude))

    grid = frames.grid
    for corner, x, y in [((0.0, 55.974), 0.5, -0.5), ((9.009, 48.895), -0.5, 0.5)]:
        expected = to_plane(*corner)
        at = (0, 0) if x > 0 else (-1, -1)
        found = grid.x[at[1]] - x, grid.y[at[0]] - y
        np.testing.assert_allclose(found, expected, atol=0.1)  # degrees have three decimals


def test_several_threads_read_at_once(tmp_path):
    paths = [write_knmi(tmp_path / f"{each}.h5", CODES - each) for each in range(1, 5)]
    frames = [READER.open(path).values for path in paths]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda each: frames[each % 4][0, 1, 0], range(64)))
    np.testing.assert_allclose(found, np.tile([4.16, 4.15, 4.14, 4.13], 16), rtol=1e-6)
