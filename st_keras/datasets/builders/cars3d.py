"""Cars3D for TensorFlow Datasets."""

import functools

from st_keras.datasets.builders.grid_examples import grid_examples, grid_features
from st_keras.datasets.builders.tfds_module import require_tfds
from st_keras.datasets.pairs.cars3d_file import read_cars3d_blocks
from st_keras.datasets.pairs.grid_specs import GRIDS

ARCHIVE = "nips2015-analogy-data.tar.gz"


@functools.cache
def cars3d_builder():
    """Return the class `Cars3d`, a `tfds.core.GeneratorBasedBuilder`, and register it.

    Features: `image` uint8 (64, 64, 3); `label_elevation` (4), `label_azimuth` (24) and
    `label_type` (183, the rank of the car's file name). One split, `train`, of 17,568 images.

    The archive is not downloaded, since no checksum of it is published: put it into the manual
    folder of TensorFlow Datasets (`~/tensorflow_datasets/downloads/manual`), then call
    `tfds.builder("cars3d").download_and_prepare()`.

    Raises:
        ValueError: if TensorFlow Datasets is not installed.

    References:
        Reed, Zhang, Zhang, Lee: Deep Visual Analogy-Making, NeurIPS 2015,
        https://papers.nips.cc/paper/5845-deep-visual-analogy-making
    """
    tfds = require_tfds("Cars3d")

    class Cars3d(tfds.core.GeneratorBasedBuilder):
        """183 car models from 4 elevations and 24 azimuths."""

        name = "cars3d"
        VERSION = tfds.core.Version("1.0.0")
        RELEASE_NOTES = {"1.0.0": "Types in the order of file names."}
        MANUAL_DOWNLOAD_INSTRUCTIONS = f"Put {ARCHIVE} here, from {GRIDS['cars3d'].url}"

        def _info(self):
            spec = GRIDS["cars3d"]
            return tfds.core.DatasetInfo(
                builder=self,
                description=type(self).__doc__,
                features=grid_features(tfds, spec),
                homepage=spec.url,
            )

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples(dl_manager.manual_dir / ARCHIVE)}

        def _generate_examples(self, path):
            spec = GRIDS["cars3d"]
            yield from grid_examples(spec, read_cars3d_blocks("Cars3d", path, spec))

    return Cars3d
