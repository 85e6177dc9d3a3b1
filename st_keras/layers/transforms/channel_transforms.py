"""One transform for each channel."""

import keras
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.layers.transforms.transform_chain import checked_transforms
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class ChannelTransforms(FrameTransform):
    """A transform of its own for each channel: rain, and beside it what is not rain.

    Args:
        transforms: list of one `FrameTransform` for each channel, in the order of the channels.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units, C the number of transforms.

    Returns:
        (..., C), float32. NaN stays NaN.

    Raises:
        ValueError: for frames of another number of channels, or what is no transform.

    Example:

    >>> from st_keras.layers import Decibel, FrameNormalization
    >>> layer = ChannelTransforms([Decibel(), FrameNormalization.from_range(0, 2000)])
    >>> layer(ops.array([[10.0, 500.0]])).numpy().tolist()
    [[10.0, 0.25]]
    >>> layer.of_channels([1]).channel_count
    1
    """

    def __init__(self, transforms, **kwargs):
        super().__init__(**kwargs)
        self.transforms = checked_transforms("ChannelTransforms", transforms)

    @property
    def channel_count(self):
        """Channels that frames must have, int."""
        return len(self.transforms)

    def of_channels(self, indices):
        """Return the transforms of some channels alone."""
        chosen = [self.transforms[i].of_channels([0]) for i in indices]
        return type(self)(chosen, name=self.name, dtype=self.dtype_policy)

    def forward(self, frames):
        """Each channel through its own."""
        pairs = self._channels(frames)
        return ops.concatenate([transform(each) for transform, each in pairs], axis=-1)

    def backward(self, values):
        """Each channel back through its own."""
        pairs = self._channels(values)
        return ops.concatenate([transform.inverse(each) for transform, each in pairs], axis=-1)

    def check_channels(self, shape):
        """Raise `ValueError` unless there is one channel for each transform."""
        count = len(self.transforms)
        if shape[-1] not in (None, count):
            raise error(
                "ChannelTransforms",
                f"frames with {shape[-1]} channel(s) with {count} transform(s)",
                f"{count} channel(s), one for each transform",
                "List one transform for each channel of the data.",
            )

    def get_config(self):
        """Return every constructor argument."""
        nested = [keras.saving.serialize_keras_object(each) for each in self.transforms]
        return {**super().get_config(), "transforms": nested}

    @classmethod
    def from_config(cls, config):
        """Rebuild the transforms, then this one."""
        nested = [keras.saving.deserialize_keras_object(each) for each in config["transforms"]]
        return cls(**{**config, "transforms": nested})

    def _channels(self, frames):
        parts = [frames[..., k : k + 1] for k in range(len(self.transforms))]
        return zip(self.transforms, parts, strict=True)
