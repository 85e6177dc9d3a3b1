import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from st_keras.datasets.readers.images import READER

CODES = np.array([[0, 1, 255], [2, 3, 4]], "uint8")
# Directory: raster type, projected, EPSG:3035.
KEYS = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 3035)
TIE, SCALE = (0.0, 0.0, 0.0, 100.0, 500.0, 0.0), (10.0, 20.0, 0.0)


def save(path, array=CODES, smaller=(), **tags):
    numbers = {"tie": (33922, 12, TIE), "scale": (33550, 12, SCALE), "keys": (34735, 3, KEYS)}
    numbers |= {"nodata": (42113, 2, None), "metadata": (42112, 2, None)}
    images = []
    for at, page in enumerate((array, *smaller)):
        image = Image.fromarray(page)
        info = TiffImagePlugin.ImageFileDirectory_v2()
        if at:
            info[254] = 1
        for name, (number, kind, value) in numbers.items():
            value = tags.get(name, value)
            if value is not None and not at:
                info.tagtype[number] = kind
                info[number] = value
        image.encoderinfo = {"tiffinfo": info}
        images.append(image)
    first, *rest = images
    first.save(path, save_all=True, append_images=rest, tiffinfo=first.encoderinfo["tiffinfo"])
    return str(path)


def test_no_data_and_the_grid(tmp_path):
    frames = READER.open(save(tmp_path / "a_202601010000.tif", nodata="255"))
    assert frames.nan_is_missing and frames.shape == (1, 2, 3)
    np.testing.assert_array_equal(frames.values[0], [[0, 1, np.nan], [2, 3, 4]])
    assert frames.grid.y.tolist() == [490, 470] and frames.grid.x.tolist() == [105, 115, 125]
    assert frames.grid.mapping == {"epsg_code": "EPSG:3035"}
    assert frames.grid.y_attributes == {
        "units": "m",
        "standard_name": "projection_y_coordinate",
    }
    assert frames.times.tolist() == [np.datetime64("2026-01-01T00:00:00").item()]


def test_scale_and_offset(tmp_path):
    text = (
        '<GDALMetadata><Item name="OFFSET" sample="0" role="offset">-32</Item>'
        '<Item name="SCALE" sample="0" role="scale">0.5</Item></GDALMetadata>'
    )
    values = READER.open(save(tmp_path / "a.tif", metadata=text, nodata="0")).values
    np.testing.assert_array_equal(values[0, 1], [-31, -30.5, -30])
    assert np.isnan(values[0, 0, 0])
    values = READER.open(save(tmp_path / "a.tif", metadata=text.replace("0.5", "x"))).values
    assert values[0, 1].tolist() == [-30, -29, -28]


def test_floats_whose_no_data_is_nan(tmp_path):
    floats = np.array([[0.5, np.nan]], "float32")
    frames = READER.open(save(tmp_path / "a.tif", floats, nodata="nan"))
    assert frames.nan_is_missing
    np.testing.assert_array_equal(frames.values[0], floats)


def test_degrees_and_points(tmp_path):
    keys = (1, 1, 0, 2, 1025, 0, 1, 2, 2048, 0, 1, 4326)
    grid = READER.open(save(tmp_path / "a.tif", keys=keys)).grid
    assert grid.y.tolist() == [500, 480] and grid.mapping == {"epsg_code": "EPSG:4326"}
    assert grid.x_attributes == {"units": "degrees", "standard_name": "longitude"}
    own = (1, 1, 0, 1, 3072, 0, 1, 32767)
    assert READER.open(save(tmp_path / "a.tif", keys=own)).grid.mapping == {}


def test_a_plain_tiff_says_nothing(tmp_path):
    Image.fromarray(CODES).save(tmp_path / "a.tif")
    frames = READER.open(str(tmp_path / "a.tif"))
    assert frames.grid is None and not frames.nan_is_missing and frames.values.dtype == np.uint8


@pytest.mark.parametrize("count", [1, 2])
def test_smaller_copies_are_no_pages(tmp_path, count):
    path = save(tmp_path / "a.tif", smaller=[CODES[:1, :1]] * count)
    with Image.open(path) as image:
        assert image.n_frames == count + 1
    np.testing.assert_array_equal(READER.open(path).values[0], CODES)
