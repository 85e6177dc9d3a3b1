"""Several datasets as the modes of one mixture."""

import numpy as np

from st_keras.datasets.batch_pipeline import epoch_order
from st_keras.datasets.modes.mode_source import ModeSource, check_names, name_key
from st_keras.datasets.modes.sequence_access import SequenceAccess
from st_keras.validation import check_int, error

# A dry corner of a radar image has easily 1/50 of the values of a rainy one; grey values in [0, 1]
# and to 255 are further apart.
_WIDEST_RATIO = 100


class MixtureOfDatasets(ModeSource):
    """Sequences of given datasets, such as two radar regions, each of them a mode.

    Every block of `len(datasets)` sequences holds one of each dataset, in an order drawn from the
    seed and the block, however large the datasets are. Within a dataset its own order holds; a
    fixed dataset that runs out starts over. Without repetition there are
    `len(datasets) * (size of the smallest)` sequences.

    Args:
        datasets: dict from the name of a mode to a dataset, at least two: `SequenceDataset` (its
            windows, counted unshuffled), `MovingDigits`, `MixedModes`, or anything with the same
            access; see `SequenceAccess`. All have the same frames, in the same units.
        seed: int of at least 0, for the order of the modes and for `shuffle`. Default 0.
        num_sequences: int for a fixed set, or None (default) for an endless stream.
        shuffle: bool. Take the sequences of a fixed dataset in a new order, a pure function of
            (seed, name, round), each time it is gone through; for training on windows that
            overlap their neighbours. Default False.
        same_units: bool. You know that the units agree: do not compare the ranges of values.
            Default False.

    Attributes:
        members: dict from name to `SequenceAccess`.
        value_range: (low, high) over all datasets in the data's units; None if one is unknown.

    Raises:
        ValueError: if there are fewer than two datasets, one of them cannot be read by number,
            or they differ in frame shape, number of frames or range of values: ranges that do
            not overlap, or one more than 100 times as wide as another. The range of a part that
            `SequenceDataset.split` made is found by reading its frames once.

    Example:
    >>> from st_keras.datasets.sequence_dataset import SequenceDataset
    >>> rng = np.random.default_rng(0)
    >>> north, south = (SequenceDataset.from_arrays(rng.random((30, 16, 16)), 2, 4)
    ...                 for _ in range(2))
    >>> mixture = MixtureOfDatasets({"north": north, "south": south}, num_sequences=40)
    >>> mixture.sequences(0, 4).shape, sorted(mixture.mode_labels(0, 4).tolist())
    ((4, 6, 16, 16, 1), [0, 0, 1, 1])
    >>> bool((mixture.only("south").sequences(0, 1)[0] == south.window(0)).all())
    True
    """

    def __init__(self, datasets, seed=0, num_sequences=None, shuffle=False, same_units=False):
        where = "MixtureOfDatasets"
        self.seed = check_int(where, "seed", seed, 0)
        self.num_sequences = num_sequences
        if num_sequences is not None:
            self.num_sequences = check_int(where, "num_sequences", num_sequences, 1)
        if not isinstance(datasets, dict) or len(datasets) < 2:
            count = (
                f", {len(datasets)} of them" if isinstance(datasets, (dict, list, tuple)) else ""
            )
            raise error(
                where,
                f"datasets of type {type(datasets).__name__}{count}",
                "a dict from names to at least two datasets",
                "Pass {'north': north, 'south': south}; use a single dataset as it is.",
            )
        check_names(where, "datasets", datasets)
        self.shuffle = bool(shuffle)
        self.same_units = bool(same_units)
        self.members = {
            name: SequenceAccess(where, name, dataset) for name, dataset in datasets.items()
        }
        _check_equal(where, self.members, "image_shape", "Crop or resize the frames to one shape.")
        _check_equal(
            where, self.members, "num_frames", "Give all the same context_length + horizon."
        )
        if not self.same_units:
            _check_ranges(where, self.members)
        first = next(iter(self.members.values()))
        self.image_shape, self.num_frames = first.image_shape, first.num_frames

    @property
    def value_range(self):
        """(low, high) over all datasets in the data's units; None if one is unknown."""
        ranges = [member.value_range for member in self.members.values()]
        if any(known is None for known in ranges):
            return None
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    def read_mode(self, mode, first, count):
        """Read the sequences of one dataset with the ranks `first` to `first + count - 1`.

        Args:
            mode: str, one of `modes`.
            first: int of at least 0.
            count: int of at least 1.

        Returns:
            float32 (count, T, H, W, C) in the data's units.
        """
        member = self.members[mode]
        ranks = np.arange(first, first + count)
        size = member.num_sequences
        if size is None or not self.shuffle:
            return member.read(ranks)
        # Of the name too, or regions recorded together would be shuffled alike.
        seed = self.seed + name_key(mode)
        places = [epoch_order(size, seed, int(rank // size))[rank % size] for rank in ranks]
        return member.read(places)

    def card(self):
        """Describe the data for a run record.

        Returns:
            dict of JSON values: seed, sizes, and the card of each dataset (its `repr` where it
            has none) under the name of its mode.
        """
        cards = {}
        for name, member in self.members.items():
            dataset = member.dataset
            cards[name] = dataset.card() if hasattr(dataset, "card") else repr(dataset)
        return {
            "dataset": "MixtureOfDatasets",
            "seed": self.seed,
            "modes": cards,
            "image_shape": list(self.image_shape),
            "num_frames": self.num_frames,
            "num_sequences": self.num_sequences,
            "shuffle": self.shuffle,
        }

    def __repr__(self):
        datasets = {name: member.dataset for name, member in self.members.items()}
        return (
            f"MixtureOfDatasets({datasets}, seed={self.seed}, "
            f"num_sequences={self.num_sequences}, shuffle={self.shuffle})"
        )


def _check_equal(where, members, attribute, action):
    values = {name: getattr(member, attribute) for name, member in members.items()}
    if len(set(values.values())) > 1:
        listed = ", ".join(f"{name!r} {value}" for name, value in values.items())
        raise error(where, f"{attribute} of {listed}", f"the same {attribute} for all", action)


def _check_ranges(where, members):
    known = [(name, *m.value_range) for name, m in members.items() if m.value_range is not None]
    for i, (name, low, high) in enumerate(known):
        for other, other_low, other_high in known[:i]:
            widths = sorted([high - low, other_high - other_low])
            apart = low > other_high or other_low > high
            if apart or widths[1] > _WIDEST_RATIO * widths[0]:
                raise error(
                    where,
                    f"values of {other!r} from {other_low:g} to {other_high:g} and of {name!r} "
                    f"from {low:g} to {high:g}",
                    "the same units: ranges that overlap, none more than "
                    f"{_WIDEST_RATIO} times as wide as another",
                    "Convert the frames to the same units, or pass same_units=True if they are.",
                )
