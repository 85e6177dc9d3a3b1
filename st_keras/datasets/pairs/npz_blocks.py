"""Images of an npz file, a few at a time: some published files are larger than memory."""

import math
import zipfile
import zlib

import numpy as np

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
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            if key in names:
                with archive.open(f"{key}.npy") as file:
                    yield from _blocks(where, path, key, file, image_shape, num_images)
                return
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as exc:
        raise error(
            where,
            f"{str(path)!r}, which does not open ({type(exc).__name__}: {exc})",
            "a whole npz file",
            "Copy or download it again if it is truncated.",
        ) from exc
    raise error(
        where,
        f"{str(path)!r} without {key} (it has {', '.join(names[:10]) or 'nothing'})",
        f"an npz with the key {key}",
        "Pass the file as published.",
    )


def _blocks(where, path, key, file, image_shape, num_images):
    shape, dtype, rows = _header(file)
    flat = tuple(image_shape) if image_shape[-1] != 1 else tuple(image_shape[:-1])
    ends_well = shape[-3:] == tuple(image_shape) or shape[-len(flat) :] == flat
    if dtype != np.uint8 or not rows or not ends_well:
        known = False
    else:
        known = math.prod(shape) == num_images * math.prod(image_shape)
    if not known:
        raise error(
            where,
            f"{key} of shape {shape}, dtype {dtype} in {str(path)!r}",
            f"uint8, {num_images} images of {tuple(image_shape)} in C order",
            "Pass the file as published, of this variant.",
        )
    size = math.prod(image_shape)
    step = max(1, _BLOCK // size)
    for start in range(0, num_images, step):
        count = min(step, num_images - start)
        content = file.read(count * size)
        if len(content) != count * size:
            raise EOFError("the array is shorter than it says")
        yield np.frombuffer(content, "uint8").reshape(count, *image_shape)


def _header(file):
    """Shape, dtype and whether in C order."""
    try:
        version = np.lib.format.read_magic(file)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, fortran, dtype = read(file)
    except (ValueError, KeyError) as exc:
        raise zipfile.BadZipFile(f"no NumPy array in it: {exc}") from exc
    return shape, dtype, not fortran
