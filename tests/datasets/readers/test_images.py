import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from st_keras.datasets import load_array_file
from st_keras.datasets.readers.images import READER
from tests.refusals import refused

GREY = np.arange(12, dtype="uint8").reshape(3, 4) * 20
DEEP = np.arange(12, dtype="uint16").reshape(3, 4) * 5957
COLOUR = np.random.default_rng(0).integers(0, 256, (3, 4, 3), "uint8")


def refuses(path, match):
    refused(match, load_array_file, path)


def save(path, array, **options):
    Image.fromarray(array).save(path, **options)
    return str(path)


def png_header(width, height, bits=8, kind=0):
    """A PNG that says this of itself, and holds nothing."""

    def chunk(name, content):
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("a.png", GREY),
        ("a.png", DEEP),
        ("a.png", COLOUR),
        ("a.tif", DEEP),
        ("a.tiff", COLOUR),
        ("a.tif", (GREY / 7).astype("float32")),
        ("a.PNG", GREY),
        ("a.pgm", GREY),
    ],
)
def test_pixels_are_exact(tmp_path, name, array):
    frames = READER.open(save(tmp_path / name, array))
    assert frames.shape == (1, *array.shape) and frames.values.dtype == array.dtype
    assert (frames.axes, frames.channels) == (
        ("THWC", ("red", "green", "blue")) if array.ndim == 3 else ("THW", None)
    )
    found = frames.values[:]
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found[0], array)
    np.testing.assert_array_equal(frames.values[0, 1:, :2], array[1:, :2])
    assert not frames.nan_is_missing and frames.units is None


def test_jpeg(tmp_path):
    smooth = np.full((16, 16), 100, "uint8")
    frames = READER.open(save(tmp_path / "a.jpg", smooth, quality=95))
    assert np.abs(frames.values[0].astype(int) - 100).max() <= 2
    smooth = np.repeat(smooth[..., None], 3, axis=2)
    assert READER.open(save(tmp_path / "a.jpeg", smooth)).shape == (1, 16, 16, 3)


def test_one_bit_is_black_and_white(tmp_path):
    Image.fromarray(GREY > 100).save(tmp_path / "a.png")
    values = READER.open(str(tmp_path / "a.png")).values
    assert values.dtype == np.uint8
    np.testing.assert_array_equal(values[0], 255 * (GREY > 100))


def test_times_of_names(tmp_path):
    path = save(tmp_path / "fmi_201609281500.png", GREY)
    assert READER.open(path).times.tolist() == [np.datetime64("2016-09-28T15:00:00").item()]
    frames = READER.open(path, time_pattern="%Y%m%d%H%M")
    assert frames.times.shape == (1,) and frames.times.dtype == "datetime64[s]"
    refused("time_pattern='x%Y'.*does not fit", READER.open, path, time_pattern="x%Y")
    assert READER.open(save(tmp_path / "a.png", GREY)).times is None


def test_comments_of_a_pgm_are_kept(tmp_path):
    (tmp_path / "a.pgm").write_bytes(b"P5\n# missing 255\n1 1\n255\n\x07")
    assert READER.open(str(tmp_path / "a.pgm")).attributes == {"comments": ["missing 255"]}
    assert load_array_file(tmp_path / "a.pgm")[:].tolist() == [[[7]]]


def test_palettes_alpha_and_pages_are_refused(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(GREY).convert("P").save(path)
    refuses(path, "with a palette, whose.*one grey or RGB image.*convert\\('RGB'\\)")
    for mode in ("RGBA", "LA"):
        Image.fromarray(GREY).convert(mode).save(path)
        refuses(path, "with an alpha channel.*where transparent means missing")
    Image.fromarray(GREY).save(path, transparency=0)
    refuses(path, "with an alpha channel")
    Image.fromarray(COLOUR).convert("CMYK").save(tmp_path / "a.jpg")
    refuses(tmp_path / "a.jpg", "with pixels of the kind CMYK")
    pages = [Image.fromarray(GREY)] * 2
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    refuses(tmp_path / "a.tif", "with 2 pages or frames.*in a video or GIF")
    (tmp_path / "b.png").write_bytes(png_header(4, 3, bits=16, kind=2))
    refuses(tmp_path / "b.png", "with 16 bits for each colour.*grey image of 16 bits")


@pytest.mark.parametrize(
    "size",
    [(100_000, 100_000), (10_000, 10_000), (9_000, 9_000)],
    ids=["raised", "warned", "small"],
)
def test_bombs_are_refused(tmp_path, size):
    (tmp_path / "a.png").write_bytes(png_header(*size))
    refuses(tmp_path / "a.png", "which would unpack to .*expands as real data do")


def test_the_limit_of_pillow_is_that_of_the_reader(tmp_path, monkeypatch):
    path = save(tmp_path / "a.tif", GREY)
    monkeypatch.setattr(Image, "_decompression_bomb_check", lambda size: None)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 11)
    refuses(path, "which would unpack to 4 x 3 pixels")


def test_truncated_images(tmp_path):
    path = save(tmp_path / "a.png", COLOUR)
    content = (tmp_path / "a.png").read_bytes()
    for other in (content[:-5], content + b"\0", content[:20]):
        (tmp_path / "a.png").write_bytes(other)
        refuses(path, "a.png', (a PNG that ends with other bytes|which does not open)")
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), "uint8")
    path = save(tmp_path / "a.jpg", noise)
    content = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(content[: len(content) // 2])
    values = READER.open(path).values
    refused(r"reader 'images': .*a\.jpg', which does not open.*truncated", values.__getitem__, 0)
    (tmp_path / "b.jpg").write_text("no image")
    refuses(tmp_path / "b.jpg", r"does not open \(UnidentifiedImageError")
    path = tmp_path / "c.pgm"
    path.write_bytes(b"P5\n2 2\n255\nabc")
    refused("with 3 bytes of pixels", READER.open(str(path)).values.__getitem__, 0)


def test_several_threads_read_at_once(tmp_path):
    frames = [save(tmp_path / f"{each}.png", COLOUR + each) for each in range(8)]
    frames = [READER.open(path).values for path in frames]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda each: frames[each % 8][0], range(64)))
    for each, array in enumerate(found):
        np.testing.assert_array_equal(array, COLOUR + each % 8)
