"""Portable grey maps, `.pgm`: a header in text, then the pixels, exactly as they are."""

import contextlib
import gzip
import re
import zlib

import numpy as np

from st_keras.datasets.readers.binary_file import opened_file
from st_keras.files.unpacked_size import check_expansion
from st_keras.validation import error

_LONGEST_HEADER = 65536
_HEADER = re.compile(rb"P5\s(?:\s|#[^\n]*\n)*(\d+)(?:\s|#[^\n]*\n)+(\d+)(?:\s|#[^\n]*\n)+(\d+)\s")


def read_pgm_header(where, path):
    """Read size and depth of a PGM, and nothing of its pixels.

    Args:
        where: str. Who reads; the error begins with it.
        path: str or path. One that ends in ".gz" is unpacked as it is read.

    Returns:
        `(shape (H, W), dtype, bytes of the header, comments)`; comments is a list of str.

    Raises:
        ValueError: for another form of the format, or a size that no image has.
    """
    with _opened(path) as file:
        begin, _ = _read_most(file, _LONGEST_HEADER)
    found = _HEADER.match(begin)
    width, height, largest = (int(part) for part in found.groups()) if found else (0, 0, 0)
    if not (width and height and 0 < largest < 65536):
        raise error(
            where,
            f"{str(path)!r}, which begins with {begin[:16]!r}",
            "a PGM of the binary form P5, with width, height and a largest value below 65536",
            "Save it with Pillow: Image.fromarray(array).save(name).",
        )
    comments = [
        line.decode("utf-8", "replace").strip() for line in re.findall(rb"#([^\n]*)\n", found[0])
    ]
    # Most significant byte first, says the format.
    dtype = np.dtype("uint8" if largest < 256 else ">u2")
    return (height, width), dtype, found.end(), comments


def read_pgm(where, path):
    """Read the pixels of a PGM.

    Args:
        where, path: as in `read_pgm_header`.

    Returns:
        uint8 or uint16 (H, W).

    Raises:
        ValueError: if it has fewer bytes than its header says, or more.
    """
    shape, dtype, begin, _ = read_pgm_header(where, path)
    size = shape[0] * shape[1] * dtype.itemsize
    with opened_file(path) as file:
        check_expansion(size, file.seek(0, 2))
    with _opened(path) as file:
        content, cut = _read_most(file, begin + size + 1)
        content = content[begin:]
    if len(content) != size or cut:
        came = "more than that" if len(content) > size else f"{len(content)}"
        raise error(
            where,
            f"{str(path)!r} with {came} bytes of pixels, where its header says {size}"
            + ("; the packed file is cut off" if cut else ""),
            "a whole file with one image",
            "Copy or download it again.",
        )
    return np.frombuffer(content, dtype).astype(dtype.newbyteorder("=")).reshape(shape)


@contextlib.contextmanager
def _opened(path):
    with opened_file(path) as file:
        if str(path).lower().endswith(".gz"):
            with gzip.open(file) as unpacked:
                yield unpacked
        else:
            yield file


def _read_most(file, size):
    """Read so many bytes, or as many as come; return them and whether a packed file is cut off."""
    content = bytearray()
    read = getattr(file, "read1", file.read)
    try:
        while len(content) < size and (part := read(size - len(content))):
            content += part
    except (EOFError, zlib.error):
        return bytes(content), True
    return bytes(content), False
