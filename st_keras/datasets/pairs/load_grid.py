"""Published grids of images by name, from their own files or from TensorFlow Datasets."""

import functools

from st_keras.datasets.pairs.cars3d_file import load_cars3d
from st_keras.datasets.pairs.dsprites_file import load_dsprites
from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.mpi3d_file import MPI3D_VARIANTS, load_mpi3d
from st_keras.datasets.pairs.shapes3d_file import load_shapes3d
from st_keras.datasets.pairs.small_norb_file import load_small_norb
from st_keras.datasets.pairs.tfds_grids import load_tfds_grid
from st_keras.validation import check_one_of

_READERS = {
    "dsprites": load_dsprites,
    "shapes3d": load_shapes3d,
    "smallnorb": load_small_norb,
    "cars3d": load_cars3d,
    **{f"mpi3d_{v}": functools.partial(load_mpi3d, variant=v) for v in MPI3D_VARIANTS},
}


def load_factor_grid(name, path=None, data_dir=None, download=False, cache=None, verbose=1):
    """Load a published grid of images.

    | name | factors | images |
    |---|---|---|
    | `dsprites` | shape 3, scale 6, orientation 40, x 32, y 32 | 737,280, 64x64x1 |
    | `shapes3d` | floor, wall, object hue 10 each, scale 8, shape 4, orientation 15 | 480,000 |
    | `smallnorb` | category 5, instance 10, elevation 9, azimuth 18, lighting 6 | 48,600, 64x64x1 |
    | `cars3d` | elevation 4, azimuth 24, type 183 | 17,568 |
    | `mpi3d_toy`, `mpi3d_realistic` | colors 4, shapes 4, 2, 3, 3, 40, 40 | 460,800 |
    | `mpi3d_real` | the same with 6 colors and 6 shapes | 1,036,800 |

    Images are 64x64x3 where not stated. Shapes, categories, instances and types have no order;
    the instance of smallnorb is not scored.

    Args:
        name: str, one of the table.
        path: str or path of the file as its publishers offer it (smallnorb: folder of six
            files); see `load_dsprites` and the other readers. Default None: the data of TensorFlow
            Datasets.
        data_dir: folder of TensorFlow Datasets; see `load_tfds_grid`. Used without `path`.
        download: bool, allow TensorFlow Datasets to download. Default False: no network is used.
        cache: path of a `.npy` file in which the images are kept and from which they are mapped;
            None (default) keeps them in memory.
        verbose: 1 (default) shows a progress bar, 0 none.

    Returns:
        `ImageGrid`, for `LatentPairs`.

    Raises:
        ValueError: if the name is unknown, or the files are missing, damaged or others.
    """
    check_one_of("load_factor_grid", "name", name, GRIDS)
    if path is None:
        return load_tfds_grid(name, data_dir, download, cache, verbose)
    return _READERS[name](path, cache=cache, verbose=verbose)
