"""Read the arrays of a checkpoint file without running anything that stands in it."""

import io
import pickle
import re
import warnings
import zipfile

import numpy as np

from st_keras.files.damaged_file import expands_too_far
from st_keras.files.npz_file import open_npz
from st_keras.files.pickle_nesting import NestingError, check_nesting
from st_keras.files.unpacked_size import ExpansionError
from st_keras.files.zip_members import check_zip
from st_keras.validation import check_file, error, require

OLDEST_TORCH = (2, 6)
FORMATS = "a PyTorch checkpoint, a .safetensors file or a .npz file"
# First bytes: of every zip archive, and of every pickle since protocol 2.
ZIP, PICKLE = b"PK\x03\x04", b"\x80"
MOST_TIMES = 32  # that a file may expand: trained weights are noise, which hardly compresses
DEEPEST = 100  # containers inside each other
LEGACY_PICKLES = 5  # one after the other, in files of PyTorch before 1.6
INSTEAD = "the same arrays in a .npz file, which needs none"
LARGEST_HEADER = 100_000_000  # of safetensors, as its format says
# Bits of bfloat16 are the upper half of those of float32; NumPy has no such type.
BFLOAT16 = "BF16"
DTYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", BFLOAT16: "<u2"},
    **{"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1", "BOOL": "?"},
}


def read_checkpoint(where, path):
    """Read a checkpoint. Its first bytes tell the format, not its name.

    PyTorch files are opened with `weights_only=True`, by a version of PyTorch that then runs no
    code that is pickled in them; `.npz` files with `allow_pickle=False`. An archive that would
    unpack to more than 32 MiB and 32 times its size is not unpacked.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path.

    Returns:
        What stands in the file: a dict of arrays or tensors, for PyTorch files perhaps nested.

    Raises:
        ValueError: if no file is there, if it is damaged, of another format, holds pickled
            objects, nests or expands beyond all checkpoints, or if the package that reads it is
            not installed, or too old.

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
    try:
        if not zipfile.is_zipfile(path):
            raise zipfile.BadZipFile("the end of the archive is missing")
        names = check_zip(path, MOST_TIMES)
    except ExpansionError as reason:
        raise expands_too_far(where, path, reason) from reason
    except Exception as reason:  # zipfile raises many types for damaged bytes
        raise _damaged(where, path, reason) from reason
    if any(name.endswith("data.pkl") for name in names):
        return _read_torch(where, path)
    if names and all(name.endswith(".npy") for name in names):
        return _read_npz(where, path)
    hint = "a Keras file" if "model.weights.h5" in names else "an archive of something else"
    raise _foreign(where, path, hint)


def _read_npz(where, path):
    try:
        with open(path, "rb") as file, open_npz(file) as npz:
            return npz.read(most_times=MOST_TIMES)
    except Exception as reason:  # of zipfile, zlib and NumPy
        pickled = isinstance(reason, ValueError) and "allow_pickle" in str(reason)
        raise (_pickled if pickled else _damaged)(where, path, reason) from reason


def _read_torch(where, path):
    torch = require_torch(where)
    try:
        _check_pickles(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # hints about what is then refused
            return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, NestingError) as reason:
        raise _pickled(where, path, reason) from reason
    except Exception as reason:
        # PyTorch raises many types for files it cannot make sense of.
        raise _damaged(where, path, reason) from reason


def require_torch(where):
    """Return the module `torch`, of a version whose files run no code.

    Before 2.6 a file can have code run although it is opened with `weights_only=True`
    (CVE-2025-32434).
    """
    torch = require(where, "torch", "PyTorch", "torch", INSTEAD)
    version = str(getattr(torch, "__version__", "of no version"))
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if not numbers or tuple(map(int, numbers.groups())) < OLDEST_TORCH:
        raise error(
            where,
            f"PyTorch {version}, in which a file can run code that stands in it, whatever it is "
            "told (CVE-2025-32434)",
            "PyTorch 2.6 or newer, or the same arrays in a .npz or .safetensors file",
            "Install it with: pip install 'st_keras[torch]'",
        )
    return torch


def _check_pickles(path):
    """Raise `NestingError` for what would crash PyTorch's unpickler, which is one of Python's."""
    with open(path, "rb") as file:
        # Told apart as PyTorch does: a pickle may have a zip archive behind it.
        if not file.peek(len(ZIP)).startswith(ZIP):
            for _ in range(LEGACY_PICKLES):
                if file.peek(1):  # fewer in files that PyTorch refuses
                    check_nesting(file, DEEPEST)
            return
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():  # a name may come twice
            if member.filename.lower().endswith(".pkl"):  # PyTorch takes names in any case
                with archive.open(member) as file:
                    check_nesting(io.BytesIO(file.read()), DEEPEST)


def _read_safetensors(where, path):
    safetensors = require(where, "safetensors", "safetensors", "torch", INSTEAD)
    try:
        entries = safetensors.deserialize(path.read_bytes())
    except Exception as reason:  # of its own type, and of Python's for what its header may hold
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
