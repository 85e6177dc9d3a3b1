"""HDF5 files that are open no longer than they are read."""

import contextlib

from st_keras.datasets.readers.binary_file import opened_file
from st_keras.datasets.readers.urls import open_file
from st_keras.validation import InputError, error

_MAGIC = b"\x89HDF\r\n\x1a\n"


def is_hdf5(path):
    """Tell whether a file begins as HDF5 files do; False where there is none.

    Args:
        path: str or path.

    Example:

    >>> is_hdf5("no_such_file.h5")
    False
    """
    try:
        with opened_file(path) as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except (OSError, InputError):
        return False


@contextlib.contextmanager
def opened_hdf5(where, path):
    """Open a file for reading, for a block.

    Args:
        where: str. Who reads; the error begins with it.
        path: str or path.

    Yields:
        `h5py.File`.

    Raises:
        ValueError: if another program holds it for writing. What h5py raises for damaged files
            passes.
    """
    file = open_hdf5(where, path)
    try:
        yield file
    finally:
        file.close()


def open_hdf5(where, path):
    """Open a file for reading, as `opened_hdf5` does, and leave it open.

    Returns:
        `h5py.File`.
    """
    import h5py

    try:
        return h5py.File(open_file(where, path), "r")
    except OSError as reason:
        # Truncated files are OSErrors too: only the text tells them apart.
        if "unable to lock file" in str(reason) or "already open for" in str(reason):
            raise error(
                where,
                f"{str(path)!r}, which another program holds open for writing ({reason})",
                "a file that is complete and closed",
                "Wait until it is written. If its writer crashed, run `h5clear -s FILE`; on a file "
                "system without locks set the environment variable HDF5_USE_FILE_LOCKING=FALSE.",
            ) from reason
        raise


def array_at(file, name):
    """Return the dataset of a name; None where there is none, or a group of that name.

    Args:
        file: `h5py.File` or group.
        name: str.

    Returns:
        `h5py.Dataset` or None.

    Example:

    >>> import h5py
    >>> with h5py.File("a.h5", "w") as file:
    ...     file["radar/rain"] = [[0, 1]]
    ...     print(array_at(file, "radar"), array_at(file, "radar/rain").shape)
    None (1, 2)
    """
    import h5py

    found = file.get(name)
    return found if isinstance(found, h5py.Dataset) and found.shape is not None else None


def detect_hdf5(path, passes):
    """Tell whether a file is HDF5 and passes a test; it never raises.

    Args:
        path: str or path.
        passes: function of `h5py.File` to bool.

    Example:

    >>> import h5py
    >>> with h5py.File("a.h5", "w") as file:
    ...     file["image1/image_data"] = [[0, 1]]
    >>> detect_hdf5("a.h5", lambda file: "image1/image_data" in file)
    True
    """
    if not is_hdf5(path):
        return False
    try:
        with opened_hdf5("detect_hdf5", path) as file:
            return bool(passes(file))
    except (OSError, RuntimeError, ValueError):
        return False  # damaged, or held by a writer: the reader that opens it says so
