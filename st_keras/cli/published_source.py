"""A published dataset as a source of training, validation and test sequences."""

from st_keras.cli.array_reading import reading_arguments
from st_keras.cli.array_source import ArraySource
from st_keras.cli.generated_source import DigitSource
from st_keras.cli.rain_settings import Rain
from st_keras.datasets import MovingDigits, published_dataset
from st_keras.datasets.published.published_dataset import TEST, TRAIN, VALIDATION

HELD_OUT = 0.1  # of the training part, where no validation part is published


class PublishedSource(ArraySource):
    """Windows of the parts of a published dataset.

    Args:
        dataset: `PublishedDataset`.
        description: str, one line or more for the user.
        train, validation, test: `SequenceDataset`, or None where they are not asked for.
        seed: int, of the order of training windows.
        rain: `Rain`. Default: nothing is said.

    Attributes: as of `ArraySource`.
    """

    def __init__(self, dataset, description, train, validation, test, seed, rain=None):
        whole = train or test
        super().__init__(description, whole, train, validation, test, seed, rain or Rain())
        self.units = whole.units or dataset.units
        self._dataset = dataset

    def card(self):
        """What the data are, for the run record."""
        card = {**self._whole.card(), "published": self._dataset.name}
        # Thousands of them, of events that the split tells apart already.
        card.pop("span_times", None)
        return card


def open_published_training(name, path, windows, seed, targets=None, rain=None):
    """Open training and validation of a published dataset.

    Args:
        name: str, one of `published_names()`.
        path: str, where it lies.
        windows, seed, targets, rain: as of `open_training_data`.

    Returns:
        `PublishedSource`, or `DigitSource` of training sequences that are drawn.

    Raises:
        ValueError: if the path holds something else, or does not fit.
    """
    dataset = published_dataset(name)
    windows.refuse_archive_flags(dataset)
    own = VALIDATION in dataset.splits
    held_out = 0.0 if own else HELD_OUT
    parts = (TRAIN, VALIDATION)
    train, validation = _parts(dataset, path, parts, windows, targets, held_out)
    if isinstance(train, MovingDigits):
        if rain is not None:
            rain.refuse()
        return DigitSource(train.source, windows, seed)
    where = "as published" if own else f"the last {HELD_OUT:.0%} of the training part"
    description = (
        f"{dataset.title} in {path}: its training part; validation is {where} "
        f"({len(validation)} windows).\n{train.summary()}"
    )
    return PublishedSource(dataset, description, train, validation, None, seed, rain)


def open_published_test(name, path, windows, targets=None):
    """Open the part of a published dataset that models are scored on.

    Args: as of `open_published_training`.

    Returns:
        `PublishedSource`, with `test_sequences`.

    Raises:
        ValueError: as `open_published_training`.
    """
    dataset = published_dataset(name)
    part = TEST if TEST in dataset.splits else VALIDATION
    (test,) = _parts(dataset, path, (part,), windows, targets, 0.0)
    description = f"{dataset.title} in {path}: its {part} part.\n{test.summary()}"
    return PublishedSource(dataset, description, None, None, test, seed=0)


def _parts(dataset, path, parts, windows, targets, held_out):
    options = {
        name: getattr(windows.reading, name)
        for name in dataset.options
        if getattr(windows.reading, name, None) is not None
    }
    return dataset.open_parts(
        path,
        parts,
        windows.context_length,
        windows.horizon,
        windows.stride,
        held_out,
        actions=False,
        **reading_arguments(windows, targets),
        **options,
    )
