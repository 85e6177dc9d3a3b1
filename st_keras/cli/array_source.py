"""Windows of the user's own frames, as a source of training, validation and test sequences."""

import numpy as np

from st_keras.cli.generated_source import VALIDATION_SEQUENCES
from st_keras.datasets import ImportanceSampling, augment
from st_keras.datasets.windows.frame_percentiles import frame_percentiles
from st_keras.datasets.windows.sequence_card import span_times, unseen_spans
from st_keras.layers import FrameNormalization, build_transform
from st_keras.training.frame_channels import FUTURES
from st_keras.units import usual_spelling
from st_keras.validation import error

_HALF = 0.5  # the probability of a change
_ANY_PATCH = 8  # whose size a search may choose


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

    def __init__(self, description, whole, train, validation, test, seed, rain=None):
        self.context_length = whole.context_length
        self.image_shape = whole.image_shape
        self.units = whole.units or "data units"
        self.targets = whole.target_numbers
        ranges = [whole.value_ranges[c] for c in self.targets]
        self.value_range = (min(low for low, _ in ranges), max(high for _, high in ranges))
        self.description = description
        self._whole, self._rain = whole, rain
        self._train, self._validation, self._test, self._seed = train, validation, test, seed

    def training_dataset(self, batch_size, first_batch=0, shard=None):
        """Endless shuffled batches of training windows, from `first_batch` on.

        With `shard=(index, count)` only the rows of one of `count` replicas are read.
        """
        level = self._rain.importance
        batches = self._train.as_dataset(
            batch_size,
            shuffle=True,
            seed=self._seed,
            repeat=True,
            first_batch=first_batch,
            shard=shard,
            importance=None if level is None else ImportanceSampling(level=level),
        )
        return self._augmented(batches, batch_size, first_batch, shard)

    def _augmented(self, batches, batch_size, first_batch, shard):
        changes, scaling = self._rain.augment or (), self._rain.scaling
        if not changes and scaling is None:
            return batches
        index, count = shard or (0, 1)
        return augment(
            batches,
            flips=_HALF * ("flips" in changes),
            turns=_HALF * ("turns" in changes),
            time_reversal=_HALF * ("time-reversal" in changes),
            scaling=scaling,
            channels=self._whole.channels,
            scaled=self._whole.targets,
            seed=self._seed,
            first_batch=first_batch,
            first_row=batch_size * index // count,
        )

    def validation_dataset(self, batch_size):
        """The validation windows, at most as many as for digits, spread over the part."""
        return self._validation.spread(VALIDATION_SEQUENCES).as_dataset(batch_size)

    def minutes(self):
        """Minutes between two frames; None where nothing is known of times."""
        times = self._test.times(0)
        return None if times is None else float((times[1] - times[0]) / np.timedelta64(1, "m"))

    def test_windows(self, count=None):
        """Return windows that training never saw, and the day, or else the sequence, of each.

        Returns:
            `(array (n, T, H, W, C), list of str)`.
        """
        windows = self._test if count is None else self._test.spread(count)
        blocks = []
        for i in range(len(windows)):
            times = windows.times(i)
            day = None if times is None else str(times[0].astype("datetime64[D]"))
            blocks.append(day or f"sequence {windows.sequence_of(i)}")
        return self.test_sequences(len(windows)), blocks

    def frames_before_test(self):
        """Yield batches of windows (B, T, H, W, C) of the archive that lie in no test window.

        Raises:
            ValueError: where the whole archive is tested.
        """
        tested = {(n, start): stop for n, start, stop in self._test.spans}
        if self._test is self._whole:
            raise error(
                "--baselines",
                "climatology of an archive all of which is tested",
                "frames that are not tested, as those of the archive the model was trained on",
                "Leave climatology out.",
            )
        first = {n: min(start for m, start in tested if m == n) for n, _ in tested}
        lengths = self._whole.spans
        spans = [(n, a, min(b, first.get(n, b))) for n, a, b in lengths]
        whole = self._whole.part([span for span in spans if span[2] > span[1]], "train")
        targets = list(self.targets)
        for i in range(0, len(whole), self._whole.horizon):
            yield whole.window(i)[None][..., targets]

    def seen_frames(self, record, spec):
        """Return how many tested frames a run trained on, or validated with, as its record tells.

        Args:
            record: dict, a `run.json`; empty if there is none.
            spec: str, the value of `--data` of these frames.

        Returns:
            int, or None without a record.
        """
        if not record:
            return None
        data = record.get("data", {})
        if data.get("fingerprint") == self._whole.fingerprint():
            unseen = [] if data.get("published") else data.get("test_spans", [])
        elif (
            (record.get("options") or {}).get("data") == spec
            and data.get("seen_times")
            and self._test.frame_times is not None
        ):
            unseen = unseen_spans(self._test, data["seen_times"])
        else:
            return 0
        return len(_frames_of(self._test.spans) - _frames_of(unseen))

    def test_sequences(self, count):
        """Array (at most count, T, H, W, C) of windows that training never saw."""
        windows = self._test.spread(count)
        return np.stack([windows.window(i) for i in range(len(windows))])

    def normalization(self):
        """Map the training part to about [0, 1], each channel by itself where they have names."""
        if self._rain.transform not in (None, "none"):
            return self._transform()
        if self._train.channels is None:
            return FrameNormalization.from_range(*self._train.value_range, name="normalization")
        lows, highs = _wide_ends(self._train.value_ranges)
        return FrameNormalization.from_range(lows, highs, name="normalization")

    def _transform(self):
        train, named = self._train, self._train.channels is not None
        found = frame_percentiles(train)
        lows, highs = _wide_ends(train.value_ranges if named else [train.value_range])
        if not named:
            lows, highs = lows[0], highs[0]
            found = {level: values[0] for level, values in found.items()}
        targets = self.targets if named else None
        return build_transform(
            self._rain.transform, lows, highs, found, targets, usual_spelling(train.units)
        )

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
        """What the data are, for the run record; `evaluate` reads what was held out back."""
        seen = [time for part in (self._train, self._validation) for time in span_times(part)]
        return {**self._train.card(), "test_spans": self._test.spans, "seen_times": seen}


def _frames_of(spans):
    return {(n, t) for n, start, stop in spans for t in range(start, stop)}


def _wide_ends(ranges):
    """Return lows and highs; a channel that is constant, as a field may be, keeps its width."""
    wide = [(low, high if high > low else low + 1) for low, high in ranges]
    lows, highs = zip(*wide, strict=True)
    return list(lows), list(highs)
