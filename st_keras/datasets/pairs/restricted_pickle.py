"""Pickles of plain arrays, read without ever calling what the file names."""

import pickle
import re

import numpy as np

from st_keras.files.damaged_file import refuse_damaged
from st_keras.files.pickle_nesting import NestingError, check_nesting
from st_keras.validation import check_file, error

# Deeper files are damaged or made to exhaust the reader.
_DEEPEST = 8

# Of plain numbers: more than one, such as "i4,i4", is a record.
_CODE = re.compile(r"[biuf](1|2|4|8|16)")

# NumPy moved its core in version 2; files of both carry the old or the new name.
_CORES = ("numpy.core", "numpy._core")


class _RefusedError(Exception):
    """What the file holds is not allowed; the message says what it was."""


def load_plain_pickle(where, path):
    """Read lists, tuples, dicts, numbers, text and numeric NumPy arrays from a pickle.

    A pickle is a program: to load one is to call whatever functions it names. Here the few names
    that NumPy arrays need are bound to functions of this module, which build arrays from raw
    bytes; NumPy's own unpickling is not called either. Any other name is refused before
    something is called, and what nests too deep before anything is built. Files of Python 2 and 3,
    protocols 0 to 5, can be read.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path of the file.

    Returns:
        The content, with arrays of kinds bool, int, uint and float, possibly read-only.

    Raises:
        ValueError: if the file is missing, empty, truncated or no pickle, names anything but a
            numeric array, holds records or sets, or nests deeper than 8 containers.

    Example:
    >>> import pathlib, pickle, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.pickle"
    ...     size = path.write_bytes(pickle.dumps({"masks": [np.eye(2, dtype=bool)]}))
    ...     load_plain_pickle("doc", path)["masks"][0].sum()
    np.int64(2)
    """
    path = check_file(where, path)
    with refuse_damaged(where, path, "a whole pickle file"), path.open("rb") as file:
        try:
            check_nesting(file, _DEEPEST)
            file.seek(0)
            return _plain(_RestrictedUnpickler(file, encoding="latin1").load(), {}, 0)
        except (_RefusedError, NestingError) as exc:
            raise error(
                where,
                f"{str(path)!r}, a pickle with {exc}",
                "lists, dicts, numbers, text and numeric NumPy arrays",
                "Nothing in the file was run. Get the published file again, from its own site.",
            ) from None


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        build = _builders().get((module, name))
        if build is None:
            raise _RefusedError(f"the global {module}.{name}")
        return _Call(build)

    def persistent_load(self, pid):
        raise _RefusedError("a reference to an outside object")


class _Call:
    """A function that the file may call and cannot change, as it could a plain function."""

    __slots__ = ("_build",)

    def __init__(self, build):
        self._build = build

    def __call__(self, *args):
        return self._build(*args)

    def __setstate__(self, state):
        raise _RefusedError("a change of a function")


class _Dtype:
    __slots__ = ("code", "order")

    def __init__(self, code, order="<"):
        self.code, self.order = code, order

    def __setstate__(self, state):
        # (version, byte order, subdtype, names, fields, itemsize, alignment, flags)
        if any(part is not None for part in state[2:5]):
            raise _RefusedError("an array of records")
        order = _text(state[1])
        # The order "|" belongs to types of one byte.
        if order not in ("<", ">", "|", "="):
            raise _RefusedError("an array of unknown byte order")
        self.order = order

    def numpy(self):
        code = self.code if isinstance(self.code, str) else type(self.code).__name__
        if not _CODE.fullmatch(code):
            kind = "records, dtype" if "," in code else "dtype"
            raise _RefusedError(f"an array of {kind} {code!r:.20}")
        return np.dtype(self.order + code)


class _Array:
    """An array to be: the file first makes it and then gives its content."""

    __slots__ = ("value",)

    def __setstate__(self, state):
        _, shape, dtype, fortran, content = state
        if isinstance(content, list):
            raise _RefusedError("an array of Python objects")
        self.value = _from_bytes(content, dtype, shape, "F" if fortran else "C")


def _from_bytes(content, dtype, shape, order):
    if isinstance(content, str):  # Python 2 wrote bytes as text
        content = content.encode("latin1")
    if not isinstance(dtype, _Dtype):
        raise _RefusedError("an array without a dtype")
    # One copy of a length that the shape must match: a small file cannot claim a large array.
    return np.frombuffer(content, dtype.numpy()).reshape(shape, order=order)


def _scalar(dtype, content):
    return _from_bytes(content, dtype, (), "C")[()]


def _encode(text, encoding):
    if _text(encoding) != "latin1":
        raise _RefusedError("text in an unknown encoding")
    return text.encode("latin1")


def _text(value):
    return value.decode("ascii") if isinstance(value, bytes) else value


def _no_bytes():
    return b""


def _builders():
    """`{(module, name): function}`, the only names that a file may use."""
    table = {
        ("numpy", "ndarray"): lambda *_: _Array(),
        ("numpy", "dtype"): lambda code, *_: _Dtype(_text(code)),
        # Protocol 2 writes bytes as text to be encoded, and empty bytes as a call.
        ("_codecs", "encode"): _encode,
        ("__builtin__", "bytes"): _no_bytes,
        ("builtins", "bytes"): _no_bytes,
    }
    for core in _CORES:
        table[f"{core}.multiarray", "_reconstruct"] = lambda *_: _Array()
        table[f"{core}.multiarray", "scalar"] = _scalar
        table[f"{core}.numeric", "_frombuffer"] = _from_bytes
    return table


def _plain(value, seen, depth):
    """Put arrays in the place of `_Array`; each object once, however often it is shared."""
    if depth > _DEEPEST:
        raise _RefusedError(f"more than {_DEEPEST} containers inside each other")
    if id(value) in seen:
        return seen[id(value)]
    if isinstance(value, _Array):
        if not hasattr(value, "value"):
            raise _RefusedError("an array without content")
        result = value.value
    elif isinstance(value, dict):
        result = {key: _plain(item, seen, depth + 1) for key, item in value.items()}
    elif isinstance(value, (list, tuple)):
        result = type(value)(_plain(item, seen, depth + 1) for item in value)
    elif isinstance(value, (set, frozenset)):
        raise _RefusedError("a set")
    elif isinstance(value, (_Call, _Dtype)):
        raise _RefusedError("a function in place of data")
    else:
        result = value
    seen[id(value)] = result
    return result
