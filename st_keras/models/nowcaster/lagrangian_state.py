"""All that is computed of a context before anything is learned."""

import keras
from keras import ops

from st_keras.layers.advection.advection_paths import AdvectionPaths
from st_keras.layers.advection.band_autoregression import BANDS, BandAutoregression
from st_keras.layers.advection.steady_motion import SteadyMotion
from st_keras.layers.float32_layer import Float32Layer
from st_keras.models.nowcaster.lagrangian_frames import LagrangianFrames
from st_keras.models.nowcaster.lead_knots import KNOTS
from st_keras.models.nowcaster.rain_scale import rain_scale
from st_keras.ops.gaussian_blur import masked_blur

_MAPPED_LEADS = (3, 6, 12)  # steps: of the mean and, in the middle, the sd among the maps
_FURTHEST = int(KNOTS[-1])
_TEXTURE = 2.0  # pixels
# Where no frame has data, in factors of 10: more would fill these places with heavy rain.
_UNKNOWN_SD = 0.5


@keras.saving.register_keras_serializable(package="st_keras")
class LagrangianState(Float32Layer):
    """Motion, the frames along it, and how long their scales last. It has no weights.

    Args:
        **kwargs: `name`, `dtype`. It computes in float32 whatever the policy is.

    Call arguments:
        context: (B, T, H, W, 1) rain rates, mm/h, NaN where there are none; T >= 3; H and W
            multiples of 16.
        steps: int >= 1, lead times.
        motion: (B, H, W, 2), pixels per step, (down, right). Default None: that of `SteadyMotion`.

    Returns:
        dict: "motion" (B, H, W, 2); "paths" (B, steps, H, W, 2); "frames" and "valid"
        (B, H, W, T), of `LagrangianFrames`, on the scale of `rain_scale`; "mean" and "sd"
        (B, steps, H, W), "correlation", "coefficients", "bands", of `BandAutoregression`; "maps"
        (B, H, W, 6) for a network beside the frames: speed, divergence, the mean at 3, 6 and 12
        steps, sd at 6; "known" (B, H, W, 1), which share of the newest data at a pixel is known,
        and "texture" (B, H, W, 1), these data less their blur of 2 pixels. None has a gradient.

    Where the last frame has no data, those of the newest frame that has some are continued; where
    none has, sd is that of not knowing.

    Example:

    >>> state = LagrangianState()(keras.ops.ones((1, 6, 32, 32, 1)), steps=2)
    >>> {name: tuple(state[name].shape) for name in ("motion", "mean", "maps")}
    {'motion': (1, 32, 32, 2), 'mean': (1, 2, 32, 32), 'maps': (1, 32, 32, 6)}
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.steady_motion = SteadyMotion(name="steady_motion")
        self.advection_paths = AdvectionPaths(name="advection_paths")
        self.lagrangian_frames = LagrangianFrames(name="lagrangian_frames")
        self.band_autoregression = BandAutoregression(name="band_autoregression")

    def build(self, *shapes, **named):
        """Nothing has weights. Keras would warn of `steady_motion`, which a given motion skips."""
        self.built = True

    def call(self, context, steps, motion=None):
        """Compute."""
        rates = ops.transpose(context[..., 0], (0, 2, 3, 1))
        missing = ops.isnan(rates)
        valid = ops.cast(~missing, "float32")
        scaled = rain_scale(ops.where(missing, 0.0, rates))
        if motion is None:
            motion = self.steady_motion(scaled, valid)
        computed = max(steps, _FURTHEST)
        paths = self.advection_paths(motion, steps=max(steps, context.shape[1] - 1))
        frames, valid = self.lagrangian_frames(scaled, valid, paths)
        newest, known = _newest(frames, valid)
        scales = self.band_autoregression(newest, known, steps=computed)
        unknown = ops.expand_dims(_UNKNOWN_SD**2 * (1 - known[..., 0]), axis=1)
        scales["sd"] = ops.sqrt(ops.square(scales["sd"]) + unknown)
        means = [scales["mean"][:, lead - 1] for lead in _MAPPED_LEADS]
        speed = ops.sqrt(ops.sum(ops.square(motion), axis=-1) + 1e-6)
        maps = [speed / 3, 4 * _divergence(motion), *means, scales["sd"][:, _MAPPED_LEADS[1] - 1]]
        last, known = newest[..., :1], known[..., :1]
        state = {
            **scales,
            "known": known,
            "motion": motion,
            "paths": paths[:, :steps],
            "frames": frames,
            "valid": valid,
            "mean": scales["mean"][:, :steps],
            "sd": scales["sd"][:, :steps],
            "correlation": scales["correlation"][:, :steps],
            "maps": ops.stack(maps, axis=-1),
            "texture": last - masked_blur(last, known, _TEXTURE),
        }
        return {name: ops.stop_gradient(value) for name, value in state.items()}

    @property
    def map_channels(self):
        """How many channels "maps" and "bands" have, by name."""
        return {"maps": 3 + len(_MAPPED_LEADS), "bands": BANDS}


def _newest(frames, valid):
    """Return the last three frames (B, H, W, 3), filled by older ones where they have no data."""
    filled, known = [], []
    for k in range(3):
        frame, share = frames[..., k], valid[..., k]
        for older in range(k + 1, frames.shape[-1]):
            there = share > 0
            frame = ops.where(there, frame, frames[..., older])
            share = ops.where(there, share, valid[..., older])
        filled.append(frame)
        known.append(share)
    return ops.stack(filled, axis=-1), ops.stack(known, axis=-1)


def _divergence(motion):
    """Central differences (B, H, W), 0 at the border."""
    down = 0.5 * (motion[:, 2:, :, 0] - motion[:, :-2, :, 0])
    right = 0.5 * (motion[:, :, 2:, 1] - motion[:, :, :-2, 1])
    return ops.pad(down, ((0, 0), (1, 1), (0, 0))) + ops.pad(right, ((0, 0), (0, 0), (1, 1)))
