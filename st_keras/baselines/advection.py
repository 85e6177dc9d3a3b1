"""The forecast that rain moves on along the motion of the Nowcaster."""

import numpy as np

from st_keras.baselines.rain_nowcast import RainNowcast


class Advection(RainNowcast):
    """Move the last frame along the dense, steady motion of the whole context, in mm/h.

    The motion is that of `SteadyMotion`, the paths those of `AdvectionPaths`: what `Nowcaster`
    computes before it learns anything. It needs no pysteps.

    Where a scan is missing at the end the last frame with data is moved on for so many steps more.
    A single frame does not move. Wholly missing contexts have a forecast of NaN.

    Args:
        units: str, of the frames: "mm/h" (default), "kg m-2 s-1" or "dBZ".
        zr: tuple (a, b), of frames in dBZ: Z = a R^b. Default (200, 1.6). There, what is dry is
            forecast as the lowest value of the context.
        fill: float, what stands where the air came from outside the frame or from missing pixels.
            Default None: NaN.

    Raises:
        ValueError: for units that are none of rain.

    Example:

    >>> rain = np.random.default_rng(0).gamma(0.5, 2.0, (1, 1, 32, 32, 1))
    >>> context = np.concatenate([np.roll(rain, k, axis=2) for k in range(4)], axis=1)
    >>> Advection(fill=0.0).forecast(context, horizon=3).shape
    (1, 3, 32, 32, 1)
    """

    def of_field(self, rates, steps):
        """Forecast one field, as `RainNowcast.of_field`."""
        from keras import ops

        from st_keras.layers.advection.advection_paths import AdvectionPaths
        from st_keras.layers.advection.steady_motion import SteadyMotion
        from st_keras.layers.advection.warp import Warp
        from st_keras.models.nowcaster.rain_scale import rain_scale
        from st_keras.models.padded_frames import pad_frames

        if len(rates) < 2:
            return np.repeat(rates[-1:], steps, axis=0)
        height, width = rates.shape[1:]
        frames = ops.convert_to_tensor(np.moveaxis(rates, 0, -1)[None], "float32")
        frames = pad_frames(frames, 16, float("nan"))
        missing = ops.isnan(frames)
        valid, known = ops.cast(~missing, "float32"), ops.where(missing, 0.0, frames)
        paths = AdvectionPaths()(SteadyMotion()(rain_scale(known), valid), steps=steps)
        last = ops.stack([known[..., -1], valid[..., -1]], axis=-1)[:, None]
        moved, inside = Warp()(ops.repeat(last, steps, axis=1), paths)
        moved, inside = (
            ops.convert_to_numpy(each)[0, :, :height, :width] for each in (moved, inside)
        )
        whole = moved[..., 1] * inside[..., 0] > 1 - 1e-3
        return np.where(whole, moved[..., 0].astype("float64"), np.nan)
