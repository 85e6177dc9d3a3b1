"""Errors of amounts: mean, absolute, squared, and how much of the rain is forecast at all."""

import dataclasses

import numpy as np

from st_keras.metrics.radar.frame_arrays import check_frames, unknown_forecasts
from st_keras.validation import error


@dataclasses.dataclass(frozen=True)
class ErrorSums:
    """Sums over valid values, dry ones included; those of batches are added.

    Attributes:
        valid: float64 array (T,), or (B, T) by window: how many values count.
        absolute: the same: |forecast - observed|, in the units of the frames.
        squared: the same: (forecast - observed)^2.
        forecast: the same: what was forecast.
        observed: the same: what came. The four are NaN where a forecast is NaN and the truth valid.
    """

    valid: np.ndarray
    absolute: np.ndarray
    squared: np.ndarray
    forecast: np.ndarray
    observed: np.ndarray

    def __add__(self, other):
        """Return the sums of both, which have the same lead times."""
        if self.valid.shape != other.valid.shape:
            raise error(
                "ErrorSums",
                f"sums of the shapes {self.valid.shape} and {other.valid.shape}",
                "sums of the same lead times",
                "Sum all batches alike.",
            )
        names = (field.name for field in dataclasses.fields(self))
        return ErrorSums(*(getattr(self, name) + getattr(other, name) for name in names))

    def scores(self):
        """Return {"mae", "rmse", "mean_error", "ratio"}, each (T,), of all windows."""
        return error_scores(*(getattr(self, field.name) for field in dataclasses.fields(self)))


def error_scores(valid, absolute, squared, forecast, observed):
    """Return {"mae", "rmse", "mean_error", "ratio"}, (T,), of sums (T,) or (B, T)."""
    sums = (valid, absolute, squared, forecast, observed)
    valid, absolute, squared, forecast, observed = (
        each if each.ndim == 1 else each.sum(axis=0) for each in sums
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "mae": absolute / valid,
            "rmse": np.sqrt(squared / valid),
            "mean_error": (forecast - observed) / valid,
            "ratio": np.where(observed == 0, np.nan, forecast / observed),
        }


def error_sums(y_true, y_pred, by_window=False):
    """Return the sums of errors over all valid values, by lead time.

    Args:
        y_true, y_pred: arrays (B, T, H, W, C), NaN in the truth where it is missing.
        by_window: bool. Default False: of all windows.

    Returns:
        `ErrorSums`.

    Raises:
        ValueError: for wrong or unequal shapes, or infinite values.

    Example:
    >>> truth = np.array([1.0, 3.0, np.nan, 0.0]).reshape(1, 1, 2, 2, 1)
    >>> scores = error_sums(truth, np.ones((1, 1, 2, 2, 1))).scores()
    >>> scores["mae"].tolist(), scores["ratio"].tolist()
    ([1.0], [0.75])
    """
    y_true, y_pred = check_frames("rain_errors", y_true, y_pred)
    unknown = unknown_forecasts(y_true, y_pred)
    valid = ~np.isnan(y_true)
    came, told = (np.where(valid, frames, 0.0) for frames in (y_true, y_pred))
    with np.errstate(invalid="ignore"):
        missed = np.asarray(told - came, np.float64)
    sums = {
        "valid": valid,
        "absolute": np.abs(missed),
        "squared": np.square(missed),
        "forecast": told,
        "observed": came,
    }
    summed = {name: of.sum(axis=(2, 3, 4), dtype=np.float64) for name, of in sums.items()}
    for name in ("absolute", "squared", "forecast", "observed"):
        summed[name][unknown] = np.nan
    if not by_window:
        summed = {name: of.sum(axis=0) for name, of in summed.items()}
    return ErrorSums(**summed)


def rain_errors(y_true, y_pred):
    """Return errors of amounts by lead time, over all valid values, dry ones included.

    Never read the MAE alone: at long lead times a forecast of no rain at all often has the lowest.
    Its ratio is 0.

    Args:
        y_true, y_pred: arrays (B, T, H, W, C), NaN in the truth where it is missing.

    Returns:
        dict of float64 arrays (T,): "mae", "rmse" and "mean_error" (forecast minus observed) in the
        units of the frames; "ratio", forecast over observed rain, NaN where none was observed.

    Raises:
        ValueError: for wrong or unequal shapes, or infinite values.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import rain_errors
    >>> truth = np.array([0.0, 4.0, 0.0, 0.0]).reshape(1, 1, 2, 2, 1)
    >>> {name: of.tolist() for name, of in rain_errors(truth, 0 * truth).items()}
    {'mae': [1.0], 'rmse': [2.0], 'mean_error': [-1.0], 'ratio': [0.0]}
    """
    return error_sums(y_true, y_pred).scores()
