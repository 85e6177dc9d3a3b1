"""The values on which several forecasts can be compared: those that all of them know."""

import numpy as np

from st_keras.validation import error


def common_pixels(y_true, forecasts):
    """Return the truth with NaN where a forecast is NaN, so that all are scored on equal values.

    A forecast says NaN where nothing is known of the future: where a radar was switched on after
    the context. A score takes that for a fault, and a method would look better for leaving out what
    is hard.

    Args:
        y_true: array (N, horizon, H, W, C), NaN where it is missing.
        forecasts: dict, name -> array of this shape.

    Returns:
        `(truth, share)`: array of this shape, `y_true` itself where no forecast has NaN; and float,
        the share of the valid values of `y_true` that are left, 1.0 where it has none.

    Raises:
        ValueError: if a forecast has another shape, or no valid value is left.

    Example:
    >>> truth = np.zeros((1, 1, 1, 4, 1))
    >>> forecasts = {"copy": truth, "network": np.array([0, 0, 0, np.nan]).reshape(truth.shape)}
    >>> kept, share = common_pixels(truth, forecasts)
    >>> kept.ravel().tolist(), share
    ([0.0, 0.0, 0.0, nan], 0.75)
    """
    where = "common_pixels"
    y_true = np.asarray(y_true)
    unknown = np.zeros(y_true.shape, bool)
    for name, frames in forecasts.items():
        frames = np.asarray(frames)
        if frames.shape != y_true.shape:
            raise error(
                where,
                f"{name!r} of shape {frames.shape} with y_true of shape {y_true.shape}",
                "arrays of one shape (N, horizon, H, W, C)",
                "Pass the forecasts of these very frames.",
            )
        unknown |= np.isnan(frames)
    valid = ~np.isnan(y_true)
    before, after = np.count_nonzero(valid), np.count_nonzero(valid & ~unknown)
    if before and not after:
        raise error(
            where,
            f"the forecasts {', '.join(map(str, forecasts))}, one of which is NaN wherever y_true "
            "is valid",
            "values that all of them forecast",
            "Leave out the method that knows nothing, or find where its NaN come from.",
        )
    if before == after:
        return y_true, 1.0
    floats = y_true if y_true.dtype.kind == "f" else y_true.astype("float32")
    return np.where(unknown, np.asarray(np.nan, floats.dtype), floats), float(after / before)
