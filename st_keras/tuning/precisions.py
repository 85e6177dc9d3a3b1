"""The precisions that a search tries."""

from st_keras.choices import PRECISIONS


def default_precisions():
    """Return those that are fast here: float16 only where there is a GPU.

    Example:

    >>> default_precisions()[:2]
    ('float32', 'mixed_bfloat16')
    """
    import tensorflow as tf

    return PRECISIONS if tf.config.list_physical_devices("GPU") else PRECISIONS[:2]
