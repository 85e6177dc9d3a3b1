"""Where pixels are."""

from keras import ops


def pixel_places(maps):
    """Return the row and the column of every pixel.

    Args:
        maps: tensor (B, H, W, C), of which the size is taken.

    Returns:
        `(rows, columns)`, float tensors (1, H, 1) and (1, 1, W).

    Example:

    >>> rows, columns = pixel_places(ops.zeros((1, 2, 3, 1)))
    >>> print(ops.convert_to_numpy(rows + 10 * columns)[0])
    [[ 0. 10. 20.]
     [ 1. 11. 21.]]
    """
    _, height, width, _ = ops.shape(maps)
    rows = ops.arange(height, dtype="float32")
    columns = ops.arange(width, dtype="float32")
    return ops.reshape(rows, (1, -1, 1)), ops.reshape(columns, (1, 1, -1))
