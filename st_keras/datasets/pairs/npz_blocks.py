"""Images of an npz file, a few at a time: some published files are larger than memory."""

import math

import numpy as np

from st_keras.files.damaged_file import refuse_damaged
from st_keras.files.npz_file import open_npz
from st_keras.validation import check_file, error

_BLOCK = 1 << 25  # bytes


def read_npz_blocks(where, path, key, image_shape, num_images):
    """Read a uint8 array of an npz file in blocks of images.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path of the npz file, compressed or not.
        key: str, name of the array. Its shape is (..., *image_shape); a last axis of 1 may be
            missing.
        image_shape: `(H, W, C)`.
        num_images: int, how many images there must be.

    Yields:
        uint8 (n, H, W, C).

    Raises:
        ValueError: if the file is missing, damaged or truncated, or the array is another.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.npz"
    ...     np.savez(path, images=np.zeros((2, 3, 4, 4, 1), "uint8"))
    ...     [block.shape for block in read_npz_blocks("doc", path, "images", (4, 4, 1), 6)]
    [(6, 4, 4, 1)]
    """
    path = check_file(where, path)
    with (
        refuse_damaged(where, path, "a whole npz file"),
        open(path, "rb") as file,
        open_npz(file) as npz,
    ):
        names = npz.names
        if key in names:
            with npz.stream(key) as (elements, shape, dtype, fortran):
                _check(where, path, key, shape, dtype, fortran, image_shape, num_images)
                yield from _blocks(elements, image_shape, num_images)
            return
    raise error(
        where,
        f"{str(path)!r} without {key} (it has {', '.join(names[:10]) or 'nothing'})",
        f"an npz with the key {key}",
        "Pass the file as published.",
    )


def _check(where, path, key, shape, dtype, fortran, image_shape, num_images):
    flat = tuple(image_shape) if image_shape[-1] != 1 else tuple(image_shape[:-1])
    ends_well = shape[-3:] == tuple(image_shape) or shape[-len(flat) :] == flat
    known = dtype == np.uint8 and not fortran and ends_well
    if not known or math.prod(shape) != num_images * math.prod(image_shape):
        raise error(
            where,
            f"{key} of shape {shape}, dtype {dtype} in {str(path)!r}",
            f"uint8, {num_images} images of {tuple(image_shape)} in C order",
            "Pass the file as published, of this variant.",
        )


def _blocks(file, image_shape, num_images):
    size = math.prod(image_shape)
    step = max(1, _BLOCK // size)
    for start in range(0, num_images, step):
        count = min(step, num_images - start)
        content = file.read(count * size)
        if len(content) != count * size:
            raise EOFError("the array is shorter than it says")
        yield np.frombuffer(content, "uint8").reshape(count, *image_shape)
