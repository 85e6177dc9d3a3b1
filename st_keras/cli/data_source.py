"""What `--data` names, opened: training, validation and test sequences with their units."""

import dataclasses
import functools

import numpy as np

from st_keras.cli.array_reading import as_trained, read_windows
from st_keras.cli.frame_data import DIGITS, FILE, MODES, parse_data
from st_keras.datasets import MixedModes, MovingDigits, detect_digit_file
from st_keras.datasets.frame_view import check_frame_size
from st_keras.layers import FrameNormalization
from st_keras.settings.setting import given
from st_keras.training.frame_channels import FUTURES
from st_keras.validation import error

VALIDATION_SEQUENCES = 32
_ANY_PATCH = 8  # whose size a search may choose


def open_training_data(spec, windows, seed, targets=None):
    """Open the data of a training run; everything about them is checked here.

    Args:
        spec: str. "digits", "modes" or "modes:NAME,NAME", a Keras digit file (with x_train,
            x_test), or an archive of frames, as `open_frames` takes it.
        windows: `Windows`.
        seed: int, of generated sequences and of the order of windows.
        targets: tuple of names of channels that are forecast. Default None: all.

    Returns:
        `DigitSource`, `ModesSource` or `ArraySource`.

    Raises:
        ValueError: if the file is missing, damaged or does not fit.
    """
    generated = _generated(spec, windows, seed)
    if generated:
        if targets is not None:
            raise error(
                "--targets",
                f"{','.join(targets)} with moving digits",
                "an archive with several variables",
                "Leave --targets out.",
            )
        return generated
    whole = read_windows(spec, windows, targets)
    train, validation, test = whole.split(**windows.split_arguments())
    ranges = train.value_ranges if train.channels else [train.value_range]
    numbers = train.target_numbers if train.channels else [0]
    low, high = min((ranges[c] for c in numbers), key=lambda ends: ends[1] - ends[0])
    if not low < high:
        values = f"the value {low:g} everywhere" if low == high else "no value at all"
        raise error(
            "--data",
            f"{spec!r}, whose training part (its first 70 %) has {values}",
            "a training part with something to learn",
            "Bring frames with signal to the front, or leave the empty stretch out.",
        )
    return ArraySource(f"{spec}: {whole.summary()}", whole, train, validation, test, seed)


def open_test_data(spec, windows, record, model=None):
    """Open data to score a trained model on.

    Frames that the model was trained on are left out: if the run record tells that it was trained
    on this very array, only the test part of that run is scored, else all of it.

    Args:
        spec: str, as for `open_training_data`.
        windows: `Windows`; how to read an array is as in training, where it does not say.
        record: dict, the `run.json` beside the model; empty if there is none.
        model: `Forecaster` that is to be scored: its targets, and sizes that it could not take, are
            looked at. Default None.

    Returns:
        `DigitSource`, `ModesSource` or `ArraySource`, with `test_sequences`.
    """
    generated = _generated(spec, windows, seed=0)
    if generated:
        return generated
    windows = dataclasses.replace(windows, reading=as_trained(windows.reading, record, spec))
    targets = None if model is None or model.targets is None else tuple(model.targets)
    whole = read_windows(spec, windows, targets)
    if model is not None and not model.pad:
        check_frame_size("--data", (1, 1, *whole.image_shape), model.network.patch_size)
    data = record.get("data", {})
    if data.get("fingerprint") == whole.fingerprint():
        test = whole.part(data["test_spans"], "test")
        description = f"{spec}: the test part of the training run. {test.summary()}"
    else:
        test = whole
        known = "not the array the model was trained on" if record else "no run.json to compare"
        description = f"{spec}: all of it ({known}). {test.summary()}"
    return ArraySource(description, whole, None, None, test, seed=0)


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


