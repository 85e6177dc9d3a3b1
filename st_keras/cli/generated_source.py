"""Digits that are drawn on demand, as a source of training, validation and test sequences."""

import functools

from st_keras.datasets import MixedModes, MovingDigits
from st_keras.settings.setting import given
from st_keras.validation import error

VALIDATION_SEQUENCES = 32
_FITTED, _AT_ONCE = 256, 32  # training sequences a baseline learns from


class GeneratedSource:
    """Digits drawn on demand: disjoint ones for training, validation and test.

    Args and attributes as `ArraySource`; `units` is None, values lie in [0, 1].

    Args:
        make: function of `split`, `num_sequences` and `seed` to a dataset.
        windows: `Windows`.
        seed: int, of the training sequences.
    """

    units = None
    value_range = (0.0, 1.0)
    modes = ()
    targets = (0,)

    def __init__(self, make, windows, seed):
        self.context_length = windows.context_length
        self._make = make
        self._train = make(split="train", seed=seed)
        self._test = make(split="test", seed=0)
        self.image_shape = self._train.image_shape
        self.description = f"moving digits {self.image_shape}, seed {seed}"

    def training_dataset(self, batch_size, first_batch=0):
        """Endless batches of training sequences, from `first_batch` on."""
        return self._train.as_dataset(batch_size, first_batch=first_batch)

    def validation_dataset(self, batch_size):
        """A fixed set of validation sequences."""
        fixed = self._make(split="validation", num_sequences=VALIDATION_SEQUENCES, seed=0)
        return fixed.as_dataset(batch_size)

    def test_sequences(self, count):
        """Array (count, T, H, W, C) of sequences with digits that training never saw."""
        return self._test.sequences(0, count)

    def test_windows(self, count):
        """Return `(test_sequences(count), names)`, a name for each: they are drawn apart."""
        return self.test_sequences(count), [f"sequence {i}" for i in range(count)]

    def frames_before_test(self):
        """Yield batches (B, T, H, W, C) of training sequences, as baselines learn from."""
        for start in range(0, _FITTED, _AT_ONCE):
            yield self._train.sequences(start, _AT_ONCE)

    def seen_frames(self, record, spec):
        """0: no training run draws the digits of the test."""
        return 0

    def normalization(self):
        """None: the values are network units already."""
        return None

    def forecaster_arguments(self, inputs, size_divisor=None):
        """None: all pixels are there, and all channels are forecast."""
        said = [flag for flag in given(inputs) if flag != "--validity-channel"]
        if said:
            raise error(
                said[0],
                "it with moving digits",
                "an archive with missing pixels or several variables",
                f"Leave {said[0]} out.",
            )
        return {}

    def card(self):
        """What the data are, for the run record."""
        return self._train.card()


class DigitSource(GeneratedSource):
    """Moving digits of one kind.

    Args:
        digits: "sklearn" or the path of a Keras digit file.
        windows, seed: as in `GeneratedSource`.
    """

    def __init__(self, digits, windows, seed):
        frames = windows.context_length + windows.horizon
        make = functools.partial(MovingDigits, source=digits, num_frames=frames)
        super().__init__(make, windows, seed)


class ModesSource(GeneratedSource):
    """Moving digits in several modes, whose labels the scores are split by.

    Args:
        modes: tuple of names out of `DIGIT_MODES`, or None for the default ones.
        windows, seed: as in `GeneratedSource`.
    """

    def __init__(self, modes, windows, seed):
        frames = windows.context_length + windows.horizon
        make = functools.partial(
            MixedModes, num_frames=frames, **({"modes": modes} if modes else {})
        )
        super().__init__(make, windows, seed)
        self.modes = self._train.modes
        self.description += f", modes {', '.join(self.modes)}"

    def test_labels(self, count):
        """Array (count,): which of `modes` each test sequence is in."""
        return self._test.mode_labels(0, count)
