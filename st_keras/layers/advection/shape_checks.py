"""What maps must measure, as far as that is known before there are values."""

from st_keras.validation import check_rank, error


def check_sizes(where, name, shape, axes, sizes):
    """Raise `ValueError` unless a shape has such axes and sizes; what is None fits all.

    Args:
        where, name: str, who asks, and for what.
        shape: tuple or `TensorShape`.
        axes: names of the axes, such as ("B", "H", "W", "2").
        sizes: tuple, an int or None for each axis.
    """
    check_rank(where, name, shape, axes)
    if any(None not in pair and pair[0] != pair[1] for pair in zip(shape, sizes, strict=True)):
        raise error(
            where,
            f"{name} of shape {tuple(shape)}",
            f"axes ({', '.join(axes)}) of sizes {tuple(sizes)}, None being any",
            f"Crop, pad or repeat the {name} until they fit.",
        )


def check_multiples(where, name, shape, factor):
    """Raise `ValueError` unless H and W of a shape (B, H, W, C) are multiples, or None."""
    if any(size is not None and size % factor for size in shape[1:3]):
        raise error(
            where,
            f"{name} of shape {tuple(shape)}",
            f"H and W that are multiples of {factor}",
            "Pad them at the end, by values that are not valid.",
        )