class ArraySource:
    """Windows of the user's own frames.

    Attributes:
        image_shape: (H, W, C).
        value_range: (minimum, maximum) over all frames, in the units of the data.
        units: str, how to call them.
        targets: tuple of ints, the channels that are forecast.
        description: str, one line or more for the user.
    """

    modes = ()
    reads_shards = True  # a worker reads its own rows of each batch

    def __init__(self, description, whole, train, validation, test, seed):
        self.context_length = whole.context_length
        self.image_shape = whole.image_shape
        self.units = whole.units or "data units"
        self.targets = whole.target_numbers
        ranges = [whole.value_ranges[c] for c in self.targets]
        self.value_range = (min(low for low, _ in ranges), max(high for _, high in ranges))
        self.description = description
        self._whole = whole
        self._train, self._validation, self._test, self._seed = train, validation, test, seed

    def training_dataset(self, batch_size, first_batch=0, shard=None):
        """Endless shuffled batches of training windows, from `first_batch` on.

        With `shard=(index, count)` only the rows of one of `count` replicas are read.
        """
        return self._train.as_dataset(
            batch_size,
            shuffle=True,
            seed=self._seed,
            repeat=True,
            first_batch=first_batch,
            shard=shard,
        )

    def validation_dataset(self, batch_size):
        """The validation windows, at most as many as for digits, spread over the part."""
        return self._validation.spread(VALIDATION_SEQUENCES).as_dataset(batch_size)

    def test_sequences(self, count):
        """Array (at most count, T, H, W, C) of windows that training never saw."""
        windows = self._test.spread(count)
        return np.stack([windows.window(i) for i in range(len(windows))])

    def normalization(self):
        """Map the range of the training part to [0, 1], of each channel where they have names."""
        if self._train.channels is None:
            return FrameNormalization.from_range(*self._train.value_range, name="normalization")
        # A channel that is constant, as a field may be, keeps its width.
        ranges = [(low, high if high > low else low + 1) for low, high in self._train.value_ranges]
        lows, highs = (list(ends) for ends in zip(*ranges, strict=True))
        return FrameNormalization.from_range(lows, highs, name="normalization")

    def forecaster_arguments(self, inputs, size_divisor=None):
        """Return what `Forecaster` is told of missing pixels, sizes and channels.

        Args:
            inputs: `Inputs`.
            size_divisor: int, by which the network divides height and width. Default None: not
                known yet.

        Returns:
            dict of arguments.
        """
        whole = self._whole
        sizes = {*whole.image_shape[:2], *whole.frame_size}
        found = {"pad": any(size % (size_divisor or _ANY_PATCH) for size in sizes)}
        if whole.missing == "mask":
            scans = whole.max_missing_scans
            found |= {
                "missing": "mask",
                "max_missing_scans": scans,
                "fill_value": inputs.fill_value,
            }
        elif inputs.fill_value is not None:
            raise error(
                "--fill-value",
                f"{inputs.fill_value:g} with frames of which nothing is missing, or may be",
                "--missing mask",
                "Pass --missing mask too, or leave --fill-value out.",
            )
        if whole.channels is not None:
            found |= {"channels": whole.channels, "targets": whole.targets}
            found["future_inputs"] = self._futures(inputs)
        elif inputs.futures() is not None:
            raise error(
                "--future-inputs",
                f"{inputs.future_inputs} with channels that have no names",
                "several variables: --variable NAME,NAME",
                "Name the variables, or leave --future-inputs out.",
            )
        return found

    def _futures(self, inputs):
        """Return what each input is in the future; a search of many trials is refused here."""
        whole, said = self._whole, inputs.futures() or {}
        others = [name for name in whole.channels if name not in whole.targets]
        if set(said) != set(others) or not set(said.values()) <= set(FUTURES):
            raise error(
                "--future-inputs",
                f"{inputs.future_inputs} with the inputs {', '.join(others) or 'none'} beside the "
                f"targets {', '.join(whole.targets)}",
                "NAME=known, NAME=held or NAME=absent for each input, and for nothing else",
                "Say what each is once the context has ended: --future-inputs "
                f"{','.join(f'{name}=held' for name in others)}."
                if others
                else "Leave it out, or name fewer --targets.",
            )
        return said or None

    def card(self):
        """What the data are, for the run record; `evaluate` reads `test_spans` back."""
        return {**self._train.card(), "test_spans": self._test.spans}


def _generated(spec, windows, seed):
    """Return the source of digits that `spec` names, or None if it names an array."""
    kind, modes = parse_data(spec)
    if kind == FILE and not detect_digit_file(spec):
        return None
    windows.refuse_array_flags()
    if kind == MODES:
        return ModesSource(modes, windows, seed)
    return DigitSource("sklearn" if kind == DIGITS else spec, windows, seed)
