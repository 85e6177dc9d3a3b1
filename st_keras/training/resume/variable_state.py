"""The values of Keras variables, replica by replica, and how they find their way back."""

import re

import numpy as np

from st_keras.validation import error

_SHOWN = 3  # differences in a message


def collect(variables, strategy):
    """Read variables.

    Args:
        variables: list of Keras variables.
        strategy: `tf.distribute.Strategy` they were made under.

    Returns:
        List of dicts: path, shape, dtype, values. `values` has one array if all replicas agree,
        else (running sums of metrics) one per replica of this process.
    """
    entries = []
    for variable in variables:
        values = [part.numpy() for part in _parts(variable, strategy)]
        if all(value.tobytes() == values[0].tobytes() for value in values):
            values = values[:1]
        entries.append({**_describe(variable), "values": values})
    return entries


def assign(entries, variables, strategy):
    """Give variables the values that `collect` read; both lists in the same order."""
    for entry, variable in zip(entries, variables, strict=True):
        parts = _parts(variable, strategy)
        values = entry["values"]
        for part, value in zip(parts, values * (len(parts) // len(values)), strict=True):
            part.assign(value)


def matching(entries, variables):
    """Pair saved entries with the variables of the same name, whatever else there is.

    Returns:
        `(entries, variables, missing)`: two lists of equal length, and the entries that have no
        variable.
    """
    places = dict(zip(_keys([_describe(v) for v in variables]), variables, strict=True))
    pairs = [(e, places.get(key)) for e, key in zip(entries, _keys(entries), strict=True)]
    found = [(e, v) for e, v in pairs if v is not None]
    missing = [e for e, v in pairs if v is None]
    return [e for e, _ in found], [v for _, v in found], missing


def differences(entries, variables, short=False):
    """Lines that say where a state and a model differ: names, shapes, dtypes, number.

    With `short`, only the last part of a name counts.
    """
    saved = [_line(entry) for entry in entries]
    here = [_line(_describe(variable)) for variable in variables]
    lines = [
        f"variable {i} is {a} in the state and {b} in the model"
        for i, (a, b) in enumerate(zip(saved, here, strict=False))
        if _plain(a, short) != _plain(b, short)
    ]
    if len(saved) != len(here):
        more = "the state" if len(saved) > len(here) else "the model"
        extra = (saved if len(saved) > len(here) else here)[min(len(saved), len(here))]
        lines.append(
            f"{len(saved)} variables in the state and {len(here)} in the model, in {more} also "
            f"{extra}"
        )
    return lines


def check_same(kind, entries, variables):
    """Raise `ValueError` unless the variables are those of the state.

    Args:
        kind: str, "model" or "optimizer".
        entries: what `collect` returned.
        variables: list of Keras variables.
    """
    # An optimizer that Keras builds with the first batch has longer names than one built before.
    lines = differences(entries, variables, short=kind == "optimizer")
    if lines:
        more = f"; and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
        raise error(
            "ExactResume",
            f"a training state of another {kind}: {'; '.join(lines[:_SHOWN])}{more}",
            f"the {kind} that the state was written with",
            "Build it with the same arguments, or give this run another folder.",
        )


def _parts(variable, strategy):
    return strategy.experimental_local_results(variable.value)


def _describe(variable):
    return {
        "path": variable.path,
        "shape": [int(n) for n in variable.shape],
        "dtype": str(np.dtype(variable.dtype)),
    }


def _line(entry):
    return f"{entry['path']} {tuple(entry['shape'])} {entry['dtype']}"


def _plain(text, short=False):
    text = text.rsplit("/", 1)[-1] if short else text
    # Keras numbers the names of a process: `dense_2` is `dense` after a restart.
    return re.sub(r"_\d+(?=[_/ ])", "", text)


def _keys(entries):
    seen, keys = {}, []
    for entry in entries:
        name = _plain(_line(entry))
        seen[name] = seen.get(name, -1) + 1
        keys.append((name, seen[name]))
    return keys
