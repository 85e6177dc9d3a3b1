"""The published file of dSprites."""

import numpy as np

from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.grid_stack import fill_stack
from st_keras.datasets.pairs.npz_blocks import read_npz_blocks
from st_keras.datasets.readers.npz import read_npz
from st_keras.validation import error

_LABELS = "latents_classes"


def load_dsprites(path, cache=None, verbose=1):
    """Load dSprites from its npz file: 737,280 white shapes on black, five factors.

    The file's first factor, a colour with a single value, is left out. Pickled metadata in the
    file are not read.

    Args:
        path: str or path of `dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz`, with `imgs` uint8
            (737280, 64, 64) of 0 and 1, and `latents_classes` int (737280, 6).
        cache: path of a `.npy` file in which the images are kept, 3 GB, and from which they are
            mapped; None (default) keeps them in memory.
        verbose: 1 (default) shows a progress bar, 0 none.

    Returns:
        `ImageGrid` of 64x64x1 images.

    Raises:
        ValueError: if the file is missing, damaged, or holds other arrays.

    References:
        Matthey, Higgins, Hassabis, Lerchner: dSprites, 2017,
        https://github.com/deepmind/dsprites-dataset
    """
    where, spec = "load_dsprites", GRIDS["dsprites"]

    def blocks():
        labels = read_npz(where, path, [_LABELS]).get(_LABELS)
        shape = getattr(labels, "shape", None)
        if shape != (len(spec), len(spec.factor_sizes) + 1):
            raise error(
                where,
                f"{_LABELS} of shape {shape} in {str(path)!r}",
                f"({len(spec)}, {len(spec.factor_sizes) + 1})",
                f"Get the file as published: {spec.url}",
            )
        start = 0
        for images in read_npz_blocks(where, path, "imgs", spec.image_shape, len(spec)):
            yield np.asarray(labels[start : start + len(images), 1:]), images
            start += len(images)

    return spec.grid(fill_stack(where, spec, blocks(), cache, verbose))
