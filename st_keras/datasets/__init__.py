"""Sources of frame sequences and pairs as `tf.data` pipelines; nothing here ever sees a model."""

from st_keras.datasets.array_file import detect_digit_file, load_array_file
from st_keras.datasets.digit_images import load_digit_images
from st_keras.datasets.modes.digit_mode import DIGIT_MODES, DigitMode
from st_keras.datasets.modes.mixed_modes import MixedModes
from st_keras.datasets.modes.mixture_of_datasets import MixtureOfDatasets
from st_keras.datasets.modes.tracks import Tracks
from st_keras.datasets.moving_digits import MovingDigits
from st_keras.datasets.pairs.cars3d_file import load_cars3d
from st_keras.datasets.pairs.dsprites_file import load_dsprites
from st_keras.datasets.pairs.factor_grid import FactorGrid
from st_keras.datasets.pairs.image_grid import ImageGrid
from st_keras.datasets.pairs.kitti_masks import KittiMasks
from st_keras.datasets.pairs.latent_pairs import LatentPairs
from st_keras.datasets.pairs.load_grid import load_factor_grid
from st_keras.datasets.pairs.mpi3d_file import load_mpi3d
from st_keras.datasets.pairs.natural_sprites import NaturalSprites
from st_keras.datasets.pairs.pair_source import PairSource
from st_keras.datasets.pairs.shapes3d_file import load_shapes3d
from st_keras.datasets.pairs.small_norb_file import load_small_norb
from st_keras.datasets.pairs.sprites import Sprites
from st_keras.datasets.sequence_dataset import SequenceDataset

__all__ = [
    "DIGIT_MODES",
    "DigitMode",
    "FactorGrid",
    "ImageGrid",
    "KittiMasks",
    "LatentPairs",
    "MixedModes",
    "MixtureOfDatasets",
    "MovingDigits",
    "NaturalSprites",
    "PairSource",
    "SequenceDataset",
    "Sprites",
    "Tracks",
    "detect_digit_file",
    "load_array_file",
    "load_cars3d",
    "load_digit_images",
    "load_dsprites",
    "load_factor_grid",
    "load_mpi3d",
    "load_shapes3d",
    "load_small_norb",
]
