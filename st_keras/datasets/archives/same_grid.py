"""Forecasts and truth on one grid, or no score of them."""

from st_keras.validation import error


def check_same_grid(forecast, truth, where="check_same_grid"):
    """Refuse forecasts that lie on another grid than the truth they are to be scored by.

    Args:
        forecast, truth: `Forecast`, `Frames`, `SequenceDataset` or `Grid`. Of what knows no grid
            only the number of rows and columns is compared, where that is known.
        where: str. Who asks; the error begins with it.

    Raises:
        ValueError: if rows, columns or their grid mapping differ; coordinates may differ by a
            thousandth of a pixel.

    Example:

    >>> import numpy as np
    >>> from st_keras.datasets import Grid
    >>> coarse, fine = (Grid(y=np.arange(0, 8, step), x=np.arange(0, 8, step)) for step in (2, 1))
    >>> check_same_grid(fine, fine)
    >>> check_same_grid(coarse, fine)
    Traceback (most recent call last):
    st_keras.validation.InputError: check_same_grid: received forecasts of 4 x 4 pixels for a \
truth of 8 x 8. Required: one grid. Cut or coarsen the truth as the forecasts were, or regrid \
the forecasts.
    """
    sizes = _size(forecast), _size(truth)
    if None not in sizes and sizes[0] != sizes[1]:
        (rows, columns), (others, other_columns) = sizes
        received = (
            f"forecasts of {rows} x {columns} pixels for a truth of {others} x {other_columns}"
        )
        raise _refusal(where, received)
    own, other = _grid(forecast), _grid(truth)
    differs = None if own is None or other is None else own.differs_from(other)
    if differs == "mapping":
        keys = sorted(set(own.mapping) | set(other.mapping))
        key = next(key for key in keys if own.mapping.get(key) != other.mapping.get(key))
        received = (
            f"forecasts whose grid mapping has {key}={own.mapping.get(key)!r} for a truth with "
            f"{key}={other.mapping.get(key)!r}"
        )
        raise _refusal(where, received)
    if differs:
        spans = [f"{ends[0]:g} .. {ends[-1]:g}" for ends in map(_line(differs), (own, other))]
        raise _refusal(
            where, f"forecasts at {differs} = {spans[0]} for a truth at {differs} = {spans[1]}"
        )


def _refusal(where, received):
    return error(
        where,
        received,
        "one grid",
        "Cut or coarsen the truth as the forecasts were, or regrid the forecasts.",
    )


def _line(name):
    return lambda grid: getattr(grid, name)


def _grid(thing):
    return thing if hasattr(thing, "differs_from") else getattr(thing, "grid", None)


def _size(thing):
    """Return (H, W), or None where it is not known."""
    grid = _grid(thing)
    if grid is not None:
        return len(grid.y), len(grid.x)
    size = getattr(thing, "frame_size", None)
    if size is not None:
        return tuple(size)
    axes, shape = getattr(thing, "axes", None), getattr(thing, "shape", None)
    if axes and shape and len(axes) == len(shape):
        return shape[axes.index("H")], shape[axes.index("W")]
    return None
