"""What is an event: a value that reaches a threshold, in the units of the frames."""

import numpy as np

from st_keras.validation import check_number, error


def check_thresholds(where, thresholds, value_range=None):
    """Return thresholds as an ascending tuple of floats, or raise `ValueError`.

    Args:
        where: str. Who asks; the error begins with it.
        thresholds: number, or sequence of different numbers, in the units of the frames.
        value_range: pair of numbers, least and largest value of the frames, or None (default): not
            known. Thresholds none of which lies above the least and not above the largest are
            refused: they are in other units.

    Returns:
        tuple of floats.

    Raises:
        ValueError: for no thresholds, one that is no finite number, equal ones, or thresholds in
            other units than the frames.

    Example:
    >>> check_thresholds("example", [2, 0.5])
    (0.5, 2.0)
    """
    listed = np.atleast_1d(np.asarray(thresholds, object))
    if listed.ndim != 1 or not listed.size:
        raise error(
            where,
            f"thresholds={thresholds!r}",
            "at least one number, in the units of the frames",
            "Pass thresholds=(0.5, 1, 2, 5) for rain in mm/h.",
        )
    values = sorted(check_number(where, "thresholds", value) for value in listed)
    if len(set(values)) < len(values):
        raise error(
            where,
            f"thresholds={thresholds!r}, some of which are equal",
            "different numbers",
            "Name each threshold once.",
        )
    if value_range is not None:
        low, high = value_range
        if not any(low < value <= high for value in values):
            raise error(
                where,
                f"thresholds {', '.join(f'{v:g}' for v in values)} for frames from {low:g} to "
                f"{high:g}",
                "a threshold that some values reach and others do not, in the units of the frames",
                "Give the thresholds in the units of the frames: for dBZ such as 20, for mm/h such "
                "as 1.",
            )
    return tuple(values)
