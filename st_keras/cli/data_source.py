"""What `--data` names, opened: training, validation and test sequences with their units."""

import numpy as np

from st_keras.datasets import MovingDigits, SequenceDataset, detect_digit_file, load_array_file
from st_keras.layers import FrameNormalization
from st_keras.validation import error

VALIDATION_SEQUENCES = 32


def open_data(spec, context_length, horizon, stride, seed, patch_size=None):
    """Open the data that a `--data` value names; everything about them is checked here.

    Args:
        spec: str. "digits", a Keras digit file (.npz with x_train, x_test), or a .npy or .npz file
            of frames.
        context_length: int, observed frames.
        horizon: int, frames to predict.
        stride: int, frames between windows of an array.
        seed: int, of generated sequences and of the order of windows.
        patch_size: int, to refuse frames the network could not take.

    Returns:
        `DigitSource` or `ArraySource`.

    Raises:
        ValueError: if the file is missing, damaged or does not fit.
    """
    if spec == "digits":
        return DigitSource("sklearn", context_length, horizon, seed)
    if not (spec.endswith(".npy") or ".npz" in spec):
        raise error(
            "--data",
            repr(spec),
            "'digits', or a .npy or .npz file",
            "Check the spelling, or convert your frames with numpy.save('frames.npy', frames).",
        )
    if detect_digit_file(spec):
        return DigitSource(spec, context_length, horizon, seed)
    return ArraySource(spec, context_length, horizon, stride, seed, patch_size)


class DigitSource:
    """Moving digits: disjoint digits for training, validation and test.

    Args and attributes as `ArraySource`; `units` is None, values lie in [0, 1].
    """

    units = None
    value_range = (0.0, 1.0)

    def __init__(self, digits, context_length, horizon, seed):
        self.context_length = context_length
        self._arguments = {"source": digits, "num_frames": context_length + horizon}
        self._train = MovingDigits(split="train", seed=seed, **self._arguments)
        self.image_shape = self._train.image_shape
        self._test = MovingDigits(split="test", seed=0, **self._arguments)
        self.description = f"moving digits {self.image_shape}, seed {seed}"

    def training_dataset(self, batch_size):
        """Endless batches of training sequences."""
        return self._train.as_dataset(batch_size)

    def validation_dataset(self, batch_size):
        """A fixed set of validation sequences."""
        fixed = MovingDigits(
            split="validation", num_sequences=VALIDATION_SEQUENCES, seed=0, **self._arguments
        )
        return fixed.as_dataset(batch_size)

    def test_sequences(self, count):
        """Array (count, T, H, W, C) of sequences with digits that training never saw."""
        return self._test.sequences(0, count)

    def normalization(self):
        """None: the values are network units already."""
        return None

    def card(self):
        """What the data are, for the run record."""
        return self._train.card()


class ArraySource:
    """Windows of the user's own frames, split by time or by sequence into three parts.

    Attributes:
        image_shape: (H, W, C).
        value_range: (minimum, maximum) over all frames, in the units of the data.
        units: str, how to call them.
        description: str, one line or more for the user.
    """

    units = "data units"

    def __init__(self, path, context_length, horizon, stride, seed, patch_size):
        self.context_length = context_length
        self._seed = seed
        frames = load_array_file(path)
        whole = SequenceDataset.from_arrays(
            frames, context_length, horizon, stride=stride, patch_size=patch_size
        )
        self._train, self._validation, self._test = whole.split()
        self.image_shape = whole.image_shape
        self.value_range = whole.value_range
        self.description = f"{path}: {whole.summary()}"

    def training_dataset(self, batch_size):
        """Endless shuffled batches of training windows."""
        return self._train.as_dataset(batch_size, shuffle=True, seed=self._seed, repeat=True)

    def validation_dataset(self, batch_size):
        """The validation windows, at most as many as for digits, spread over the part."""
        sequences = _spread(self._validation, VALIDATION_SEQUENCES)
        return SequenceDataset.from_arrays(
            sequences, self._train.context_length, self._train.horizon, axes="NTHWC"
        ).as_dataset(batch_size)

    def test_sequences(self, count):
        """Array (at most count, T, H, W, C) of windows from the part that training never saw."""
        return _spread(self._test, count)

    def normalization(self):
        """Map the range of the training part to [0, 1]."""
        return FrameNormalization.from_range(*self._train.value_range, name="normalization")

    def card(self):
        """What the data are, for the run record."""
        return self._train.card()


def _spread(dataset, count):
    chosen = np.unique(np.linspace(0, len(dataset) - 1, min(count, len(dataset))).round())
    return np.stack([dataset.window(int(i)) for i in chosen])
