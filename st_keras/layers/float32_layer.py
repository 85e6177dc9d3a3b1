"""Layers that compute in float32 whatever the policy of a model is."""

import keras


class Float32Layer(keras.layers.Layer):
    """Base of what would lose its meaning in 16 bits, such as places of pixels.

    Args:
        **kwargs: `name`, `trainable`; a `dtype` is taken, and not obeyed.

    Example:

    >>> Float32Layer(dtype="mixed_bfloat16").compute_dtype
    'float32'
    """

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})

    def get_config(self):
        """Return the arguments of a layer but `dtype`, which is always the same."""
        config = super().get_config()
        del config["dtype"]
        return config
