"""Whether a training state belongs to the run that finds it."""

import json

from st_keras.validation import error

_AS_BEFORE = "Run it as before, or give this run another folder."


def as_json(fingerprint):
    """Return a fingerprint as JSON gives it back, or None.

    Raises:
        ValueError: if it is no mapping of JSON values.

    Example:

    >>> as_json({"seed": 1, "size": (64, 64)})
    {'seed': 1, 'size': [64, 64]}
    """
    if fingerprint is None:
        return None
    try:
        return json.loads(json.dumps(dict(fingerprint)))
    except (TypeError, ValueError) as reason:
        raise error(
            "ExactResume",
            f"fingerprint={fingerprint!r} ({reason})",
            "a mapping of JSON values",
            "Use str, int, float, bool, None, lists and dicts.",
        ) from None


def check_fingerprint(saved, given, folder):
    """Raise `ValueError` if two fingerprints differ; None stands for any.

    Args:
        saved: that of the state.
        given: that of this run.
        folder: where the state lies, for the message.
    """
    if saved is None or given is None or saved == given:
        return
    lines = [
        f"{key}: {_shown(saved, key)} in the state, {_shown(given, key)} now"
        for key in sorted({*saved, *given})
        if _shown(saved, key) != _shown(given, key)
    ]
    raise error(
        "ExactResume",
        f"training states of another run in {str(folder)!r}: {'; '.join(lines)}",
        "the same data and settings",
        _AS_BEFORE,
    )


def check_setup(state, here):
    """Raise `ValueError` if numbers that change the training differ.

    Args:
        state: dict of a training state. A number that it does not know is not compared.
        here: dict of the numbers of this run, such as {"replicas": 2}.
    """
    lines = [
        f"{key} {state[key]}, now {here[key]}"
        for key in here
        if key in state and state[key] != here[key]
    ]
    if lines:
        raise error(
            "ExactResume",
            f"a training state of {' and '.join(lines)}",
            "the same: with others the weights would be others",
            _AS_BEFORE,
        )


def _shown(mapping, key):
    return json.dumps(mapping[key], sort_keys=True) if key in mapping else "absent"
