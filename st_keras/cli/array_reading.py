"""How frames that a flag names are opened, read and cut, the same in every command."""

import dataclasses
import warnings

import numpy as np

from st_keras.cli.frame_data import Reading
from st_keras.datasets import SequenceDataset
from st_keras.datasets.archives.archive import open_archive
from st_keras.datasets.archives.frame_units import check_units, units_of_targets
from st_keras.datasets.archives.rain_rate import as_rain_rate
from st_keras.datasets.archives.time_file import load_times
from st_keras.datasets.array_file import names_array_file, split_key, takes_variable
from st_keras.datasets.readers.reader import say_suffixes
from st_keras.datasets.windows.frame_reading import FrameReading
from st_keras.datasets.windows.missing_value import find_missing, missing_as_nan, show_missing_value
from st_keras.datasets.windows.placed_frames import place_frames
from st_keras.settings.setting import values_of
from st_keras.validation import error


def as_trained(reading, record, spec, of_rain=None):
    """Return how to read an archive: as the flags say, and where they are silent, as in training.

    Other files of the same kind are read as those trained on. Times belong to a file.

    Args:
        reading: `Reading`, None where nothing was said.
        record: dict, the `run.json` beside the model; empty if there is none.
        spec: str, which archive it is.
        of_rain: dict of what holds, by name, where neither flags nor training say, of a model that
            reads rain rates, whatever the archive has. Default None: of other models.

    Returns:
        `Reading`.
    """
    trained = record.get("options") or {}
    known = {name: trained.get(name) for name in values_of(reading)}
    if of_rain is not None:
        known |= {name: value for name, value in of_rain.items() if known[name] is None}
    elif not known["as_rain_rate"]:
        # A network that has learned mm/h makes nothing of dBZ; as rates they are the same.
        known["units"] = known["units"] or (record.get("data") or {}).get("units")
    if trained.get("data") != str(spec):
        known["times"] = None
    said = {name: value for name, value in values_of(reading).items() if value is not None}
    return Reading(**{**known, **said})


def open_data(spec, reading):
    """Open the frames that `--data` names.

    Args:
        spec: str, as `open_frames` takes it.
        reading: `Reading`.

    Returns:
        `Frames`, with their times where they are known.

    Raises:
        ValueError: if they are missing, damaged or do not go together.

    Warns:
        UserWarning: of what the reader has to say.
    """
    frames, found = open_archive(
        "--data",
        spec,
        reading.variable,
        reading.reader,
        reading.axes,
        verbose=True,
        **reading.reader_options(),
    )
    for finding in found:
        if finding.refusal is not None:
            raise finding.refusal
    for note in frames.notes:
        warnings.warn(f"{spec}: {note}", UserWarning, stacklevel=2)
    if reading.as_rain_rate:
        stated = check_units("--units", frames.units, reading.units)
        if stated is None:
            raise error(
                "--units",
                "frames whose units are not known",
                "units that are converted to rain rates: mm/h, kg m-2 s-1, mm or dBZ",
                "State them, for example --units mm/h.",
            )
        frames = dataclasses.replace(frames, units=stated)
        frames = as_rain_rate(frames, *_checked_zr(reading.zr), interval=reading.interval)
    elif reading.zr is not None or reading.interval is not None:
        raise error(
            "--zr" if reading.interval is None else "--interval",
            "it without --as-rain-rate",
            "--as-rain-rate, which converts by it",
            "Pass both, or neither.",
        )
    times = times_of(reading.times, spec)
    return frames if times is None else dataclasses.replace(frames, times=times, sources=())


def read_windows(spec, windows, targets=None):
    """Cut windows from the frames that `spec` names.

    Args:
        spec: str, as `open_frames` takes it.
        windows: `Windows`.
        targets: tuple of names of channels that are forecast. Default None: all.

    Returns:
        `SequenceDataset` of all frames.

    Raises:
        ValueError: if the file is missing, damaged or does not fit.
    """
    return SequenceDataset.from_frames(
        open_data(spec, windows.reading),
        windows.context_length,
        windows.horizon,
        stride=windows.stride or 1,
        **reading_arguments(windows, targets),
    )


def reading_arguments(windows, targets=None):
    """Return what `SequenceDataset.from_frames` is told of how frames are read, by name.

    Args:
        windows: `Windows`.
        targets: tuple of names of channels that are forecast. Default None: all.

    Returns:
        dict, the fields of `FrameReading`.
    """
    return {
        **dataclasses.asdict(_as_frames_are_read(windows.reading)),
        "crop": _size(windows.crop),
        "crop_stride": _size(windows.crop_stride),
        "targets": targets,
    }


