"""Transforms one after the other."""

import keras

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class TransformChain(FrameTransform):
    """Apply transforms in their order; the inverse goes back through them.

    Args:
        transforms: list of at least one `FrameTransform`; the first reads the user's units.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units.

    Returns:
        (..., C) as the last one gives it, float32. NaN stays NaN.

    Raises:
        ValueError: without a transform, or for what is none; as these do for wrong channels.

    Example:

    >>> from st_keras.layers import Decibel, FrameNormalization
    >>> chain = TransformChain([Decibel(), FrameNormalization.from_range(-15, 25)])
    >>> chain(keras.ops.array([[0.0], [1.0]])).numpy().ravel().tolist()
    [0.0, 0.375]
    >>> chain.inverse(keras.ops.array([[0.1], [0.375]])).numpy().ravel().tolist()
    [0.0, 1.0]
    """

    def __init__(self, transforms, **kwargs):
        super().__init__(**kwargs)
        self.transforms = checked_transforms("TransformChain", transforms)

    @property
    def channel_count(self):
        """Channels that frames must have, int; None: any number."""
        counts = [transform.channel_count for transform in self.transforms]
        return next((count for count in counts if count is not None), None)

    def of_channels(self, indices):
        """Return the chain for some channels alone."""
        chosen = [transform.of_channels(indices) for transform in self.transforms]
        return type(self)(chosen, name=self.name, dtype=self.dtype_policy)

    def forward(self, frames):
        """Through all of them."""
        for transform in self.transforms:
            frames = transform(frames)
        return frames

    def backward(self, values):
        """Back through all of them."""
        for transform in reversed(self.transforms):
            values = transform.inverse(values)
        return values

    def check_channels(self, shape):
        """Ask all of them."""
        for transform in self.transforms:
            transform.check_channels(shape)

    def get_config(self):
        """Return every constructor argument."""
        nested = [keras.saving.serialize_keras_object(each) for each in self.transforms]
        return {**super().get_config(), "transforms": nested}

    @classmethod
    def from_config(cls, config):
        """Rebuild the transforms, then the chain."""
        nested = [keras.saving.deserialize_keras_object(each) for each in config["transforms"]]
        return cls(**{**config, "transforms": nested})


def checked_transforms(where, transforms):
    """Return a list of transforms, or raise `ValueError`."""
    listed = list(transforms) if isinstance(transforms, (list, tuple)) else [transforms]
    if not listed or not all(isinstance(each, FrameTransform) for each in listed):
        raise error(
            where,
            f"transforms={transforms!r}",
            "a list of at least one st_keras.layers.FrameTransform",
            "Pass transforms=[Decibel(), FrameNormalization.from_range(-15, 25)], for example.",
        )
    return listed
