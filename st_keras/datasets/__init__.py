"""Sources of frame sequences as `tf.data` pipelines; nothing here ever sees a model."""

from st_keras.datasets.array_file import detect_digit_file, load_array_file
from st_keras.datasets.digit_images import load_digit_images
from st_keras.datasets.moving_digits import MovingDigits
from st_keras.datasets.sequence_dataset import SequenceDataset

__all__ = [
    "MovingDigits",
    "SequenceDataset",
    "detect_digit_file",
    "load_array_file",
    "load_digit_images",
]