def read_last_frames(spec, length, reading, targets=None):
    """Read the last frames of each sequence, which a forecast goes on from.

    Args:
        spec: str, as `open_frames` takes it.
        length: int, how many.
        reading: `Reading`.
        targets: tuple of names of channels that are forecast. Default None: all.

    Returns:
        `(Frames, float32 (N, length, H, W, C), times)`: the archive; its last frames, NaN where
        values are missing; datetime64 (N, length), or None where nothing is known of times.

    Raises:
        ValueError: if the file is missing, damaged or does not fit; if sequences are shorter, or
            their last frames cross a gap in time; if a value is missing that is neither masked nor
            may be.
    """
    frames = open_data(spec, reading)
    placed = place_frames("--data", frames, _as_frames_are_read(reading))
    view, steps = placed.view, placed.steps
    names = frames.channels or ()
    numbers = [names.index(name) for name in targets or names if name in names]
    if not reading.as_rain_rate:
        check_units("--units", units_of_targets(frames, numbers or [0]), reading.units)
    if min(view.lengths) < length:
        raise error(
            "--data",
            f"sequences of {min(view.lengths)} frames (axes read as {view.axes})",
            f"at least {length} frames to read before the forecast",
            f"Pass longer sequences, --context-length {min(view.lengths)}, or the right --axes.",
        )
    count = len(view.lengths)
    if steps is not None:
        gaps = sum(bool(each[len(each) - length + 1 :].any()) for each in steps.unusual)
        if gaps:
            raise error(
                "--data",
                f"{gaps} of {count} sequences whose last {length} frames cross a gap in time: a "
                f"step other than {steps.say_usual()}",
                "frames that follow each other as in training",
                "Leave these sequences out, pass a shorter --context-length, fill the gap, or pass "
                "--max-missing-scans to a model that was trained with missing scans.",
            )
    read, holes = [], []
    for n, end in enumerate(view.lengths):
        block = view.read(n, end - length, end)
        lost = find_missing(block, placed.codes)
        if placed.missing != "mask" and lost is not None and lost.any():
            holes.append(n)
        read.append(missing_as_nan(block, placed.codes).astype("float32"))
    if holes:
        code = show_missing_value(placed.codes)
        raise error(
            "--data",
            f"{len(holes)} of {count} sequences with the missing value {code} in their last "
            f"{length} frames, the first of them sequence {holes[0]}",
            "frames without missing values",
            "Pass --missing mask to a model that was trained with it, or leave these sequences "
            "out.",
        )
    times = None
    if steps is not None:
        times = np.stack([each[len(each) - length :] for each in steps.times])
    return frames, np.stack(read), times


def _as_frames_are_read(reading):
    return FrameReading(
        missing_value=codes_of(reading),
        missing=reading.missing,
        max_missing_scans=reading.max_missing_scans or 0,
        coarsen=reading.coarsen,
        # Those that frames are converted from are looked at before.
        units=None if reading.as_rain_rate else reading.units,
    )


def _checked_zr(numbers):
    numbers = (200.0, 1.6) if numbers is None else tuple(numbers)
    if len(numbers) != 2:
        raise error(
            "--zr",
            ",".join(f"{number:g}" for number in numbers),
            "two numbers: A and B of Z = A R^B",
            "Pass for example --zr 223,1.53.",
        )
    return numbers


def codes_of(reading):
    """Return the missing values that flags name: a number, a tuple of them, or None."""
    said = reading.missing_value
    if isinstance(said, (list, tuple)):
        return tuple(map(_number, said))
    return _number(said)


def _number(value):
    # NaN is "nan" in flags and records: it is no JSON, and differs from itself.
    if value == "none":
        return None
    return float(value) if value in ("nan", "inf", "-inf") else value


def _size(numbers):
    """A crop as one number or two."""
    return numbers[0] if numbers is not None and len(numbers) == 1 else numbers


def times_of(times, spec):
    """Load the times that a flag names.

    Args:
        times: str, a file as `load_array_file` takes it, or the name of an array beside that of the
            frames; or None.
        spec: str, which archive the frames are in.

    Returns:
        datetime64 array, or None.

    Raises:
        ValueError: if it is neither, or cannot be read.
    """
    if times is None:
        return None
    if names_array_file(times):
        return load_times(times)
    file, _ = split_key(spec)
    if not takes_variable(file):
        raise error(
            "--times",
            f"{times!r}, which is no file of times, beside --data {spec}",
            f"a file of times that ends in {say_suffixes()}; or, where the file of --data may hold "
            "several arrays, the name of one in it",
            "Save the times, for example with numpy.save('times', times), and pass that file.",
        )
    return load_times(f"{file}:{times}")
