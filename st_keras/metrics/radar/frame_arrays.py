"""Frames as the scores of rain read them: arrays of one shape, and where they count."""

import numpy as np

from st_keras.validation import check_rank, error

AXES = ("B", "T", "H", "W", "C")


def check_frames(where, y_true, y_pred):
    """Return truth and forecast as float arrays (B, T, H, W, C), or raise `ValueError`.

    Args:
        where: str. Who asks; the error begins with it.
        y_true: array (B, T, H, W, C), NaN where it is missing.
        y_pred: array of this shape.

    Returns:
        `(y_true, y_pred)`; whole numbers and half precision become float64.

    Raises:
        ValueError: for other ranks, different shapes, or infinite values.
    """
    arrays = tuple(_floats(array) for array in (y_true, y_pred))
    for name, array in zip(("y_true", "y_pred"), arrays, strict=True):
        check_rank(where, name, array.shape, AXES)
        if np.isinf(array).any():
            raise error(
                where,
                f"inf in {name}",
                "finite values, or NaN where the truth is missing",
                "Find where it comes from: a model that diverged, or a code for no data.",
            )
    if arrays[0].shape != arrays[1].shape:
        raise error(
            where,
            f"y_true of shape {arrays[0].shape} and y_pred of shape {arrays[1].shape}",
            "two arrays of one shape (B, T, H, W, C)",
            "Score the forecast frames only, on the grid of the truth.",
        )
    return arrays


def check_members(where, y_true, members):
    """Return truth (B, T, H, W, C) and an ensemble (B, M, T, H, W, C), or raise `ValueError`.

    Args:
        where: str. Who asks; the error begins with it.
        y_true: array (B, T, H, W, C), NaN where it is missing.
        members: array (B, M, T, H, W, C), or a list of M arrays (B, T, H, W, C).

    Returns:
        `(y_true, members)`, float arrays.

    Raises:
        ValueError: for other ranks, different shapes, less than two members, or infinite values.
    """
    if isinstance(members, (list, tuple)):
        shapes = {np.shape(member) for member in members}
        if len(shapes) > 1:
            raise error(
                where,
                f"members of the shapes {sorted(shapes)}",
                "members of one shape (B, T, H, W, C)",
                "Pass the members of these very windows.",
            )
        if members:
            check_rank(where, "a member", next(iter(shapes)), AXES)
            members = np.stack([np.asarray(member) for member in members], axis=1)
    y_true, members = _floats(y_true), _floats(members)
    check_rank(where, "y_true", y_true.shape, AXES)
    check_rank(where, "members", members.shape, ("B", "M", "T", "H", "W", "C"))
    if members.shape[:1] + members.shape[2:] != y_true.shape:
        raise error(
            where,
            f"y_true of shape {y_true.shape} and members of shape {members.shape}",
            "(B, T, H, W, C) and (B, M, T, H, W, C)",
            "Put the axis of the members behind that of the windows.",
        )
    if members.shape[1] < 2:
        raise error(
            where,
            f"members of shape {members.shape}, one member",
            "an ensemble of at least two members",
            "Score a single forecast with score_rain.",
        )
    if np.isinf(y_true).any() or np.isinf(members).any():
        raise error(
            where,
            "inf in the truth or the members",
            "finite values, or NaN where the truth is missing",
            "Find where it comes from: a model that diverged, or a code for no data.",
        )
    return y_true, members


def unknown_forecasts(y_true, y_pred):
    """Return (B, T): where a forecast is NaN and the truth valid, so that no score can be said.

    Example:
    >>> truth = np.zeros((1, 2, 1, 1, 1))
    >>> unknown_forecasts(truth, np.where([[[[[0]]], [[[1]]]]], np.nan, truth)).tolist()
    [[False, True]]
    """
    return (np.isnan(y_pred) & ~np.isnan(y_true)).any(axis=(2, 3, 4))


def _floats(array):
    array = np.asarray(array)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)
