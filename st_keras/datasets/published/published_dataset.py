"""A dataset that papers are compared on: its card, and windows of its published parts."""

import dataclasses
import pathlib
from collections.abc import Callable

from st_keras.datasets.windows.frame_reading import FrameReading
from st_keras.validation import check_number, check_one_of, error

TRAIN, VALIDATION, TEST = "train", "validation", "test"
_READING = tuple(field.name for field in dataclasses.fields(FrameReading))


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class PublishedDataset:
    """A published dataset, in plain data; nothing is opened, and never is anything downloaded.

    Args:
        name: str, by which commands know it: "kth".
        title: str, its name in papers.
        holds: str, what the frames show.
        needs: str, what `open` expects at its path.
        source: str, where it is from: paper and address.
        licence: str, as its authors state it.
        size: str, how much there is of it.
        split: str, which part is for training, and which for tests.
        protocol: str, how papers score on it.
        image_shape: (H, W, C) of the frames as `open` gives them.
        context_length, horizon: ints, frames observed and predicted under the protocol.
        frames: function `(where, path, split, **options)` to `PublishedFrames`, in which what is
            heavy is imported. `where` is who asks; refusals begin with it.
        splits: tuple of str, the parts that are published. Default: train and test.
        shared: bool. Whether `frames` returns the same for all parts. Default False.
        stride: int, frames between the starts of two windows under the protocol. Default 1.
        action_size: int, numbers of an action. Default 0: there are no actions.
        options: tuple of str, what `frames` takes by name. Default: nothing.
        units: str, of the values.
        extra: str, the extra of this package that it needs. Default: none.

    Example:

    >>> import numpy as np
    >>> from st_keras.datasets import published_dataset
    >>> digits = np.random.default_rng(0).integers(0, 256, (20, 3, 64, 64), "uint8")
    >>> np.save("mnist_test_seq.npy", digits)
    >>> moving_mnist = published_dataset("moving_mnist")
    >>> test = moving_mnist.open("mnist_test_seq.npy", split="test")
    >>> len(test), test.window(2).shape, test.value_range
    (3, (20, 64, 64, 1), (0.0, 1.0))
    """

    name: str
    title: str
    holds: str
    needs: str
    source: str
    licence: str
    size: str
    split: str
    protocol: str
    image_shape: tuple
    context_length: int
    horizon: int
    frames: Callable
    splits: tuple = (TRAIN, TEST)
    shared: bool = False
    stride: int = 1
    action_size: int = 0
    options: tuple = ()
    units: str = "grey values, 0 to 255"
    extra: str | None = None

    def card(self):
        """Describe the dataset, as a dict of JSON values."""
        plain = (str, int, tuple, type(None))
        facts = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        facts = {name: value for name, value in facts.items() if isinstance(value, plain)}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in facts.items()}

    def open(
        self,
        path,
        split=TRAIN,
        context_length=None,
        horizon=None,
        stride=None,
        held_out=0.0,
        actions=None,
        **more,
    ):
        """Open a part; its frames stay in the files until a window is read.

        Args:
            path: str or path: see `needs`.
            split: "train", "validation" or "test".
            context_length, horizon: ints of at least 1. Default: those of the protocol.
            stride: int of at least 1, frames between the starts of two windows. Default: the
                windows of the protocol.
            held_out: float in [0, 1). Where no validation part is published: the fraction of the
                training part, its end, that is "validation" and no longer "train". Default 0.
            actions: bool. Whether windows come with their actions, as an action-conditioned network
                is trained on them. Default: where the dataset has them.
            **more: `options` of the dataset, and arguments of `FrameReading`.

        Returns:
            `SequenceDataset`; with actions `ActionSequenceDataset`; `MovingDigits` of a part that
            is generated.

        Raises:
            ValueError: if the path holds something else, a file is damaged, the part is not
                published, or an argument is out of its range.
        """
        return self.open_parts(
            path, (split,), context_length, horizon, stride, held_out, actions, **more
        )[0]

    def open_parts(
        self,
        path,
        splits=(TRAIN, VALIDATION),
        context_length=None,
        horizon=None,
        stride=None,
        held_out=0.0,
        actions=None,
        **more,
    ):
        """Open several parts at once: what they share is looked through once.

        Args: as of `open`; splits: tuple of names of parts.

        Returns:
            tuple of what `open` returns, in the order of `splits`.

        Raises:
            ValueError: as `open`.
        """
        where = f"published_dataset({self.name!r})"
        held_out = check_number(where, "held_out", held_out, 0.0, 0.999)
        options, reading = self._told(where, more)
        if not pathlib.Path(path).exists():
            raise error(
                where,
                f"{str(path)!r}, where there is nothing",
                self.needs,
                f"Get it from {self.source}; nothing is downloaded here.",
            )
        window = (
            self.context_length if context_length is None else context_length,
            self.horizon if horizon is None else horizon,
        )
        opened, parts = {}, []
        for split in splits:
            of = self._part_with(where, split, held_out)
            key = self.shared or of
            if key not in opened:
                found = self.frames(where, path, of, **options)
                opened[key] = found, self._whole(where, found, window, stride, actions, reading)
            found, whole = opened[key]
            if found.generator:
                parts.append(found.generator(split, sum(window)))
                continue
            spans = whole.spans if found.spans is None else found.spans(whole, of)
            if of == TRAIN and held_out and VALIDATION not in self.splits:
                both = whole.part(spans, TRAIN).split(validation=held_out, test=0)
                spans = both[split == VALIDATION].spans
            if found.windows and stride is None:
                spans = found.windows(spans, sum(window))
            parts.append(whole.part(spans, split))
        return tuple(parts)

    def _told(self, where, more):
        """Part the options of the dataset from those of reading."""
        strange = sorted(set(more) - {*self.options, *_READING})
        if strange:
            raise error(
                where,
                ", ".join(f"{name}={more[name]!r}" for name in strange),
                f"options of the dataset ({', '.join(self.options) or 'it has none'}), or "
                "arguments of FrameReading",
                f"Leave {', '.join(strange)} out.",
            )
        options = {name: value for name, value in more.items() if name in self.options}
        return options, {name: value for name, value in more.items() if name not in options}

    def _part_with(self, where, split, held_out):
        """Return the published part that a part is in."""
        check_one_of(where, "split", split, (TRAIN, VALIDATION, TEST))
        if split in self.splits:
            return split
        if split == VALIDATION and held_out:
            return TRAIN
        raise error(
            where,
            f"split={split!r}, which is not published",
            f"one of {', '.join(self.splits)}",
            "Pass held_out=0.1 for training and validation alike, and the end of the training part "
            "is held out."
            if split == VALIDATION
            else "Hold frames out with SequenceDataset.split.",
        )

    def _whole(self, where, found, window, stride, actions, reading):
        from st_keras.datasets.action_sequence_dataset import ActionSequenceDataset
        from st_keras.datasets.sequence_dataset import SequenceDataset

        if found.generator:
            said = {"stride": stride, "actions": actions, **reading}
            named = [name for name, value in said.items() if value]
            if named:
                raise error(
                    where,
                    f"{named[0]}={said[named[0]]!r} for sequences that are drawn",
                    "context_length and horizon alone",
                    f"Leave {named[0]} out: they are made to measure.",
                )
            return None
        if actions and found.frames.actions is None:
            raise error(where, "actions=True", "a dataset with actions", "Leave actions out.")
        told = self.action_size if actions is None else actions
        cls = ActionSequenceDataset if told else SequenceDataset
        stride = self.stride if stride is None else stride
        return cls.from_frames(found.frames, *window, stride=stride, **reading)
