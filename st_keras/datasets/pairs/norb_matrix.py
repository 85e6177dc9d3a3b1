"""The binary matrix format in which NORB is published."""

import gzip
import math
import struct

import numpy as np

from st_keras.files.damaged_file import refuse_damaged
from st_keras.files.unpacked_size import check_expansion
from st_keras.validation import check_file, error

# The first four bytes, a little-endian integer, name the type of the elements.
_TYPES = {
    0x1E3D4C51: "<f4",
    0x1E3D4C53: "<f8",
    0x1E3D4C54: "<i4",
    0x1E3D4C55: "u1",
    0x1E3D4C56: "<i2",
}
_MOST_AXES = 8
_MOST_BYTES = 1 << 32


def read_norb_matrix(where, path):
    """Read a matrix file: magic number, number of axes, sizes (at least three), elements.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path; compressed if it ends in `.gz`.

    Returns:
        Array of the file's shape and type.

    Raises:
        ValueError: if the file is missing, damaged, too short or too long, of another format, or if
            it unpacks to more than 32 MiB and 512 times its bytes.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.mat"
    ...     size = path.write_bytes(struct.pack("<5i2i", 0x1E3D4C54, 1, 2, 1, 1, 7, 8))
    ...     read_norb_matrix("doc", path).tolist()
    [7, 8]

    References:
        LeCun, Huang, Bottou: Learning Methods for Generic Object Recognition with Invariance to
        Pose and Lighting, CVPR 2004, https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/
    """
    path = check_file(where, path)
    opened = gzip.open if path.suffix == ".gz" else open
    with (
        refuse_damaged(where, path, "a whole file in the binary matrix format of NORB"),
        opened(path, "rb") as file,
    ):
        dtype, shape = _header(file)
        size = math.prod(shape) * dtype.itemsize
        if size > _MOST_BYTES:
            raise ValueError(f"{size} bytes")
        # Python makes room for what is asked for before it reads.
        check_expansion(size, path.stat().st_size)
        content = file.read(size + 1)
    if len(content) != size:
        raise error(
            where,
            f"{str(path)!r} with {'more' if len(content) > size else len(content)} bytes of "
            f"elements for shape {shape}",
            f"{size} bytes",
            "Copy or download it again if it is truncated.",
        )
    return np.frombuffer(content, dtype).reshape(shape)


def _header(file):
    magic, axes = struct.unpack("<ii", file.read(8))
    if magic not in _TYPES:
        raise ValueError(f"the magic number {magic & 0xFFFFFFFF:#x}")
    if not 0 <= axes <= _MOST_AXES:
        raise ValueError(f"{axes} axes")
    # Small matrices carry sizes of 1 up to the third axis.
    sizes = struct.unpack(f"<{max(axes, 3)}i", file.read(4 * max(axes, 3)))[:axes]
    if min(sizes, default=1) < 0:
        raise ValueError(f"a shape of {sizes}")
    return np.dtype(_TYPES[magic]), sizes
