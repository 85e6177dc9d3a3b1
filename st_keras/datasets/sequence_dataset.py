"""Windows of frames, cut from the user's own arrays."""

import copy
import functools

from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.windows.checked_frames import check_frames
from st_keras.datasets.windows.frame_reading import FrameReading
from st_keras.datasets.windows.sequence_card import card_of, summary_of
from st_keras.datasets.windows.sequence_split import PARTS, split_before, split_spans
from st_keras.datasets.windows.window_batches import window_batches
from st_keras.datasets.windows.window_reading import WindowReading
from st_keras.validation import check_int, check_one_of, error


class SequenceDataset:
    """Windows of `context_length + horizon` frames out of one or many sequences.

    Made by `from_arrays`, `from_xarray` or `from_frames`, and from there by `split`. The frames
    stay where they are, in memory or in a file, in their dtype; a window becomes float32 when it is
    read. Values keep the user's units: normalisation belongs to the model.

    No window crosses a gap in time. What is missing is NaN in a window (missing="mask"), or no
    window holds it ("drop"), or there must not be any ("refuse"). A dataset that is left without a
    window has its summary and `value_range`, and refuses when windows are asked for.

    Args:
        frames: `CheckedFrames`.
        spans: list of `(sequence, start, stop)`: the frames that windows may use.
        context_length: int. Observed frames.
        horizon: int. Frames to predict.
        stride: int. Frames between the starts of two windows.
        name: str, for the summary and run record: "all", "train", "validation" or "test".

    Attributes:
        image_shape: (H, W, C), of a crop if there are crops.
        frame_size: (H, W) of whole frames, from which crops are cut.
        num_windows: int, also `len(dataset)`.
        value_range: (low, high) over the frames of this part, floats in the data's units; missing
            values are left out.
        axes: str, how the axes of the array were read, such as "NTHWC".
        windows_across_gaps: int, windows left out because a step of time in them is unusual.
        windows_with_missing: int, other windows left out because of what is missing in them.
        spans: the frames of this part, list of `(sequence, start, stop)`.
        missing: "refuse", "mask" or "drop".
        channels: tuple of str, or None: they have no names.
        targets: tuple of str, those to be forecast; None where channels have no names.
        target_numbers: tuple of ints, the same by their places in the last axis.
        units: str, or None: not known.
        grid: `Grid` of whole frames, or None: not known.

    Example:
    >>> import numpy as np
    >>> frames = np.random.default_rng(0).random((200, 32, 48))      # one long sequence
    >>> whole = SequenceDataset.from_arrays(frames, context_length=4, horizon=6, stride=2)
    >>> train, validation, test = whole.split(validation=0.15, test=0.15)
    >>> len(whole), len(train), len(validation), len(test)
    (96, 66, 11, 11)
    >>> batch = next(iter(train.as_dataset(batch_size=8, shuffle=True)))
    >>> tuple(batch.shape), batch.dtype.name
    ((8, 10, 32, 48, 1), 'float32')
    """

    def __init__(self, frames, spans, context_length, horizon, stride=1, name="all"):
        self.context_length = context_length
        self.horizon = horizon
        self.stride = stride
        self.name = name
        self.spans = list(spans)
        self.missing, self.units = frames.missing, frames.units
        self.channels, self.grid = frames.frames.channels, frames.grid
        self.target_numbers, self.max_missing_scans = frames.targets, frames.max_missing_scans
        self.targets = self.channels and tuple(self.channels[c] for c in frames.targets)
        self.axes, self.frame_size = frames.view.axes, frames.view.shape[2:4]
        self.image_shape = (*frames.crops.size, frames.view.shape[4])
        self.frame_times = None if frames.steps is None else frames.steps.times
        self._frames = frames
        windows = frames.cutter(self._length, stride).cut(self.spans)
        self._windows = WindowReading(frames, windows, self._length)
        self.windows_across_gaps = windows.across_gaps
        self.windows_with_missing = windows.with_missing

    @classmethod
    def from_arrays(
        cls,
        frames,
        context_length,
        horizon,
        stride=1,
        split=None,
        axes=None,
        patch_size=None,
        missing_value=None,
        times=None,
        channels=None,
        **reading,
    ):
        """Cut windows from an array; every check happens here, before anything is built.

        Args:
            frames: real numbers, in any units: sequences (N, T, H, W, C) or (N, T, H, W), or one
                long sequence (T, H, W, C) or (T, H, W), or any other order that `axes` names.
                bool counts as 0 and 1. Besides NumPy arrays (masked ones too) and lists, anything
                with `shape`, `dtype` and slicing, such as an open HDF5 dataset: it is looked
                through in blocks, and each window is read when it is needed. A list of arrays
                (T, H, W) or (T, H, W, C): sequences of different length.
            context_length: int of at least 1. Observed frames of a window.
            horizon: int of at least 1. Frames to predict.
            stride: int of at least 1. Frames between the starts of two windows. Default 1.
                Windows never reach from one sequence into the next.
            split: "train", "validation" or "test" for that part of `split()` with its default
                fractions; None (default) for all frames.
            axes: str. The axes in the order of the array, each by its letter: T (frames), H and
                W (pixels), and N (sequences) and C (channels) where there are such: "NTCHW" as
                PyTorch has video, "NHWT" as SEVIR is stored. None (default): NTHWC, THW, and of
                four axes THWC if the last has at most 4 entries, else NTHW; refused where the
                shape speaks against it. `summary()` says how they were read.
            times: datetime64 (N, T), when the frames were taken; (T,) where all sequences have
                the same times; a list beside a list of sequences. Ascending in each sequence. A
                frame that stands there twice, with the same time, is dropped. No window crosses a
                step that is not the usual one, the commonest of all: round times that jitter.
                Default None: the frames follow each other evenly.
            channels: tuple of str, names of the channels. Default None: they have none.
            patch_size, missing_value, **reading: see `FrameReading`, which has more.

        Returns:
            A `SequenceDataset`.

        Raises:
            ValueError: if the rank, dtype or an argument is wrong; if the axes have to be named;
                if values are NaN (where this is not missing), infinite or all the same; if there
                are no elements; if sequences are shorter than a window; if the frames cannot hold
                `missing_value`, or hold nothing else; if `times` are not as many as the frames,
                run backwards, have another dtype or NaT, or two frames of one time differ; if rain
                is negative; if units are not as stated.

        Warns:
            UserWarning: if an extreme value is one repeated number far outside the rest.

        Example:
        >>> import numpy as np
        >>> radar = np.random.default_rng(0).integers(0, 255, (3, 36, 64, 64), "uint8")
        >>> len(SequenceDataset.from_arrays(radar, context_length=10, horizon=10, stride=4))
        15
        >>> minutes = np.r_[0:60:5, 90:150:5].astype("timedelta64[m]")  # half an hour is missing
        >>> scans = SequenceDataset.from_arrays(
        ...     radar[0, :24], 3, 3, times=np.datetime64("2026-06-01") + minutes)
        >>> len(scans), scans.windows_across_gaps
        (14, 5)
        """
        found = Frames(values=frames, axes=axes, times=times, channels=channels)
        reading |= {"patch_size": patch_size, "missing_value": missing_value}
        return cls._made(found, context_length, horizon, stride, split, reading)

    @classmethod
    def from_xarray(cls, dataarray, context_length, horizon, stride=1, split=None, **reading):
        """Cut windows from an `xarray.DataArray`, which stays where it is; NaN is missing.

        Args:
            dataarray: with dimensions of time, y and x in any order, told by their CF attributes or
                their names, and one of channels or sequences where there is such. It needs the
                extra `[geo]`.
            context_length, horizon, stride, split: as in `from_arrays`.
            **reading: see `FrameReading`.

        Returns, raises, warns: as `from_arrays`.
        """
        from st_keras.datasets.readers.xarray_frames import frames_of

        found = frames_of("SequenceDataset", dataarray)
        return cls._made(found, context_length, horizon, stride, split, reading)

    @classmethod
    def from_frames(cls, frames, context_length, horizon, stride=1, split=None, **reading):
        """Cut windows from what `open_frames` found.

        Args: `frames` are `Frames`, the others as in `from_arrays`; **reading: see `FrameReading`.

        Returns, raises, warns: as `from_arrays`.
        """
        return cls._made(frames, context_length, horizon, stride, split, reading)

    @classmethod
    def _made(cls, frames, context_length, horizon, stride, split, reading):
        where = "SequenceDataset"
        context_length = check_int(where, "context_length", context_length, 1)
        horizon = check_int(where, "horizon", horizon, 1)
        stride = check_int(where, "stride", stride, 1)
        if split is not None:
            check_one_of(where, "split", split, PARTS)
        window = (context_length, horizon)
        checked = check_frames(where, frames, window, FrameReading(**reading))
        spans = [(n, 0, length) for n, length in enumerate(checked.view.lengths)]
        whole = cls(checked, spans, context_length, horizon, stride)
        return whole if split is None else whole.split()[PARTS.index(split)]

    def split(self, validation=0.15, test=0.15, by="auto", days=1, before=None):
        """Divide into training, validation and test, which have no frame in common.

        Nothing is shuffled: training comes first and test last, as the sequences are stored and
        as time runs. Sequences sorted by kind should be shuffled by the user beforehand;
        sequences recorded at the same time are told apart by `by="time"`, "days" or `before` only.

        Args:
            validation: float in [0, 1). Fraction held out. Default 0.15.
            test: float in [0, 1). Fraction held out. Default 0.15.
            by: "sequence": whole sequences. "time": each sequence is cut in three. "auto"
                (default): by sequence where each fraction comes to at least one, else by time
                where the sequences are long enough for three windows, else by sequence. "event":
                what lies between two gaps in time is given away whole. "days": blocks of `days`
                days (UTC) are given to the three in turn, so that each sees all seasons.
            days: int of at least 1. Default 1.
            before: (end of training, end of validation), dates as datetime64 or ISO text: training
                is what lies before the first, test what does not lie before the second; fractions
                and `by` are not looked at. One date: training and validation. Default None.

        Returns:
            Three `SequenceDataset`; None in place of a part whose fraction is 0, or of test with
            one date. A fraction too small for one window is raised to one. Each has a window: a
            cut by time is moved where gaps or missing values leave a part without one, and
            sequences without a window are in no part.

        Raises:
            ValueError: if a fraction is out of its range, or there are too few frames or
                windows; the message says how many are needed.
        """
        self._windows.check_any("SequenceDataset.split")
        cutter = self._frames.cutter(self._length, self.stride)
        steps = self._frames.steps
        times, unusual = (None, None) if steps is None else (steps.times, steps.unusual)
        if before is None:
            shares = split_spans(self.spans, cutter, validation, test, by, times, days, unusual)
        else:
            shares = split_before(self.spans, cutter, times, before)
        return tuple(
            None if spans is None else self._part(spans, name)
            for name, spans in zip(PARTS, shares, strict=True)
        )

    def part(self, spans, name):
        """Take the windows of given spans of frames, such as those of an earlier `split`.

        Args:
            spans: list of `(sequence, start, stop)`, as the attribute `spans` of a part has them.
            name: str, for the summary.

        Returns:
            A `SequenceDataset`.

        Raises:
            ValueError: if no window fits into the spans, or none in them is whole.
        """
        spans = [tuple(int(number) for number in span) for span in spans]
        part = self._part(spans, name)
        if part.windows_across_gaps or part.windows_with_missing:
            part._windows.check_any("SequenceDataset.part")
        if not len(part):
            longest = max((stop - start for _, start, stop in spans), default=0)
            raise error(
                "SequenceDataset.part",
                f"a {name} part whose longest stretch has {longest} frames",
                f"at least context_length + horizon = {self._length} frames",
                f"Shorten the horizon to {max(longest - self.context_length, 1)} or less.",
            )
        return part

    def spread(self, count):
        """Keep at most `count` windows, evenly spread over all of them.

        >>> import numpy as np
        >>> whole = SequenceDataset.from_arrays(np.random.rand(30, 8, 8), 2, 2)
        >>> len(whole), len(whole.spread(5))
        (27, 5)
        """
        count = check_int("SequenceDataset.spread", "count", count, 1)
        self._windows.check_any("SequenceDataset.spread")
        fewer = copy.copy(self)
        fewer._windows = self._windows.spread(count)
        return fewer

    def fingerprint(self):
        """Hash shape, dtype and up to 16 frames of the array: tells files apart at little cost.

        Returns: str of 64 hexadecimal digits.
        """
        return self._frames.fingerprint()

    def as_dataset(
        self,
        batch_size,
        shuffle=False,
        seed=0,
        repeat=False,
        first_batch=0,
        shard=None,
        num_parallel_reads=1,
        importance=None,
    ):
        """Make a `tf.data.Dataset` of batches.

        The order is a pure function of (seed, epoch): a new permutation in every epoch with
        `shuffle`, ascending without.

        Args:
            batch_size: int.
            shuffle: bool. Default False.
            seed: int of at least 0, for `shuffle`. Default 0.
            repeat: bool. Default False: one pass with a known length, the last batch may be
                smaller, and the epoch is the number of times the dataset was iterated before
                (Keras takes an extra, unused iteration under `tf.distribute`). True: endless,
                full batches only, epochs follow one another without a seam; give
                `steps_per_epoch` to `fit`. Resumed and distributed runs see the same order
                with `repeat=True`.
            first_batch: int, with `repeat`: the batch to begin with, to go on where a run
                stopped; costs nothing, however large. Default 0.
            shard: pair of ints (index, count): read only those rows of each batch that belong to
                replica `index` of `count`, for `distribute_datasets_from_function` of a strategy
                whose workers have one device each. Default None: all.
            num_parallel_reads: int of at least 1, batches read at the same time, in order all the
                same; at most so many and two more are in memory. The frames are then read from
                several threads at once. Default 1.
            importance: `ImportanceSampling`: windows are drawn, those with rain more often,
                whatever `shuffle` says. Default None: each comes once in an epoch.

        Returns:
            Elements `frames`: float32 (B, T, H, W, C) in the data's units,
            T = context_length + horizon; (frames, None, weights (B,)) if `importance` is weighted.

        Raises:
            ValueError: if an argument is out of its range, or no window is whole.
        """
        where = "SequenceDataset.as_dataset"
        self._windows.check_any(where)
        shape, draws = (self._length, *self.image_shape), self._windows.draws(importance)
        reading = (shuffle, seed, repeat, first_batch, shard, num_parallel_reads, draws)
        return window_batches(
            where, self._windows.read, self.num_windows, shape, batch_size, *reading
        )

    def window(self, i):
        """Read window `i`, an int from 0 to `num_windows - 1`, in unshuffled order.

        Returns: float32 (T, H, W, C) in the data's units, T = context_length + horizon.

        Raises: `ValueError` if there is none.
        """
        return self._windows.read([self._windows.check_number("SequenceDataset.window", i)])[0]

    @functools.cached_property
    def value_range(self):
        """(low, high) over the frames of this part, floats in the data's units."""
        return self._frames.scan.value_range(self.spans)

    @property
    def value_ranges(self):
        """(low, high) of each channel over the frames of this part."""
        scan = self._frames.scan
        return [scan.value_range(self.spans, c) for c in range(self.image_shape[2])]

    def times(self, i):
        """When the frames of window `i` were taken.

        Returns: datetime64 (context_length + horizon,); None where nothing is known of times.
        """
        return self._windows.times(self._windows.check_number("SequenceDataset.times", i))

    def sequence_of(self, i):
        """Return the number of the sequence that window `i` is cut from."""
        return self._windows.sequence_of(self._windows.check_number("SequenceDataset", i))

    @property
    def num_windows(self):
        """Number of windows."""
        return len(self._windows)

    def card(self):
        """Describe the data for a run record, as a dict of JSON values."""
        return card_of(self, self._frames)

    def summary(self):
        """Describe the data for a reader, in a few lines."""
        return summary_of(self.card())

    def __len__(self):
        return self.num_windows

    def __repr__(self):
        return (
            f"SequenceDataset(split={self.name!r}, num_windows={self.num_windows}, "
            f"image_shape={self.image_shape}, context_length={self.context_length}, "
            f"horizon={self.horizon}, stride={self.stride})"
        )

    @property
    def _length(self):
        return self.context_length + self.horizon

    def _part(self, spans, name):
        settings = (self.context_length, self.horizon, self.stride)
        return type(self)(self._frames, spans, *settings, name=name)
