"""Values that do not count: where the truth is NaN, and what is left."""

from keras import ops


def is_missing(frames):
    """Return where frames are NaN, bool of their shape; None for dtypes that have no NaN.

    Example:
    >>> is_missing(ops.array([[0.0, float("nan")]])).numpy().tolist()
    [[False, True]]
    >>> is_missing(ops.array([0, 1])) is None
    True
    """
    return ops.isnan(frames) if "float" in str(frames.dtype) else None


def valid_weights(frames, missing, weights=None):
    """Return what each value counts: 0 where it is missing, else its weight, 1 without weights.

    Args:
        frames: float32 (N, H, W, C).
        missing: bool of this shape, or None: nothing is.
        weights: float32 of this shape, or None. Default None.

    Returns:
        float32 (N, H, W, C).

    Example:
    >>> valid_weights(ops.zeros((1, 2)), ops.array([[False, True]])).numpy().tolist()
    [[1.0, 0.0]]
    """
    weights = ops.ones_like(frames) if weights is None else weights
    return weights if missing is None else ops.where(missing, 0.0, weights)


def nan_where(condition, values):
    """Return the float64 values (N,) with NaN where a condition (N,) holds.

    Example:
    >>> nan_where(ops.array([True, False]), ops.ones((2,), "float64")).numpy().tolist()
    [nan, 1.0]
    """
    return ops.where(condition, ops.full_like(values, float("nan")), values)
