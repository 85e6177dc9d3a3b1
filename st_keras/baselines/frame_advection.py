"""The forecast that what is seen in frames of any kind moves on as it did."""

import numpy as np

from st_keras.baselines.baseline import Baseline

_DIVISOR = 16  # of the sizes that `SteadyMotion` tracks


class FrameAdvection(Baseline):
    """Move the last frame along the dense, steady motion of the whole context: last motion goes on.

    As `Advection`, for frames that are no rain: grey or coloured videos, satellite images. The
    motion is that of `SteadyMotion`, of the mean over channels as it is, not of its logarithm;
    all channels move along it. What comes from outside the frame, or from missing pixels, is not
    known: there the last frame stays, as `Persistence` has it, so that all pixels are forecast.

    A single frame does not move, nor do frames below 24 pixels a side.

    Args:
        fill: see `Baseline`; it stands where all of the context is missing.

    Example:

    >>> field = np.random.default_rng(0).random((1, 1, 8, 8, 1)).repeat(8, 2).repeat(8, 3)
    >>> context = np.concatenate([np.roll(field, k, axis=2) for k in range(4)], axis=1)
    >>> FrameAdvection().forecast(context, horizon=3).shape
    (1, 3, 64, 64, 1)
    """

    most_at_once = 8  # of which the maps of all pairs of frames are in memory

    def of_batch(self, context, horizon):
        """Forecast some sequences, as `Baseline.of_batch`."""
        from keras import ops

        from st_keras.layers.advection.advection_paths import AdvectionPaths
        from st_keras.layers.advection.steady_motion import SteadyMotion
        from st_keras.layers.advection.warp import Warp
        from st_keras.metrics.video import persistence_forecast

        stays = persistence_forecast(context, horizon)
        if context.shape[1] < 2:
            return stays
        height, width = context.shape[2:4]
        seen, valid = _tracked(context)
        motion = SteadyMotion()(seen, valid)
        paths = AdvectionPaths()(motion, steps=horizon)
        last, known = _padded(np.nan_to_num(stays[:, :1])), _padded(~np.isnan(stays[:, :1]))
        maps = np.concatenate([last, known], axis=-1).astype("float32")
        moved, inside = Warp()(ops.repeat(maps, horizon, axis=1), paths)
        moved, inside = (
            ops.convert_to_numpy(each)[:, :, :height, :width] for each in (moved, inside)
        )
        channels = context.shape[-1]
        whole = moved[..., channels:] * inside > 1 - 1e-3
        return np.where(whole, moved[..., :channels], stays)


def _tracked(context):
    """Return frames (B, H, W, T) of which motion is tracked, and where they are valid."""
    missing = np.isnan(context).any(axis=-1, keepdims=True)
    frames = np.where(missing, 0.0, np.nan_to_num(context).mean(axis=-1, keepdims=True))
    # The motion does not depend on the scale, up to a constant against dividing by 0.
    size = np.abs(frames).max(axis=(1, 2, 3, 4), keepdims=True)
    frames = frames / np.where(size > 0, size, 1.0)
    return tuple(
        np.moveaxis(_padded(each)[..., 0], 1, -1).astype("float32") for each in (frames, ~missing)
    )


def _padded(frames):
    """Return frames (B, T, H, W, C) with zeros at the bottom and at the right."""
    added = [(0, -size % _DIVISOR) for size in frames.shape[2:4]]
    return np.pad(frames, [(0, 0), (0, 0), *added, (0, 0)])
