"""Arrays from files of every format that has a reader; what is foreign or damaged is refused."""

import glob
import pathlib

from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.readers.npz import read_npz
from st_keras.datasets.readers.reader import VARIABLE, reader_of, say_suffixes
from st_keras.datasets.readers.refusals import refuse_unreadable
from st_keras.datasets.readers.urls import is_url
from st_keras.validation import error

# Keras ships MNIST and its relatives under these names.
DIGIT_KEYS = ("x_train", "x_test")


def load_array_file(path):
    """Load one array from a `.npy`, `.npz` or HDF5 file, or one of a registered `Reader`.

    A `.npy` file is mapped and an HDF5 file is left open, both read-only, so that data larger than
    memory can be windowed. Pickled content is never executed.

    Args:
        path: str or path. `name.npy`; `name.npz` or `name.h5` (or `.hdf5`) that holds exactly one
            array; or `name.npz:key` or `name.h5:group/key`, which picks the array called so. A file
            of another format, where `register_reader` or another package brings its reader.

    Returns:
        A NumPy array with the file's own shape, dtype and units; a read-only `numpy.memmap`
        for `.npy`; an `h5py.Dataset`, which keeps its file open, for HDF5; what another reader
        opens.

    Raises:
        ValueError: if the file is missing, empty, truncated, pickled, of another format, holds
            no elements, or if the choice among several arrays is open; if an array of a `.npz`
            would unpack to more than 32 MiB and 512 times its bytes in the file.

    Example:
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "radar.npz"
    ...     np.savez(path, rain=np.zeros((36, 64, 64), "uint8"), hours=np.arange(36))
    ...     load_array_file(f"{path}:rain").shape
    (36, 64, 64)
    """
    where = "load_array_file"
    name, variable = split_key(path)
    reader = reader_of(name)
    if reader is None:
        raise error(
            where,
            f"path {str(path)!r}",
            f"a file that ends in {say_suffixes()} (FILE:KEY picks one of several arrays)",
            "Convert other formats with numpy.save(name, array).",
        )
    reader.check(where, name)
    with refuse_unreadable(where, name):
        found = reader.open(name, **({} if variable is None else {VARIABLE: variable}))
        array = found.values if isinstance(found, Frames) else found
        if 0 in array.shape:
            raise error(
                where,
                f"{str(path)!r} of shape {array.shape}, without elements",
                "an array with at least one element",
                "Check the program that wrote it.",
            )
    return array


def split_key(path):
    """Split `name.npz:key` into name and key; None where there is no key, or nothing to pick.

    Args:
        path: str or path.

    Returns:
        `(str, str)` or `(str, None)`.

    Example:
    >>> split_key("a/radar.h5:2019/rain"), split_key("radar.npy")
    (('a/radar.h5', '2019/rain'), ('radar.npy', None))
    """
    text = str(path)
    for at in reversed([at for at, letter in enumerate(text) if letter == ":"]):
        if takes_variable(text[:at]):
            return text[:at], text[at + 1 :]
    return text, None


def takes_variable(path):
    """Tell whether files that end as `path` may hold several arrays, picked by FILE:KEY.

    Example:
    >>> takes_variable("radar.h5"), takes_variable("radar.npy"), takes_variable("digits")
    (True, False, False)
    """
    reader = reader_of(path)
    return reader is not None and VARIABLE in reader.options


def names_array_file(path):
    """Tell whether `path` ends as one that `load_array_file` reads, whether it is there or not.

    Example:
    >>> names_array_file("radar.h5:rain"), names_array_file("radar.txt")
    (True, False)
    """
    return reader_of(split_key(path)[0]) is not None


def check_array_file(where, path):
    """Refuse what can be refused before TensorFlow is imported; `load_array_file` refuses the rest.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path, as `load_array_file` takes it; one that no reader has, a pattern, a
            folder without a reader of its own, and a URL pass.

    Raises:
        ValueError: as the reader's `check` does, for a file that is missing or empty.
    """
    name, _ = split_key(path)
    if is_url(name) or glob.has_magic(name):
        return
    reader = reader_of(name)
    if reader is not None:
        reader.check(where, name)


def detect_digit_file(path):
    """Tell whether `path` is an npz with the Keras keys `x_train` and `x_test`.

    Args:
        path: str or path.

    Returns:
        True for such an npz; False for everything else, a missing or unreadable file included,
        so that the loader that is tried next words the error.

    Example:
    >>> detect_digit_file("no_such_file.npz")
    False
    """
    if pathlib.Path(path).suffix.lower() != ".npz":
        return False  # NumPy would read a .npy of any size to find out
    try:
        return set(DIGIT_KEYS) <= set(read_npz("detect_digit_file", path, ()))
    except ValueError:
        return False
