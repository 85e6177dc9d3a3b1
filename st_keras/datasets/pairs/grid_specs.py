"""Names, sizes and kinds of the factors of the published grids of images: one table."""

import dataclasses
import math

from st_keras.datasets.pairs.image_grid import ImageGrid


@dataclasses.dataclass(frozen=True)
class GridSpec:
    """What is known about a published grid of images.

    Args:
        name: str, as `load_factor_grid` knows it.
        factor_names: tuple of str, in the order of the row-major stack.
        factor_sizes: tuple of int.
        image_shape: `(H, W, C)` of the images after loading.
        categorical: tuple of str, factors without an order, which Laplace pairs hold fixed.
        unscored: tuple of str, factors that scores leave out. Default: none.
        max_value: int, the value of white in the file. Default 255.
        tfds_name: str, name of the TensorFlow Datasets builder, or None.
        tfds_labels: tuple of str, its feature names of the factors, in the order of factor_names.
        url: str, where the publishers offer the file.

    Example:
    >>> len(GRIDS["dsprites"]), GRIDS["smallnorb"].unscored
    (737280, ('instance',))
    """

    name: str
    factor_names: tuple
    factor_sizes: tuple
    image_shape: tuple
    categorical: tuple
    url: str
    unscored: tuple = ()
    max_value: int = 255
    tfds_name: str | None = None
    tfds_labels: tuple = ()

    def __len__(self):
        return math.prod(self.factor_sizes)

    def grid(self, images, max_value=None):
        """Return the `ImageGrid` over `images`, a row-major stack (len(self), H, W, C)."""
        return ImageGrid(
            images,
            self.factor_sizes,
            self.factor_names,
            categorical=self.categorical,
            unscored=self.unscored,
            name=self.name,
            max_value=self.max_value if max_value is None else max_value,
        )


def _mpi3d(variant, num_colors):
    names = (
        "object_color",
        "object_shape",
        "object_size",
        "camera_height",
        "background_color",
        "horizontal_axis",
        "vertical_axis",
    )
    return GridSpec(
        name=f"mpi3d_{variant}",
        factor_names=names,
        factor_sizes=(num_colors, num_colors, 2, 3, 3, 40, 40),
        image_shape=(64, 64, 3),
        categorical=("object_shape",),
        tfds_name=f"mpi3d/{variant}",
        tfds_labels=tuple(f"label_{name}" for name in names),
        url=f"https://storage.googleapis.com/disentanglement_dataset/Final_Dataset/mpi3d_{variant}.npz",
    )


_SPECS = (
    GridSpec(
        name="dsprites",
        factor_names=("shape", "scale", "orientation", "position_x", "position_y"),
        factor_sizes=(3, 6, 40, 32, 32),
        image_shape=(64, 64, 1),
        categorical=("shape",),
        max_value=1,
        tfds_name="dsprites",
        tfds_labels=(
            "label_shape",
            "label_scale",
            "label_orientation",
            "label_x_position",
            "label_y_position",
        ),
        url="https://github.com/deepmind/dsprites-dataset",
    ),
    GridSpec(
        name="shapes3d",
        factor_names=("floor_hue", "wall_hue", "object_hue", "scale", "shape", "orientation"),
        factor_sizes=(10, 10, 10, 8, 4, 15),
        image_shape=(64, 64, 3),
        categorical=("shape",),
        tfds_name="shapes3d",
        tfds_labels=(
            "label_floor_hue",
            "label_wall_hue",
            "label_object_hue",
            "label_scale",
            "label_shape",
            "label_orientation",
        ),
        url="https://storage.googleapis.com/3d-shapes/3dshapes.h5",
    ),
    GridSpec(
        name="smallnorb",
        factor_names=("category", "instance", "elevation", "azimuth", "lighting"),
        factor_sizes=(5, 10, 9, 18, 6),
        image_shape=(64, 64, 1),
        categorical=("category", "instance"),
        unscored=("instance",),
        tfds_name="smallnorb",
        tfds_labels=(
            "label_category",
            "instance",
            "label_elevation",
            "label_azimuth",
            "label_lighting",
        ),
        url="https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/",
    ),
    GridSpec(
        name="cars3d",
        factor_names=("elevation", "azimuth", "type"),
        factor_sizes=(4, 24, 183),
        image_shape=(64, 64, 3),
        categorical=("type",),
        tfds_name="cars3d",
        tfds_labels=("label_elevation", "label_azimuth", "label_type"),
        url="http://www.scottreed.info/files/nips2015-analogy-data.tar.gz",
    ),
    _mpi3d("toy", 4),
    _mpi3d("realistic", 4),
    _mpi3d("real", 6),
)

GRIDS = {spec.name: spec for spec in _SPECS}
