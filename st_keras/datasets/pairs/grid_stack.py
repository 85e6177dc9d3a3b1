"""Images in any order become one row-major stack, in memory or in a mapped file."""

import contextlib
import os
import pathlib

import keras
import numpy as np

from st_keras.datasets.array_file import load_array_file
from st_keras.files.whole_file import whole_file
from st_keras.validation import error


def fill_stack(where, spec, blocks, cache=None, verbose=1):
    """Put images at their grid points, each exactly once.

    Args:
        where: str. Who asks; the errors begin with it.
        spec: `GridSpec`.
        blocks: iterable of `(factors, images)`: int (n, factors) and uint8 (n, H, W, C). Not
            read if the cache exists. A generator is closed, also after an error: it may hold a
            file open.
        cache: path ending in `.npy` for the stack, or None (default) to keep it in memory. The
            file is written once and mapped from then on: a stack larger than memory can be used.
        verbose: 1 (default) shows a progress bar, 0 none.

    Returns:
        uint8 (len(spec), H, W, C); a read-only `numpy.memmap` with `cache`.

    Raises:
        ValueError: if factors are off the grid, a point comes twice or never, images are of
            another shape or brighter than `spec.max_value`, or the cache is no such stack or cannot
            be written. An unfinished file is removed.

    Example:
    >>> from st_keras.datasets.pairs.grid_specs import GridSpec
    >>> spec = GridSpec("dots", ("y", "x"), (2, 3), (1, 1, 1), (), url="")
    >>> points = np.argwhere(np.ones((2, 3)))[::-1]
    >>> images = np.arange(6, dtype="uint8")[::-1].reshape(6, 1, 1, 1)
    >>> fill_stack("doc", spec, [(points, images)], verbose=0).ravel()
    array([0, 1, 2, 3, 4, 5], dtype=uint8)
    """
    # An error keeps its traceback, and with it a generator that nobody closes, alive.
    with contextlib.closing(blocks) if hasattr(blocks, "close") else contextlib.nullcontext():
        return _stack(where, spec, blocks, cache, verbose)


def _stack(where, spec, blocks, cache, verbose):
    shape = (len(spec), *spec.image_shape)
    if cache is None:
        stack = np.empty(shape, "uint8")
        _fill(where, spec, stack, blocks, verbose)
        return stack
    cache = pathlib.Path(cache)
    if cache.suffix != ".npy" or not cache.parent.is_dir():
        raise error(
            where,
            f"cache={str(cache)!r}",
            "a path that ends in .npy, in an existing folder",
            f"Pass for example cache='{spec.name}.npy'.",
        )
    if not cache.exists():
        # Under its own name only when complete: a file that exists can be trusted.
        with whole_file(cache, where) as part:
            stack = np.lib.format.open_memmap(part, "w+", "uint8", shape)
            _reserve(part)
            _fill(where, spec, stack, blocks, verbose)
            stack.flush()
            del stack
    stack = load_array_file(cache)
    if stack.shape != shape or stack.dtype != np.uint8:
        raise error(
            where,
            f"cache={str(cache)!r} with an array of shape {stack.shape}, dtype {stack.dtype}",
            f"uint8 {shape}",
            "Delete the file or choose another name.",
        )
    return stack


def _reserve(path):
    """Take the room on the disk now: where it is missing later, a mapped file ends the process."""
    if hasattr(os, "posix_fallocate"):
        with open(path, "r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def _fill(where, spec, stack, blocks, verbose):
    seen = np.zeros(len(spec), bool)
    progress = keras.utils.Progbar(len(spec), unit_name="image", verbose=verbose)
    for factors, images in blocks:
        positions = _positions(where, spec, factors)
        if images.dtype != np.uint8 or images.shape != (len(positions), *spec.image_shape):
            raise error(
                where,
                f"images of shape {images.shape}, dtype {images.dtype}",
                f"uint8 {(len(positions), *spec.image_shape)} for {spec.name}",
                f"Get the file as published: {spec.url}",
            )
        if images.max(initial=0) > spec.max_value:
            raise error(
                where,
                f"images with values up to {images.max()}",
                f"0 to {spec.max_value} for {spec.name}",
                "Divide images of 0 and 255 by 255.",
            )
        twice = seen[positions]
        seen[positions] = True
        if twice.any() or len(np.unique(positions)) != len(positions):
            row = positions[twice][0] if twice.any() else positions[0]
            point = [int(i) for i in np.unravel_index(row, spec.factor_sizes)]
            raise error(
                where,
                f"more than one image for a grid point of {spec.name}, near {point}",
                "one image per grid point",
                f"Get the file as published: {spec.url}",
            )
        stack[positions] = images
        progress.add(len(positions))
    if not seen.all():
        raise error(
            where,
            f"images for {seen.sum()} of {len(seen)} grid points of {spec.name}",
            f"all combinations of {spec.factor_sizes}",
            f"Get the file as published: {spec.url}",
        )


def _positions(where, spec, factors):
    factors = np.asarray(factors)
    sizes = np.asarray(spec.factor_sizes)
    good = factors.ndim == 2 and factors.shape[1] == len(sizes) and factors.dtype.kind in "iu"
    if not good or (factors < 0).any() or (factors >= sizes).any():
        low_high = [factors.min(0).tolist(), factors.max(0).tolist()] if good else "none"
        raise error(
            where,
            f"labels of shape {factors.shape}, dtype {factors.dtype}, from and to {low_high}",
            f"integers (N, {len(sizes)}) below {spec.factor_sizes}: {', '.join(spec.factor_names)}",
            f"Get the file as published: {spec.url}",
        )
    return np.ravel_multi_index(tuple(factors.T.astype("int64")), spec.factor_sizes)


def grid_points(spec, start, stop):
    """Return the factors of rows `start` to `stop` of a row-major stack, int64 (rows, factors)."""
    return np.stack(np.unravel_index(np.arange(start, stop), spec.factor_sizes), axis=1)
