"""The shape of the images in what a user gives to `fit`, before any of it is read."""


def image_shape_of(data):
    """Return the (H, W, C) of training data whose shape is known without reading them.

    Args:
        data: what `fit` takes: an array of frames (B, T, H, W, C), a dict or a tuple that begins
            with one, or a `tf.data.Dataset` of such elements.

    Returns:
        tuple of three ints; None for other data, or where one is unknown.

    Example:

    >>> import numpy as np
    >>> image_shape_of((np.zeros((4, 10, 8, 6, 1)), np.zeros((4, 5, 8, 6, 1))))
    (8, 6, 1)
    """
    part = getattr(data, "element_spec", data)
    while isinstance(part, (dict, tuple)):
        if isinstance(part, dict):
            part = part.get("frames")
        else:
            part = part[0] if part else None
    shape = getattr(part, "shape", None)
    if shape is None or getattr(shape, "rank", 0) is None or len(shape) != 5:
        return None
    image_shape = tuple(shape[2:])
    return None if None in image_shape else image_shape
