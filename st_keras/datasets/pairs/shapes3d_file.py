"""The published file of 3D Shapes."""

import numpy as np

from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.grid_stack import fill_stack
from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import check_file, error

_BLOCK = 4096  # images
_KINDS = {"images": "u", "labels": "iuf"}  # of dtypes


def load_shapes3d(path, cache=None, verbose=1):
    """Load 3D Shapes from its HDF5 file: 480,000 rooms with one object, six factors.

    Args:
        path: str or path of `3dshapes.h5`, with `images` uint8 (480000, 64, 64, 3) and `labels`,
            the factors' values, float (480000, 6).
        cache: path of a `.npy` file in which the images are kept, 5.9 GB, and from which they are
            mapped; None (default) keeps them in memory.
        verbose: 1 (default) shows a progress bar, 0 none.

    Returns:
        `ImageGrid` of 64x64x3 images.

    Raises:
        ValueError: if the file is missing, damaged, or holds other arrays.

    References:
        Burgess, Kim: 3D Shapes Dataset, 2018, https://github.com/deepmind/3d-shapes
    """
    where, spec = "load_shapes3d", GRIDS["shapes3d"]
    return spec.grid(fill_stack(where, spec, _blocks(where, spec, path), cache, verbose))


def _blocks(where, spec, path):
    import h5py

    path = check_file(where, path)
    with refuse_damaged(where, path, "a whole HDF5 file"), h5py.File(path, "r") as file:
        images, labels = _arrays(where, spec, path, file)
        classes = _classes(where, spec, labels[()])
        for start in range(0, len(spec), _BLOCK):
            yield classes[start : start + _BLOCK], images[start : start + _BLOCK]


def _arrays(where, spec, path, file):
    shapes = {
        "images": (len(spec), *spec.image_shape),
        "labels": (len(spec), len(spec.factor_names)),
    }
    for key, shape in shapes.items():
        found, dtype = (getattr(file.get(key), name, None) for name in ("shape", "dtype"))
        if found != shape or dtype.kind not in _KINDS[key]:
            raise error(
                where,
                f"{key} of shape {found}, dtype {dtype}, in {str(path)!r} "
                f"(it has {', '.join(file) or 'nothing'})",
                f"{key} of shape {shape}, numbers",
                f"Get the file as published: {spec.url}",
            )
    return file["images"], file["labels"]


def _classes(where, spec, values):
    """Ranks of the values: the file gives hues, sizes and angles, not their indices."""
    columns = []
    for name, size, column in zip(spec.factor_names, spec.factor_sizes, values.T, strict=True):
        different, ranks = np.unique(column, return_inverse=True)
        if len(different) != size:
            raise error(
                where,
                f"{len(different)} values of {name}",
                f"{size} values",
                f"Get the file as published: {spec.url}",
            )
        columns.append(ranks)
    return np.stack(columns, axis=1)
