"""Thresholds in the user's units, as they are in the units of a loss."""

import numpy as np

from st_keras.validation import error

# Rounding must not put what equals a threshold below it.
_SLACK = 1e-6


def checked_thresholds(where, thresholds):
    """Return thresholds as a list of floats that increase, or raise `ValueError`."""
    try:
        array = np.atleast_1d(np.asarray(thresholds, "float64"))
        ok = array.ndim == 1 and array.size > 0 and bool(np.all(np.isfinite(array)))
        ok = ok and bool(np.all(np.diff(array) > 0))
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise error(
            where,
            f"thresholds={thresholds!r}",
            "finite numbers in the user's units, each above the one before",
            "Pass thresholds=(2, 5, 10, 30) for rain rates in mm/h, for example.",
        )
    return array.tolist()


def transformed(values, transform):
    """Return values in the units of a loss, float32 (K, C), C 1 where all channels are alike.

    Args:
        values: sequence of K floats in the user's units.
        transform: `FrameTransform`, or None: the units are the same.
    """
    values = np.asarray(values, "float32")[:, None]
    if transform is None:
        return values
    count = getattr(transform, "channel_count", None) or 1
    return np.asarray(transform(np.repeat(values, count, axis=1)), "float32")


def network_thresholds(where, thresholds, transform):
    """Return thresholds in the units of a loss, float32 (K, C), C 1 where all channels are alike.

    A value >= threshold in the user's units is >= this in the others: the transforms increase.

    Args:
        where: str. Who asks; the error begins with it.
        thresholds: list of K floats in the user's units.
        transform: `FrameTransform`, or None: the units are the same.

    Raises:
        ValueError: for thresholds that the transform does not tell from other values, as those in
            other units, or below what it takes for dry.

    Example:

    >>> network_thresholds("example", [2.0, 5.0], None).round(3).tolist()
    [[2.0], [5.0]]
    """
    found = transformed(thresholds, transform)
    if transform is not None:
        wanted = np.asarray(thresholds)[:, None]
        again = np.asarray(transform.inverse(found), "float64")
        close = np.isclose(again, wanted, rtol=1e-2, atol=1e-6 * np.max(np.abs(thresholds)))
        if not close.all() or np.any(np.diff(found, axis=0) <= 0):
            wrong = [thresholds[k] for k in np.flatnonzero(~close.all(axis=1))] or thresholds
            raise error(
                where,
                f"threshold(s) {wrong} that the normalization does not tell from other values",
                "thresholds in the units of the frames, within what the normalization keeps",
                "Convert the thresholds to these units, or change the limits of the normalization.",
            )
    return found - _SLACK * np.maximum(np.abs(found), 1e-3)
