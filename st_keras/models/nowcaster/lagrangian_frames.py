"""Frames brought to the place of the last one."""

import keras
from keras import ops

from st_keras.layers.advection.warp import Warp
from st_keras.layers.float32_layer import Float32Layer

_LITTLE = 1e-3


@keras.saving.register_keras_serializable(package="st_keras")
class LagrangianFrames(Float32Layer):
    """Move each frame along the motion to where its rain would be at the last frame.

    Args:
        **kwargs: `name`, `dtype`. It computes in float32 whatever the policy is.

    Call arguments:
        frames: (B, H, W, T), 0 where there is no data.
        valid: (B, H, W, T), 1 where a frame has data.
        paths: (B, steps, H, W, 2) of `AdvectionPaths`, at least T - 1 steps.

    Returns:
        `(frames, valid)`: (B, H, W, T), the last frame first; which share of each is known.

    Example:

    >>> frames = keras.ops.ones((1, 8, 8, 3))
    >>> moved, _ = LagrangianFrames()(frames, frames, keras.ops.zeros((1, 2, 8, 8, 2)))
    >>> bool(keras.ops.all(moved == frames))
    True
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.warp = Warp(name="warp")

    def call(self, frames, valid, paths):
        """Move."""
        earlier = frames.shape[-1] - 1
        both = ops.stack([frames * valid, valid], axis=-1)  # (B, H, W, T, 2)
        both = ops.transpose(ops.flip(both[..., :-1, :], axis=3), (0, 3, 1, 2, 4))
        moved, inside = self.warp(both, paths[:, :earlier])
        share = moved[..., 1] * inside[..., 0]
        known = ops.cast(share > _LITTLE, frames.dtype)
        moved = known * moved[..., 0] / ops.maximum(moved[..., 1], _LITTLE)

        def after_last(last, others):
            return ops.concatenate([last[..., -1:], ops.transpose(others, (0, 2, 3, 1))], axis=-1)

        return after_last(frames * valid, moved), after_last(valid, share)

    def compute_output_shape(self, frames_shape, valid_shape, paths_shape):
        """As the frames."""
        return tuple(frames_shape), tuple(frames_shape)
