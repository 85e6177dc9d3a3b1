"""Values of maps at places that are no pixels of theirs."""

from keras import ops


def bilinear_values(maps, rows, columns):
    """Interpolate maps at places between pixels; beyond the border the border's value holds.

    Args:
        maps: tensor (B, H, W, C).
        rows, columns: tensors (B, h, w), where to look, in pixels: (0, 0) is the centre of the
            first one.

    Returns:
        Tensor (B, h, w, C).

    Example:

    >>> maps = ops.reshape(ops.arange(6, dtype="float32"), (1, 2, 3, 1))  # 0 1 2 / 3 4 5
    >>> values = bilinear_values(maps, ops.array([[[0.5, -9.0]]]), ops.array([[[1.0, 1.5]]]))
    >>> print(ops.convert_to_numpy(values)[0, 0, :, 0])
    [2.5 1.5]
    """
    batch, height, width, channels = ops.shape(maps)
    rows = ops.clip(rows, 0.0, ops.cast(height - 1, rows.dtype))
    columns = ops.clip(columns, 0.0, ops.cast(width - 1, columns.dtype))
    top, left = ops.floor(rows), ops.floor(columns)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    top, left = ops.cast(top, "int32"), ops.cast(left, "int32")
    below, beside = ops.minimum(top + 1, height - 1), ops.minimum(left + 1, width - 1)
    # One row of a matrix for each pixel: gathering whole rows is fast on every backend.
    pixels = ops.reshape(maps, (-1, channels))
    first = ops.reshape(ops.arange(batch, dtype="int32") * (height * width), (-1, 1, 1))
    upper, lower = first + top * width, first + below * width

    def at(line, column):
        return ops.take(pixels, line + column, axis=0)

    above = at(upper, left) + right * (at(upper, beside) - at(upper, left))
    under = at(lower, left) + right * (at(lower, beside) - at(lower, left))
    return above + down * (under - above)


def nearest_values(maps, rows, columns):
    """Return the values of the nearest pixels; beyond the border the border's value holds.

    Args:
        maps, rows, columns: as of `bilinear_values`.

    Returns:
        Tensor (B, h, w, C).

    Example:

    >>> maps = ops.reshape(ops.arange(6, dtype="float32"), (1, 2, 3, 1))  # 0 1 2 / 3 4 5
    >>> values = nearest_values(maps, ops.array([[[0.6, -9.0]]]), ops.array([[[1.0, 1.4]]]))
    >>> print(ops.convert_to_numpy(values)[0, 0, :, 0])
    [4. 1.]
    """
    batch, height, width, channels = ops.shape(maps)
    rows = ops.cast(ops.clip(rows + 0.5, 0.0, ops.cast(height, rows.dtype) - 0.5), "int32")
    columns = ops.cast(ops.clip(columns + 0.5, 0.0, ops.cast(width, columns.dtype) - 0.5), "int32")
    first = ops.reshape(ops.arange(batch, dtype="int32") * (height * width), (-1, 1, 1))
    pixels = ops.reshape(maps, (-1, channels))
    return ops.take(pixels, first + rows * width + columns, axis=0)


def share_inside(rows, columns, height, width):
    """Return which share of an interpolated value is of pixels within the border.

    Args:
        rows, columns: tensors (...), places in pixels.
        height, width: int or scalar tensors, of the maps.

    Returns:
        Tensor (...) from 0, a pixel or more outside, to 1, inside.

    Example:

    >>> print(ops.convert_to_numpy(share_inside(ops.array([-0.25, 1.0]), ops.zeros(2), 2, 2)))
    [0.75 1.  ]
    """

    def along(places, size):
        return ops.clip(ops.minimum(places, ops.cast(size, places.dtype) - 1 - places) + 1, 0, 1)

    return along(rows, height) * along(columns, width)
