"""Images, a frame each: PNG, JPEG, PGM, TIFF and GeoTIFF."""

import numpy as np

from st_keras.datasets.archives.decoded_values import DecodedValues
from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.archives.name_times import time_in_name
from st_keras.datasets.archives.one_scan import OneScan
from st_keras.datasets.archives.read_on_demand import ReadOnDemand
from st_keras.datasets.readers.binary_file import opened_file
from st_keras.datasets.readers.geotiff import GeoTIFF, pages, read_geotiff
from st_keras.datasets.readers.pgm import read_pgm, read_pgm_header
from st_keras.datasets.readers.reader import Reader
from st_keras.datasets.readers.refusals import refuse_unreadable
from st_keras.files.unpacked_size import ExpansionError, check_expansion
from st_keras.validation import error

WHERE = "reader 'images'"
COLOURS = ("red", "green", "blue")
# What NumPy makes of Pillow's modes: grey of 8 and 16 bits, whole numbers and floats of TIFF.
_DTYPES = {"L": "uint8", "I;16": "uint16", "I;16B": "uint16", "I": "int32", "F": "float32"}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def _open(path, time_pattern=None):
    when = time_in_name(WHERE, path, time_pattern)
    comments, geo = [], GeoTIFF()
    if str(path).lower().endswith((".pgm", ".pgm.gz")):
        shape, dtype, _, comments = read_pgm_header(WHERE, path)
        values = ReadOnDemand(lambda: _read(read_pgm, path), shape, dtype.newbyteorder("="))
    else:
        shape, dtype, geo = _image_header(path)
        values = ReadOnDemand(lambda: _read(_read_image, path), shape, dtype)
    colour = len(values.shape) == 3
    values = OneScan(values)
    if (geo.scale, geo.offset, geo.nodata) != (1, 0, None):
        missing = () if geo.nodata is None else (geo.nodata,)
        values = DecodedValues(values, geo.scale, geo.offset, missing)
    return Frames(
        values=values,
        axes="THWC" if colour else "THW",
        times=None if when is None else np.array([when]),
        channels=COLOURS if colour else None,
        grid=geo.grid,
        nan_is_missing=geo.nodata is not None,
        sources=(str(path),),
        attributes={"comments": comments} if comments else {},
    )


def _read(read, path):
    with refuse_unreadable(WHERE, path):
        return read(WHERE, path)


def _image_header(path):
    """Return shape, dtype and `GeoTIFF` of an image of which no pixel is read."""
    from PIL import Image

    with opened_file(path) as file:
        begin = file.read(26)
        packed = file.seek(0, 2)
        file.seek(max(0, packed - len(_PNG_END)))
        if begin.startswith(_PNG):
            _check_png(path, begin, file.read())
    try:
        with opened_file(path) as file, Image.open(file) as image:
            mode, (width, height) = image.mode, image.size
            alpha = "transparency" in image.info
            frames, geo = pages(image), read_geotiff(image)
            limit = Image.MAX_IMAGE_PIXELS
    # Pillow warns, or raises, where so many pixels are hardly an honest image.
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as reason:
        raise ExpansionError(f"too many pixels: {reason}") from reason
    if limit and width * height > limit:
        raise ExpansionError(f"{width} x {height} pixels")
    if frames > 1:
        _refuse(
            path,
            f"{frames} pages or frames",
            "Save each as an image of its own, or one after the other in a video or GIF.",
        )
    if mode in ("P", "PA"):
        _refuse(
            path,
            "a palette, whose numbers are places in a table of colours",
            "Save Image.open(name).convert('RGB'), or the numbers that the colours stand for.",
        )
    if alpha or mode in ("RGBA", "LA", "RGBa", "La"):
        _refuse(
            path,
            "an alpha channel",
            "Save Image.open(name).convert('RGB') or .convert('L'); where transparent means "
            "missing, save an array with NaN there by numpy.save.",
        )
    if mode == "1":
        mode = "L"
    if mode != "RGB" and mode not in _DTYPES:
        _refuse(path, f"pixels of the kind {mode}", "Save Image.open(name).convert('RGB').")
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    dtype = np.dtype("uint8" if mode == "RGB" else _DTYPES[mode])
    check_expansion(int(np.prod(shape)) * dtype.itemsize, packed)
    return shape, dtype, geo


def _check_png(path, begin, end):
    if end != _PNG_END:
        raise error(
            WHERE,
            f"{str(path)!r}, a PNG that ends with other bytes than such images do",
            "a whole file with one image, and nothing after it",
            "Copy or download it again.",
        )
    bits, kind = begin[24], begin[25]
    if bits == 16 and kind != 0:
        # Pillow would cut these to 8 bits.
        _refuse(path, "16 bits for each colour", "Save each channel as a grey image of 16 bits.")


def _refuse(path, what, action):
    raise error(WHERE, f"{str(path)!r} with {what}", "one grey or RGB image", action)


def _read_image(where, path):
    from PIL import Image

    with opened_file(path) as file, Image.open(file) as image:
        array = np.asarray(image.convert("L") if image.mode == "1" else image)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


READER = Reader(
    name="images",
    suffixes=(".png", ".jpg", ".jpeg", ".pgm", ".pgm.gz", ".tif", ".tiff"),
    open=_open,
    options=("time_pattern",),
)
