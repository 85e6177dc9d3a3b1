"""One array of a MATLAB file, which is not unpacked before it is known how large it is."""

import io
import struct
import zlib

import numpy as np

from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import error

_HEADER = 128  # bytes, of version 5; its last two say the order of bytes
_COMPRESSED = 15  # the type of an element
_CHUNK = 1 << 16


def read_mat_array(where, name, content, variable, check_shape, most_bytes):
    """Read a uint8 array of a MATLAB file of version 5.

    Args:
        where: str. Who asks; the errors begin with it.
        name: str, of the file, for messages.
        content: bytes of the file.
        variable: str, the array's name.
        check_shape: function of the shape (None if there is no such array) and the name of its
            MATLAB class; it raises if that is not what is asked for. Called before unpacking.
        most_bytes: int. What an element of the file may unpack to.

    Returns:
        uint8 array.

    Raises:
        ValueError: if the file is damaged, or an element of it unpacks to more.

    Example:

    >>> from scipy import io as scipy_io
    >>> file = io.BytesIO()
    >>> scipy_io.savemat(file, {"im": np.zeros((2, 3), "uint8")})
    >>> read_mat_array("doc", "a.mat", file.getvalue(), "im", lambda *_: None, 1000).shape
    (2, 3)
    """
    from scipy import io as scipy_io

    with refuse_damaged(where, name, "a MATLAB file of version 5"):
        _check_unpacked(where, name, content, most_bytes)
        found = scipy_io.whosmat(io.BytesIO(content))
        # Twice the same name: which of them is read?
        described = [(shape, kind) for each, shape, kind in found if each == variable]
        check_shape(*(described[0] if len(described) == 1 else (None, None)))
        array = scipy_io.loadmat(io.BytesIO(content), variable_names=[variable])[variable]
        if array.dtype != np.uint8 or array.shape != tuple(described[0][0]):
            raise ValueError(f"{variable} of shape {array.shape}, dtype {array.dtype}")
    return array


def _check_unpacked(where, name, content, most):
    """Unpack every element, a little at a time, and keep nothing but its size."""
    order = {b"IM": "<", b"MI": ">"}.get(content[_HEADER - 2 : _HEADER])
    place = _HEADER if order else len(content)  # another version compresses nothing
    while place + 8 <= len(content):
        kind, size = struct.unpack_from(f"{order}II", content, place)
        if kind == _COMPRESSED and _exceeds(content[place + 8 : place + 8 + size], most):
            raise error(
                where,
                f"{name!r}, an element of which unpacks to more than {most / 1e6:.1f} MB",
                "arrays of the size that was published",
                "Nothing was unpacked. Get the file again, from its own site.",
            )
        place += 8 + size


def _exceeds(packed, most):
    unpacking, done = zlib.decompressobj(), 0
    while packed and not unpacking.eof and done <= most:
        piece = unpacking.decompress(packed, _CHUNK)
        packed, done = unpacking.unconsumed_tail, done + len(piece)
    return done > most
