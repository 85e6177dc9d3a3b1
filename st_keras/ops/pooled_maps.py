"""Maps on a coarser grid, and back."""

from keras import ops


def pool_maps(maps, factor):
    """Return means of blocks.

    Args:
        maps: tensor (B, H, W, C), H and W multiples of `factor`.
        factor: int >= 1. 1 returns `maps`.

    Returns:
        Tensor (B, H / factor, W / factor, C).

    Example:

    >>> pool_maps(ops.ones((2, 8, 4, 3)), 4).shape
    TensorShape([2, 2, 1, 3])
    """
    if factor == 1:
        return maps
    return ops.average_pool(maps, factor, factor, data_format="channels_last")


def pool_valid(maps, mask, factor):
    """Return means of the valid pixels of blocks, and the share that is valid.

    Args:
        maps, mask: tensors (B, H, W, C), H and W multiples of `factor`; `mask` is 1 where valid.
        factor: int >= 1.

    Returns:
        `(maps, mask)`, tensors (B, H / factor, W / factor, C). Where no pixel is valid both are 0.

    Example:

    >>> maps, mask = ops.array([[[[8.0], [3.0]]] * 2]), ops.array([[[[1.0], [0.0]]] * 2])
    >>> [float(each[0, 0, 0, 0]) for each in pool_valid(maps, mask, 2)]
    [8.0, 0.5]
    """
    if factor == 1:
        return maps * mask, mask
    share = pool_maps(mask, factor)
    return pool_maps(maps * mask, factor) / ops.maximum(share, 1e-6), share


def enlarge_maps(maps, factor):
    """Interpolate bilinearly to a finer grid; the inverse of `pool_maps` for linear maps.

    Args:
        maps: tensor (B, H, W, C).
        factor: int >= 1.

    Returns:
        Tensor (B, factor H, factor W, C).

    Example:

    >>> enlarge_maps(ops.ones((2, 2, 1, 3)), 4).shape
    TensorShape([2, 8, 4, 3])
    """
    if factor == 1:
        return maps
    return _enlarged(_enlarged(maps, factor, 1), factor, 2)


def _enlarged(maps, factor, axis):
    """Interpolate along one axis; at the border the value holds.

    `keras.ops.image.resize` does the same, of sizes that are known when the graph is traced.
    """
    size = ops.shape(maps)[axis]
    first, last = _part(maps, 0, 1, axis), _part(maps, size - 1, 1, axis)
    around = ops.concatenate([first, maps, last], axis=axis)
    before, after = (_part(around, start, size, axis) for start in (0, 2))
    parts = []
    for k in range(factor):
        place = (k + 0.5) / factor - 0.5
        other = before if place < 0 else after
        parts.append((1 - abs(place)) * maps + abs(place) * other)
    shape = list(ops.shape(maps))
    shape[axis] = size * factor
    return ops.reshape(ops.stack(parts, axis=axis + 1), shape)


def _part(maps, start, size, axis):
    """Return `size` rows or columns."""
    return maps[:, start : start + size] if axis == 1 else maps[:, :, start : start + size]
