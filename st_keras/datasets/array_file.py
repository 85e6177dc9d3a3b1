"""Arrays from NumPy and HDF5 files; what is foreign, damaged or pickled is refused."""

import pathlib
import re

import numpy as np

from st_keras.files.damaged_file import refuse_damaged
from st_keras.files.npz_file import open_npz
from st_keras.validation import check_file, error

# Keras ships MNIST and its relatives under these names.
DIGIT_KEYS = ("x_train", "x_test")
HDF5_SUFFIXES = (".h5", ".hdf5")
SUFFIXES = (".npy", ".npz", *HDF5_SUFFIXES)
_KEYED = re.compile(r"(.*\.(?:npz|h5|hdf5)):(.*)", re.IGNORECASE | re.DOTALL)


def load_array_file(path):
    """Load one array from a `.npy`, `.npz` or HDF5 file.

    A `.npy` file is mapped and an HDF5 file is left open, both read-only, so that data larger than
    memory can be windowed. Pickled content is never executed.

    Args:
        path: str or path. `name.npy`; `name.npz` or `name.h5` (or `.hdf5`) that holds exactly one
            array; or `name.npz:key` or `name.h5:group/key`, which picks the array called so.

    Returns:
        A NumPy array with the file's own shape, dtype and units; a read-only `numpy.memmap`
        for `.npy`; an `h5py.Dataset`, which keeps its file open, for HDF5.

    Raises:
        ValueError: if the file is missing, empty, truncated, pickled, of another format, holds
            no elements, or if the choice among several arrays is open; if an array of a `.npz`
            would unpack to more than 32 MiB and 512 times its bytes in the file.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "radar.npz"
    ...     np.savez(path, rain=np.zeros((36, 64, 64), "uint8"), hours=np.arange(36))
    ...     load_array_file(f"{path}:rain").shape
    (36, 64, 64)
    """
    where = "load_array_file"
    name, key = split_key(path)
    suffix = pathlib.Path(name).suffix.lower()
    if suffix == ".npz":
        return _only_array(where, name, key)
    if suffix in HDF5_SUFFIXES:
        return _hdf5_dataset(where, name, key)
    if suffix != ".npy":
        raise error(
            where,
            f"path {str(path)!r}",
            "a file that ends in .npy, .npz, .h5 or .hdf5 (name.npz:key or name.h5:key picks one "
            "of several arrays)",
            "Convert other formats with numpy.save(name, array).",
        )
    with _opening(where, name):
        array = np.lib.format.open_memmap(name, mode="r")
    return _check_filled(where, name, array)


def split_key(path):
    """Split `name.npz:key` into name and key; the key is None where there is none.

    Args:
        path: str or path.

    Returns:
        `(str, str)` or `(str, None)`.

    Example:
    >>> split_key("a/radar.h5:2019/rain"), split_key("radar.npy")
    (('a/radar.h5', '2019/rain'), ('radar.npy', None))
    """
    found = _KEYED.fullmatch(str(path))
    return (found[1], found[2]) if found else (str(path), None)


def names_array_file(path):
    """Tell whether `path` ends as one that `load_array_file` reads, whether it is there or not.

    Example:
    >>> names_array_file("radar.h5:rain"), names_array_file("radar.csv")
    (True, False)
    """
    return pathlib.Path(split_key(path)[0]).suffix.lower() in SUFFIXES


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


def read_npz(where, path, keys=None):
    """Read arrays of an npz file by name.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path of the npz file.
        keys: names to read; those that the file lacks are left out. Default None: all.

    Returns:
        dict from every name in the file to its array, or to None where it was not asked for.

    Raises:
        ValueError: if the file is missing, empty, truncated, pickled or not an npz, or if what is
            read expands beyond all real data; see `check_expansion`.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.npz"
    ...     np.savez(path, a=np.arange(2), b=np.arange(3))
    ...     read_npz("doc", path, keys=["a"])
    {'a': array([0, 1]), 'b': None}
    """
    with _opening(where, path), open(path, "rb") as file, open_npz(file) as npz:
        wanted = npz.names if keys is None else [name for name in npz.names if name in keys]
        return dict.fromkeys(npz.names) | npz.read(wanted)


def _opening(where, path):
    """Check that there is something to open; return the block to open it in."""
    path = check_file(where, path)
    if path.stat().st_size == 0:
        raise error(
            where,
            f"{str(path)!r}, an empty file",
            "a file with an array",
            "Write or copy it again.",
        )
    return refuse_damaged(
        where,
        path,
        "a whole file as its ending says, with plain numbers, no pickled objects",
        "Copy or download it again if it is truncated; save object arrays as numbers with "
        "numpy.save(name, array.astype('float32')).",
    )


def _only_array(where, name, key):
    key = _chosen(where, name, key, list(read_npz(where, name, ())))
    return _check_filled(where, f"{name}:{key}", read_npz(where, name, [key])[key])


def _hdf5_dataset(where, name, key):
    # The datasets hold the file open, as long as one of them is in use.
    with _opening(where, name):
        datasets = _datasets_of(name)
    key = _chosen(where, name, key if key is None else key.strip("/"), list(datasets))
    return _check_filled(where, f"{name}:{key}", datasets[key])


def _datasets_of(name):
    """Return the arrays of an HDF5 file by name, those in groups too."""
    import h5py

    found = {}

    def note(key, item):
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            # Bytes where the file is damaged: no name in UTF-8.
            found[key if isinstance(key, str) else repr(key)] = item

    h5py.File(name, "r").visititems(note)
    return found


def _chosen(where, name, key, names):
    shown = ", ".join(names[:20]) or "none"
    if key is None and len(names) != 1:
        raise error(
            where,
            f"{name!r} with {len(names)} arrays ({shown})",
            "a file with exactly one array, or the name of one",
            f"Pass {name + ':' + (names[0] if names else 'key')!r} to pick one.",
        )
    if key is not None and key not in names:
        raise error(
            where, f"the array name {key!r} for {name!r}", f"one of {shown}", "Pass one of these."
        )
    return names[0] if key is None else key


def _check_filled(where, name, array):
    if array.size == 0:
        raise error(
            where,
            f"{name!r} of shape {array.shape}, without elements",
            "an array with at least one element",
            "Check the program that wrote it.",
        )
    return array
