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
    _, height, width, _ = ops.shape(maps)
    size = (height * factor, width * factor)
    return ops.image.resize(maps, size, "bilinear", data_format="channels_last")
