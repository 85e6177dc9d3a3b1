"""Read the arrays of a checkpoint file without running anything that stands in it."""

import pickle
import warnings
import zipfile
import zlib

import numpy as np

from st_keras.export.optional_package import require_safetensors, require_torch
from st_keras.validation import check_file, error

FORMATS = "a PyTorch checkpoint, a .safetensors file or a .npz file"
# First bytes: of every zip archive, and of every pickle since protocol 2.
ZIP, PICKLE = b"PK\x03\x04", b"\x80"
LARGEST_HEADER = 100_000_000  # of safetensors, as its format says
# Bits of bfloat16 are the upper half of those of float32; NumPy has no such type.
BFLOAT16 = "BF16"
DTYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", BFLOAT16: "<u2"},
    **{"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?"},
}


def read_checkpoint(where, path):
    """Read a checkpoint. Its first bytes tell the format, not its name.

    PyTorch files are opened with `weights_only=True`, which runs no code that is pickled in them;
    `.npz` files with `allow_pickle=False`.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path.

    Returns:
        What stands in the file: a dict of arrays or tensors, for PyTorch files perhaps nested.

    Raises:
        ValueError: if no file is there, if it is damaged, of another format, or holds pickled
            objects, or if the package that reads it is not installed.

    Example:

    >>> np.savez("weights.npz", a=np.ones(2, "float32"))
    >>> read_checkpoint("example", "weights.npz")
    {'a': array([1., 1.], dtype=float32)}
    """
    path = check_file(where, path)
    with open(path, "rb") as file:
        start, size = file.read(9), path.stat().st_size
    if start.startswith(ZIP):
        return _read_archive(where, path)
    if start.startswith(PICKLE):
        return _read_torch(where, path)
    header = int.from_bytes(start[:8], "little")
    if start[8:] == b"{" and header <= LARGEST_HEADER:
        return _read_safetensors(where, path)
    raise _foreign(where, path, "an empty file" if not size else "which is no checkpoint")


def _read_archive(where, path):
    if not zipfile.is_zipfile(path):
        raise _damaged(where, path, "the end of the archive is missing")
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as reason:
        raise _damaged(where, path, reason) from reason
    if any(name.endswith("data.pkl") for name in names):
        return _read_torch(where, path)
    if names and all(name.endswith(".npy") for name in names):
        return _read_npz(where, path)
    hint = "a Keras file" if "model.weights.h5" in names else "an archive of something else"
    raise _foreign(where, path, hint)


def _read_npz(where, path):
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except ValueError as reason:
        if "allow_pickle" in str(reason):
            raise _pickled(where, path, reason) from reason
        raise _damaged(where, path, reason) from reason
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as reason:
        raise _damaged(where, path, reason) from reason


def _read_torch(where, path):
    torch = require_torch(where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # hints about what is then refused
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as reason:
        raise _pickled(where, path, reason) from reason
    except Exception as reason:
        # PyTorch raises many types for files it cannot make sense of.
        raise _damaged(where, path, reason) from reason


def _read_safetensors(where, path):
    safetensors = require_safetensors(where)
    try:
        entries = safetensors.deserialize(path.read_bytes())
    except safetensors.SafetensorError as reason:
        raise _damaged(where, path, reason) from reason
    return {name: _array(where, path, name, entry) for name, entry in entries}


def _array(where, path, name, entry):
    if entry["dtype"] not in DTYPES:
        raise error(
            where,
            f"{str(path)!r}, where {name} is stored as {entry['dtype']}",
            f"numbers stored as one of {', '.join(DTYPES)}",
            "Save the weights as float32.",
        )
    array = np.frombuffer(entry["data"], DTYPES[entry["dtype"]])
    if entry["dtype"] == BFLOAT16:
        array = (array.astype("uint32") << 16).view("float32")
    return array.reshape(entry["shape"])


def _first_line(reason):
    return (str(reason).strip() or type(reason).__name__).splitlines()[0]


def _damaged(where, path, reason):
    return error(
        where,
        f"{str(path)!r}, a damaged file ({_first_line(reason)})",
        f"a whole file: {FORMATS}",
        "Copy or download it again.",
    )


def _foreign(where, path, what):
    return error(
        where,
        f"{str(path)!r}, {what}",
        FORMATS,
        "Check the path; a .keras file is opened by keras.models.load_model.",
    )


def _pickled(where, path, reason):
    return error(
        where,
        f"{str(path)!r}, which holds pickled objects other than arrays, or is damaged "
        f"({_first_line(reason)})",
        "arrays in plain dicts alone: code that is pickled in a file is never run",
        "If you trust who wrote it, open it with the code that wrote it and save only the "
        "state_dict() of its model, with torch.save.",
    )
