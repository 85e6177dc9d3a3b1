"""The arrays of an `.npz` file, which are not unpacked before it is known how large they are."""

import contextlib
import math
import os
import struct
import zipfile

import numpy as np

from st_keras.files.unpacked_size import MOST_TIMES
from st_keras.files.zip_members import check_members

_ENDING = ".npy"
_LOCAL_HEADER, _LOCAL_LENGTHS = 30, 26  # bytes of it, and where those of its parts stand
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@contextlib.contextmanager
def open_npz(file):
    """Open an `.npz` file.

    Whatever is wrong with the file raises, here and in the methods, whatever zipfile, zlib and
    NumPy may raise for it: see `refuse_damaged`.

    Args:
        file: binary file, opened, that can be sought in.

    Yields:
        `NpzFile`.

    Example:

    >>> np.savez("a.npz", a=np.arange(3), b=np.ones(2))
    >>> with open("a.npz", "rb") as file, open_npz(file) as npz:
    ...     npz.names, npz.read(["a"])
    (['a', 'b'], {'a': array([0, 1, 2])})
    """
    if file.read(len(np.lib.format.MAGIC_PREFIX)) == np.lib.format.MAGIC_PREFIX:
        raise ValueError("a single array, not a zip archive")
    with zipfile.ZipFile(file) as archive:
        yield NpzFile(archive, file.seek(0, os.SEEK_END))


class NpzFile:
    """What `open_npz` gives.

    Args:
        archive: `zipfile.ZipFile`.
        size: int. Bytes of the file.

    Attributes:
        names: list of str, of its arrays, without `.npy`.
    """

    def __init__(self, archive, size):
        self._archive = archive
        self._size = size
        found = archive.namelist()
        self.names = [name.removesuffix(_ENDING) for name in found if name.endswith(_ENDING)]

    def read(self, names=None, most_times=MOST_TIMES):
        """Read arrays; nothing is unpacked if together they expand beyond all real data.

        Args:
            names: list of those to read. Default None: all.
            most_times: int; see `check_expansion`.

        Returns:
            Dict from names to arrays.

        Raises:
            ExpansionError: see `check_members`.
            Exception: if one is absent, damaged, or no array of plain numbers.
        """
        members = [self._member(name) for name in (self.names if names is None else names)]
        check_members(members, self._size, most_times)
        return {member.filename.removesuffix(_ENDING): self._array(member) for member in members}

    @contextlib.contextmanager
    def stream(self, name):
        """Open one array to read its elements piece by piece.

        Yields:
            `(file, shape, dtype, fortran)`: the binary file of the elements, their shape and
            dtype, and whether they stand in Fortran's order.
        """
        with self._archive.open(self._member(name)) as file:
            yield file, *_header(file)

    def mapped(self, name, path):
        """Map an array that is not compressed; its checksum is not compared.

        Args:
            name: str.
            path: str or path of the file that this was opened from.

        Returns:
            `numpy.memmap`, or None of an array that is compressed.

        Raises:
            Exception: if it is absent, damaged, or no array of plain numbers.
        """
        member = self._member(name)
        if member.compress_type != zipfile.ZIP_STORED:
            return None
        with self._archive.open(member) as file:
            shape, dtype, fortran = _header(file)
            header = file.tell()
        if dtype.hasobject or header + math.prod(shape) * dtype.itemsize != member.file_size:
            raise ValueError(f"{member.filename} is no array of plain numbers of shape {shape}")
        with open(path, "rb") as file:
            # The local header of a member, whose name and extra field may have any length.
            file.seek(member.header_offset + _LOCAL_LENGTHS)
            name_and_extra = sum(struct.unpack("<HH", file.read(4)))
        start = member.header_offset + _LOCAL_HEADER + name_and_extra + header
        return np.memmap(path, dtype, "r", start, shape, "F" if fortran else "C")

    def _member(self, name):
        member = self._archive.getinfo(name + _ENDING)
        # Others would unpack with bounds of their own; NumPy writes none.
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotImplementedError(f"compression method {member.compress_type} of {name}")
        return member

    def _array(self, member):
        with self._archive.open(member) as file:
            shape, dtype, _ = _header(file)
            size = math.prod(shape) * dtype.itemsize
            # NumPy makes room for what the header says before it reads.
            if not dtype.hasobject and size > member.file_size:
                raise ValueError(f"{member.filename} is shorter than an array of shape {shape}")
            file.seek(0)
            array = np.lib.format.read_array(file, allow_pickle=False)
            if file.read(1):  # and at the end its checksum is compared
                raise ValueError(f"{member.filename} is longer than an array of shape {shape}")
        return array


def _header(file):
    """Shape, dtype and whether in Fortran's order."""
    try:
        shape, fortran, dtype = _HEADERS[np.lib.format.read_magic(file)](file)
    except (ValueError, KeyError) as reason:
        raise ValueError(f"no NumPy array in it: {reason}") from reason
    return shape, dtype, fortran
