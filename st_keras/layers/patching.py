"""`frames_to_patches` and its inverse as layers, for functional models."""

import keras

from st_keras.ops import frames_to_patches, patches_to_frames
from st_keras.validation import check_int


class _PatchLayer(keras.layers.Layer):
    """What both directions share: the argument and its place in the config."""

    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = check_int(type(self).__name__, "patch_size", patch_size, 1)

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "patch_size": self.patch_size}


@keras.saving.register_keras_serializable(package="st_keras")
class FramesToPatches(_PatchLayer):
    """Fold p x p patches into channels: (B, T, H, W, C) -> (B, T, H/p, W/p, p*p*C).

    Args:
        patch_size: int p >= 1. H and W of the input must be divisible by it.
        **kwargs: `name`, `dtype`, `trainable`.

    Raises:
        ValueError: see `st_keras.ops.frames_to_patches`.

    Example:

    >>> FramesToPatches(4)(keras.Input((10, 64, 64, 1))).shape
    (None, 10, 16, 16, 16)
    """

    def call(self, frames):
        """Fold."""
        return frames_to_patches(frames, self.patch_size)


@keras.saving.register_keras_serializable(package="st_keras")
class PatchesToFrames(_PatchLayer):
    """Unfold channels into p x p patches: (B, T, H, W, p*p*C) -> (B, T, H*p, W*p, C).

    Args:
        patch_size: int p >= 1. The channels of the input must be divisible by its square.
        **kwargs: `name`, `dtype`, `trainable`.

    Raises:
        ValueError: see `st_keras.ops.patches_to_frames`.

    Example:

    >>> PatchesToFrames(4)(keras.Input((10, 16, 16, 16))).shape
    (None, 10, 64, 64, 1)
    """

    def call(self, patches):
        """Unfold."""
        return patches_to_frames(patches, self.patch_size)
