"""How an array of frames that a flag names is read and cut, the same in every command."""

import numpy as np

from st_keras.cli.frame_data import Reading
from st_keras.datasets import SequenceDataset, load_array_file
from st_keras.datasets.array_file import names_array_file, split_key, takes_variable
from st_keras.datasets.missing_value import check_missing_value, find_missing
from st_keras.datasets.readers.reader import say_suffixes
from st_keras.datasets.time_file import load_times
from st_keras.datasets.time_steps import read_times
from st_keras.settings.setting import values_of
from st_keras.validation import error


def as_trained(reading, record, spec):
    """Return how to read an array: as the flags say, and where they are silent, as in training.

    Other files of the same kind have the axes and the missing value of those trained on. Times
    belong to a file.

    Args:
        reading: `Reading`, None where nothing was said.
        record: dict, the `run.json` beside the model; empty if there is none.
        spec: str, which array it is.

    Returns:
        `Reading`.
    """
    trained = record.get("options") or {}
    known = {"axes": trained.get("axes"), "missing_value": trained.get("missing_value")}
    if trained.get("data") == str(spec):
        known["times"] = trained.get("times")
    said = {name: value for name, value in values_of(reading).items() if value is not None}
    return Reading(**{**known, **said})


def read_windows(spec, windows, patch_size):
    """Cut windows from the array that `spec` names.

    Args:
        spec: str, as `load_array_file` takes it.
        windows: `Windows`.
        patch_size: int, or None.

    Returns:
        `SequenceDataset` of all frames.

    Raises:
        ValueError: if the file is missing, damaged or does not fit.
    """
    return SequenceDataset.from_arrays(
        load_array_file(spec),
        windows.context_length,
        windows.horizon,
        stride=windows.stride or 1,
        axes=windows.reading.axes,
        patch_size=patch_size,
        missing_value=_number(windows.reading.missing_value),
        times=_times(windows.reading.times, spec),
    )


def read_last_frames(view, length, reading, spec=""):
    """Read the last frames of each sequence, which a forecast goes on from.

    Args:
        view: `FrameView`.
        length: int, how many.
        reading: `Reading`, whose axes are those of the view.
        spec: str, which array it is.

    Returns:
        float32 (N, length, H, W, C).

    Raises:
        ValueError: if a value in them is missing, or they cross a gap in time.
    """
    count, end = view.shape[:2]
    steps = read_times("--times", _times(reading.times, spec), view.shape)
    gaps = 0 if steps is None else np.count_nonzero(steps.unusual[:, end - length :].any(1))
    if gaps:
        raise error(
            "--times",
            f"{gaps} of {count} sequences whose last {length} frames cross a gap in time: a step "
            f"other than {steps.say_usual()}",
            "frames that follow each other as in training",
            "Leave these sequences out, pass a shorter --context-length, or fill the gap.",
        )
    code = check_missing_value("--missing-value", _number(reading.missing_value), view.dtype)
    frames = [view.read(n, end - length, end) for n in range(count)]
    holes = [n for n in range(count) if code is not None and find_missing(frames[n], code).any()]
    if holes:
        raise error(
            "--data",
            f"{len(holes)} of {count} sequences with the missing value {code} in their last "
            f"{length} frames, the first of them sequence {holes[0]}",
            "frames without missing values",
            "Fill them, for example with numpy.where(frames == missing_value, 0, frames), or leave "
            "these sequences out.",
        )
    return np.stack(frames).astype("float32")


def _number(value):
    # NaN is "nan" in flags and records: it is no JSON, and differs from itself.
    if value == "none":
        return None
    return float(value) if value in ("nan", "inf", "-inf") else value


def _times(times, spec):
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
