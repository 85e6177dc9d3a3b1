"""The six published files of SmallNORB."""

import pathlib

import numpy as np

from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.grid_stack import fill_stack
from st_keras.datasets.pairs.image_shrinking import shrink_images
from st_keras.datasets.pairs.norb_matrix import read_norb_matrix
from st_keras.validation import error

_SPLITS = ("training", "testing")
_BLOCK = 4096  # images


def load_small_norb(folder, cache=None, verbose=1):
    """Load SmallNORB: grey photographs of 50 toys, 48,600 left images, five factors.

    Training and test files together make the grid, since they differ in the instance. The
    images, 96x96, are made smaller to 64x64 with a bilinear filter. Scores leave the instance
    out: instances of two categories have nothing in common.

    Args:
        folder: str or path of the folder with the six files
            `smallnorb-*-{training,testing}-{dat,cat,info}.mat`, or the same with `.gz`.
        cache: path of a `.npy` file in which the images are kept, 199 MB, and from which they
            are mapped; None (default) keeps them in memory.
        verbose: 1 (default) shows a progress bar, 0 none.

    Returns:
        `ImageGrid` of 64x64x1 images.

    Raises:
        ValueError: if a file is missing, damaged, or of another shape.

    References:
        LeCun, Huang, Bottou: Learning Methods for Generic Object Recognition with Invariance to
        Pose and Lighting, CVPR 2004, https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/
    """
    where, spec = "load_small_norb", GRIDS["smallnorb"]
    return spec.grid(fill_stack(where, spec, _blocks(where, spec, folder), cache, verbose))


def _blocks(where, spec, folder):
    for split in _SPLITS:
        images, category, info = (
            read_norb_matrix(where, _find(where, spec, folder, f"{split}-{part}"))
            for part in ("dat", "cat", "info")
        )
        _check(where, split, images, category, info)
        # Azimuths are counted in tens of degrees and photographed every twenty.
        if (info[:, 2] % 2).any():
            raise error(
                where,
                f"an odd azimuth in the {split} info file",
                "even numbers, tens of degrees",
                f"Get the files as published: {spec.url}",
            )
        factors = np.column_stack([category, info[:, 0], info[:, 1], info[:, 2] // 2, info[:, 3]])
        for start in range(0, len(images), _BLOCK):
            rows = slice(start, start + _BLOCK)
            left = shrink_images(images[rows, 0], spec.image_shape[0], "bilinear")
            yield factors[rows], left[..., None]


def _find(where, spec, folder, part):
    names = sorted(
        path
        for end in (".mat", ".mat.gz")
        for path in pathlib.Path(folder).glob(f"smallnorb-*-{part}{end}")
    )
    # The same file may lie there packed and unpacked.
    if not names or len({path.name.removesuffix(".gz") for path in names}) > 1:
        raise error(
            where,
            f"{len(names)} files smallnorb-*-{part}.mat in {str(folder)!r}",
            "one, or the same with .gz",
            f"Get the six files from {spec.url}",
        )
    return names[0]


def _check(where, split, images, category, info):
    count = len(images) if images.ndim else 0
    square = images.ndim == 4 and images.shape[1] == 2 and images.shape[2] == images.shape[3]
    types = (images.dtype == np.uint8, category.dtype == np.int32, info.dtype == np.int32)
    if not square or category.shape != (count,) or info.shape != (count, 4) or not all(types):
        raise error(
            where,
            f"{split} files with dat {images.shape} {images.dtype}, cat {category.shape} "
            f"{category.dtype}, info {info.shape} {info.dtype}",
            "uint8 (N, 2, S, S), int32 (N,) and int32 (N, 4)",
            "Check that the files belong together.",
        )
