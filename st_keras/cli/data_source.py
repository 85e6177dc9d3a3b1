"""What `--data` names, opened: training, validation and test sequences with their units."""

import dataclasses

from st_keras.cli.array_reading import as_trained, read_windows
from st_keras.cli.array_source import ArraySource
from st_keras.cli.frame_data import DIGITS, FILE, MODES, PUBLISHED, parse_data
from st_keras.cli.generated_source import DigitSource, ModesSource
from st_keras.cli.published_source import open_published_test, open_published_training
from st_keras.cli.rain_settings import Rain
from st_keras.datasets import detect_digit_file, published_dataset
from st_keras.datasets.windows.frame_view import check_frame_size
from st_keras.datasets.windows.sequence_card import unseen_spans
from st_keras.units import same_units
from st_keras.validation import error


def open_training_data(spec, windows, seed, targets=None, rain=None):
    """Open the data of a training run; everything about them is checked here.

    Args:
        spec: str. "digits", "modes" or "modes:NAME,NAME", a Keras digit file (with x_train,
            x_test), "NAME:PATH" of a published dataset, or an archive of frames, as `open_frames`
            takes it.
        windows: `Windows`.
        seed: int, of generated sequences and of the order of windows.
        targets: tuple of names of channels that are forecast. Default None: all.
        rain: `Rain`. Default None: nothing of it is said.

    Returns:
        `DigitSource`, `ModesSource`, `PublishedSource` or `ArraySource`.

    Raises:
        ValueError: if the file is missing, damaged or does not fit.
    """
    kind, told = parse_data(spec)
    if kind == PUBLISHED:
        return open_published_training(*told, windows, seed, targets, rain)
    generated = _generated(spec, windows, seed)
    if generated:
        if targets is not None:
            raise error(
                "--targets",
                f"{','.join(targets)} with moving digits",
                "an archive with several variables",
                "Leave --targets out.",
            )
        if rain is not None:
            rain.refuse()
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
    description = f"{spec}: {whole.summary()}"
    return ArraySource(description, whole, train, validation, test, seed, rain or Rain())


def open_test_data(spec, windows, record, model=None, of_rain=None):
    """Open data to score a trained model on.

    Frames that the model was trained on are left out: if the run record tells that it was trained
    on this very array, only the test part of that run is scored. Of an archive that has changed
    since, as one that grows, the frames of other times are; of another one, all.

    Args:
        spec: str, as for `open_training_data`.
        windows: `Windows`; how to read an array is as in training, where it does not say. A
            published dataset is read so only where the model was trained on it.
        record: dict, the `run.json` beside the model; empty if there is none.
        model: `Forecaster` that is to be scored: its targets, and sizes that it could not take, are
            looked at. Default None.
        of_rain: dict, as of `as_trained`. Default None.

    Returns:
        `DigitSource`, `ModesSource`, `PublishedSource` or `ArraySource`, with `test_sequences`.

    Raises:
        ValueError: as `open_training_data`; for a training part; for a published dataset in other
            units than those of the archive that the model was trained on.
    """
    kind, told = parse_data(spec)
    generated = None if kind == PUBLISHED else _generated(spec, windows, seed=0)
    if generated:
        return generated
    if kind == PUBLISHED:
        windows.refuse_archive_flags(published_dataset(told[0]))
    data = record.get("data") or {}
    # What was said of an archive says nothing of a dataset that has its own codes and units.
    elsewhere = kind == PUBLISHED and data.get("published") != told[0]
    if not elsewhere:
        reading = as_trained(windows.reading, record, spec, of_rain)
        windows = dataclasses.replace(windows, reading=reading)
    targets = None if model is None or model.targets is None else tuple(model.targets)
    if kind == PUBLISHED:
        source = open_published_test(*told, windows, targets)
        if elsewhere:
            _check_units(spec, source.units, record)
        _check_size(model, source.image_shape)
        return source
    whole = read_windows(spec, windows, targets)
    _check_size(model, whole.image_shape)
    if data.get("published") and data.get("fingerprint") == whole.fingerprint():
        name = data["published"]
        raise error(
            "--data",
            f"{spec!r}, the training part of {name}, which the model was trained on",
            "frames that it has not seen",
            f"Pass --data {name}:PATH, and its test part is scored.",
        )
    if data.get("fingerprint") == whole.fingerprint():
        test = whole.part(data["test_spans"], "test")
        description = f"{spec}: the test part of the training run. {test.summary()}"
    elif (record.get("options") or {}).get("data") == spec and data.get("seen_times"):
        test = whole.part(unseen_spans(whole, data["seen_times"]), "test")
        description = f"{spec}: it has changed since; what is of other times. {test.summary()}"
    else:
        test = whole
        known = "not the array the model was trained on" if record else "no run.json to compare"
        description = f"{spec}: all of it ({known}). {test.summary()}"
    return ArraySource(description, whole, None, None, test, seed=0)


def _check_units(spec, units, record):
    """Refuse a published dataset in other units than a run has learned, where these are known."""
    trained = record.get("options") or {}
    learned = trained.get("units") or (record.get("data") or {}).get("units")
    learned = "mm/h" if trained.get("as_rain_rate") else learned
    if learned is not None and not same_units(units, learned):
        raise error(
            "--data",
            f"{spec!r}, whose values are {units}",
            f"values in the units that the model was trained on, {learned!r}",
            f"Pass data in {learned!r}; if these are, say so with --units.",
        )


def _check_size(model, image_shape):
    """Refuse frames that a model could not take."""
    if model is not None and not model.pad:
        check_frame_size("--data", (1, 1, *image_shape), model.network.patch_size)


def _generated(spec, windows, seed):
    """Return the source of digits that `spec` names, or None if it names an array."""
    kind, modes = parse_data(spec)
    if kind == FILE and not detect_digit_file(spec):
        return None
    windows.refuse_array_flags()
    if kind == MODES:
        return ModesSource(modes, windows, seed)
    return DigitSource("sklearn" if kind == DIGITS else spec, windows, seed)
