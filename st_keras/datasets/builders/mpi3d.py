"""MPI3D for TensorFlow Datasets."""

import functools

from st_keras.datasets.builders.grid_examples import grid_examples, grid_features
from st_keras.datasets.builders.tfds_module import require_tfds
from st_keras.datasets.pairs.grid_specs import GRIDS
from st_keras.datasets.pairs.mpi3d_file import MPI3D_VARIANTS, read_mpi3d_blocks


@functools.cache
def mpi3d_builder():
    """Return the class `Mpi3d`, a `tfds.core.GeneratorBasedBuilder`, and register it.

    Configurations `mpi3d/toy`, `mpi3d/realistic` (460,800 images each) and `mpi3d/real`
    (1,036,800). Features: `image` uint8 (64, 64, 3), and `label_object_color`,
    `label_object_shape`, `label_object_size`, `label_camera_height`, `label_background_color`,
    `label_horizontal_axis`, `label_vertical_axis`. One split, `train`.

    The file is not downloaded, since no checksum of it is published: put `mpi3d_<config>.npz`
    into the manual folder of TensorFlow Datasets (`~/tensorflow_datasets/downloads/manual`), then
    call `tfds.builder("mpi3d/real").download_and_prepare()`.

    Raises:
        ValueError: if TensorFlow Datasets is not installed.

    References:
        Gondal et al.: On the Transfer of Inductive Bias from Simulation to the Real World: a New
        Disentanglement Dataset, NeurIPS 2019, https://arxiv.org/abs/1906.03292
    """
    tfds = require_tfds("Mpi3d")

    class Mpi3d(tfds.core.GeneratorBasedBuilder):
        """A robot arm that holds an object, in seven factors of variation."""

        name = "mpi3d"
        VERSION = tfds.core.Version("1.0.0")
        RELEASE_NOTES = {"1.0.0": "As published."}
        BUILDER_CONFIGS = [
            tfds.core.BuilderConfig(name=variant, description=GRIDS[f"mpi3d_{variant}"].url)
            for variant in MPI3D_VARIANTS
        ]
        MANUAL_DOWNLOAD_INSTRUCTIONS = "Put mpi3d_<config>.npz here, from " + ", ".join(
            GRIDS[f"mpi3d_{variant}"].url for variant in MPI3D_VARIANTS
        )

        def _info(self):
            spec = self._spec()
            return tfds.core.DatasetInfo(
                builder=self,
                description=type(self).__doc__,
                features=grid_features(tfds, spec),
                homepage=spec.url,
            )

        def _split_generators(self, dl_manager):
            path = dl_manager.manual_dir / f"{self._spec().name}.npz"
            return {"train": self._generate_examples(path)}

        def _generate_examples(self, path):
            spec = self._spec()
            yield from grid_examples(spec, read_mpi3d_blocks("Mpi3d", path, spec))

        def _spec(self):
            return GRIDS[f"mpi3d_{self.builder_config.name}"]

    return Mpi3d
