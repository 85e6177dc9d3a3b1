"""One file of training state: arrays and a manifest, sealed, written whole or not at all."""

import hashlib
import io
import json
import pathlib

import keras
import numpy as np

from st_keras.files.npz_file import open_npz
from st_keras.files.whole_file import whole_file
from st_keras.files.write_refusal import write_refusal
from st_keras.validation import error

FORMAT = 2


class DamagedStateError(Exception):
    """A state file that is not what was written; the text says why."""


def write_state(path, content):
    """Write nested data with arrays to an `.npz` file, atomically and durably.

    Arrays stand in the file as they are; everything else is one JSON manifest, with the SHA-256 of
    each array and of the manifest itself. Types that NumPy cannot store (bfloat16, float8) are
    stored as their bits. Nothing is pickled.

    Args:
        path: str or path of the file, in a folder that exists.
        content: dict with str keys of dicts, lists, arrays, tensors and JSON values.

    Raises:
        ValueError: if the file cannot be written, or something in `content` cannot be stored:
            nothing remains of it, and a file that was there before is as it was.

    Example:

    >>> write_state("state.npz", {"epoch": 3, "weights": np.ones(2, "float32")})
    >>> read_state("state.npz")
    {'epoch': 3, 'weights': array([1., 1.], dtype=float32)}
    """
    check_storable(content, "a training state")
    path = pathlib.Path(path)
    arrays, described = {}, []
    manifest = {"format": FORMAT, "content": _without_arrays(content, arrays, described)}
    manifest["arrays"] = described
    manifest["sha256"] = _seal(manifest)
    text = json.dumps(manifest).encode("ascii")
    with write_refusal("ExactResume", path, "older states are intact"), whole_file(path) as part:
        with open(part, "wb") as file:
            write_bytes(file, {**arrays, "manifest": np.frombuffer(text, "uint8")})


def check_storable(value, owner):
    """Raise `ValueError` if nested data hold something that `write_state` cannot store.

    Args:
        value: dicts, lists, arrays, tensors and JSON values.
        owner: str, whose data these are, for the message.

    Example:

    >>> check_storable({"count": 3, "weights": [np.ones(2)]}, "a callback")
    """
    foreign = _foreign(value, "")
    if foreign is not None:
        raise error(
            "ExactResume",
            f"{owner} with {foreign}, which cannot be stored",
            "dicts, lists, str, int, float, bool, None, and arrays and tensors of numbers",
            "If it is of a callback, let its get_state() return only these.",
        )


def write_bytes(file, arrays):
    """Write named arrays into an open file in NumPy's format."""
    np.savez(file, **arrays)


def read_state(path):
    """Read what `write_state` wrote, and check every byte of it.

    Args:
        path: str or path.

    Returns:
        The content, arrays as NumPy arrays and tuples as lists.

    Raises:
        DamagedStateError: if the file is not whole.
        ValueError: if a newer version of the package wrote it.
    """
    try:
        raw = pathlib.Path(path).read_bytes()
        with open_npz(io.BytesIO(raw)) as npz:
            stored = npz.read()
        manifest = json.loads(stored["manifest"].tobytes())
        seal = manifest.pop("sha256")
        sealed = seal == _seal(manifest)
    except KeyError as reason:
        raise DamagedStateError(f"it has no {reason}") from None
    except Exception as reason:  # of zipfile, zlib, NumPy and JSON: whatever it is, it is no state
        raise DamagedStateError(str(reason) or type(reason).__name__) from None
    if not sealed:
        raise DamagedStateError("its manifest is not the one that was written")
    if manifest["format"] != FORMAT:
        raise error(
            "ExactResume",
            f"{str(path)!r}, a training state of format {manifest['format']}",
            f"format {FORMAT}",
            "Go on with the version of st_keras that wrote it.",
        )
    arrays = []
    for number, entry in enumerate(manifest["arrays"]):
        array = stored.get(f"array_{number}")
        if array is None or _sha256(array) != entry["sha256"]:
            raise DamagedStateError(f"array {number} is not the one that was written")
        arrays.append(array.view(np.dtype(entry["dtype"])).reshape(entry["shape"]))
    return _with_arrays(manifest["content"], arrays)


def _without_arrays(value, arrays, described):
    if isinstance(value, dict):
        return {str(k): _without_arrays(v, arrays, described) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_arrays(v, arrays, described) for v in value]
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return value.item()
    if isinstance(value, str) or not _is_array(value):
        return value
    array = np.ascontiguousarray(value).reshape(np.shape(value))
    # "V": ml_dtypes' types, unknown to NumPy's file format.
    bits = array.view(f"uint{8 * array.itemsize}") if array.dtype.kind == "V" else array
    arrays[f"array_{len(described)}"] = bits
    described.append(
        {"dtype": array.dtype.name, "shape": list(array.shape), "sha256": _sha256(bits)}
    )
    return {"__array__": len(described) - 1}


def _is_array(value):
    return isinstance(value, (np.ndarray, np.generic)) or keras.ops.is_tensor(value)


def _foreign(value, place):
    """Describe the first thing that is neither JSON nor an array of numbers; None without one."""
    if isinstance(value, dict):
        items = [(f"{place}[{key!r}]", v) for key, v in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(f"{place}[{number}]", v) for number, v in enumerate(value)]
    elif value is None or isinstance(value, (str, int, float)):
        return None
    elif not _is_array(value):
        return f"a {type(value).__name__} at {place}"
    else:
        dtype = np.dtype(getattr(value.dtype, "as_numpy_dtype", value.dtype))
        # NumPy would pickle objects. "V" is either one of ml_dtypes' numbers or a record.
        number = dtype.kind in "biufc" or (dtype.kind == "V" and dtype.names is None)
        return None if number else f"an array of {dtype.name} at {place}"
    return next((found for item in items if (found := _foreign(item[1], item[0]))), None)


def _with_arrays(value, arrays):
    if isinstance(value, dict):
        if set(value) == {"__array__"}:
            return arrays[value["__array__"]]
        return {key: _with_arrays(v, arrays) for key, v in value.items()}
    if isinstance(value, list):
        return [_with_arrays(v, arrays) for v in value]
    return value


def _seal(manifest):
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode("ascii")).hexdigest()


def _sha256(array):
    return hashlib.sha256(array.tobytes()).hexdigest()
