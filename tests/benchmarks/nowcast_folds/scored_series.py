"""Forecasts of a series whose scores are easy to say."""

import numpy as np

from benchmarks.nowcast_folds.fold_scores import SeriesForecasts
from benchmarks.radar_series import SERIES
from st_keras.models.nowcaster.nowcast_arrays import RainDistribution

NAME = "mrms_w3_6min_36min"  # 6 lead times
THRESHOLDS = (0.5, 1.0, 2.0, 5.0)


def scored_series(windows=7, size=16):
    """The last lead times are worse; the right half is known to one computed method alone."""
    rng = np.random.default_rng(0)
    horizon = SERIES[NAME].protocol.horizon
    truth = rng.gamma(0.4, 6.0, (windows, horizon, size, size, 1))
    truth[:, :, 0, 0] = np.nan
    known = np.arange(size)[:, None] < size // 2  # of the columns
    rough = np.where(rng.random(truth.shape) < 0.5, truth, rng.permuted(truth))
    rows = {
        "persistence": np.nan_to_num(rough),
        "extrapolation-tuned": np.where(known, np.nan_to_num(truth), np.nan),
        "advection": np.where(~known, 0.5 * np.nan_to_num(truth), np.nan),
    }
    decisions = {"csi": np.nan_to_num(0.9 * truth), "mean": np.nan_to_num(0.8 * truth)}
    stated = np.stack([np.nan_to_num(truth)[..., 0] >= t for t in THRESHOLDS], -1)
    distribution = RainDistribution(THRESHOLDS, (0.8 * stated).astype("float32"))
    context = rng.gamma(0.4, 6.0, (windows, 6, size, size, 1))
    return SeriesForecasts(NAME, context, truth, rows, decisions, distribution)
