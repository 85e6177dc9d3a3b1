"""Open an archive of frames: files, folders, patterns and URLs, whatever reader they need."""

import dataclasses
import functools
import warnings

import numpy as np

from st_keras.datasets.archives.channel_stack import TIME_OF_DAY, stack_channels, time_of_day
from st_keras.datasets.archives.finding import Finding
from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.archives.joined_frames import join_frames
from st_keras.datasets.archives.mapped_values import MappedValues, mapped_on_demand
from st_keras.datasets.array_file import split_key
from st_keras.datasets.readers.hdf5_values import closed
from st_keras.datasets.readers.reader import (
    VARIABLE,
    has_reader,
    reader_names,
    reader_of,
    say_suffixes,
)
from st_keras.datasets.readers.reader import reader as reader_called
from st_keras.datasets.readers.refusals import refuse_unreadable
from st_keras.datasets.readers.urls import paths_of
from st_keras.datasets.windows.frame_placing import check_in_time
from st_keras.validation import InputError, error

WHERE = "open_frames"
_BAR_FROM = 50  # files


def open_frames(spec, variable=None, reader=None, axes=None, verbose=False, **options):
    """Open an archive of frames; nothing is read yet but what says what is in it.

    Args:
        spec: str or path: a file, a folder of files, a pattern such as "radar/*.h5", a Zarr store,
            or a URL (s3://, gs://, https://) of any of these; FILE:NAME picks a variable. Files
            are taken in the order of their names. Files with times, and files of one frame, are
            joined along time; other files are sequences of their own.
        variable: str, the name of one of several variables; with commas, or a tuple of names:
            several, which become channels. A field without time stands in every frame, one of
            each file in all frames of that file.
            "time_of_day" beside others: two channels, sine and cosine. Default None: the only one.
        reader: str, the name of a reader. Default None: told by how the path ends, and by the file.
        axes: str, the axes of the array where the file does not say: see
            `SequenceDataset.from_arrays`. Default None: told by the rank.
        verbose: bool. Show a bar while many files are opened. Default False.
        **options: those of the reader, such as `time_pattern` of images.

    Returns:
        `Frames`, for `SequenceDataset.from_frames`.

    Raises:
        ValueError: if there is no such file, no reader for it, no such variable, or an option that
            the reader does not take; if a file is damaged; if files differ in size, grid, units,
            channels or variable; if times run backwards, or two frames of one time differ.

    Warns:
        UserWarning: what the user should know of how it was read, such as chunks that are not
            stored.

    Example:

    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for event in (0, 1):
    ...         np.save(pathlib.Path(folder) / f"event_{event}.npy", np.zeros((12 + event, 8, 8)))
    ...     frames = open_frames(folder)
    ...     [each.shape for each in frames.values]
    [(12, 8, 8), (13, 8, 8)]
    """
    frames, found = open_archive(WHERE, spec, variable, reader, axes, verbose, **options)
    for finding in found:
        if finding.refusal is not None:
            raise finding.refusal
    check_in_time(WHERE, frames)
    for note in frames.notes:
        warnings.warn(f"{spec}: {note}", UserWarning, stacklevel=2)
    return frames


def open_archive(where, spec, variable=None, reader=None, axes=None, verbose=False, **options):
    """Open an archive, and tell what is not as it should be instead of refusing it.

    Args:
        where: str. Who asks; refusals begin with it.
        others: as of `open_frames`.

    Returns:
        `(Frames, [Finding])`, the frames of all files that are as most are.

    Raises:
        ValueError: if nothing can be opened at all.
    """
    spec = str(spec).rstrip("/") or str(spec)
    file, key = split_key(spec)
    if key is not None and variable is None:
        spec, variable = file, key
    names = variable.split(",") if isinstance(variable, str) else list(variable or [None])
    own = [name for name in names if name != TIME_OF_DAY]
    opened = [
        _variable(where, spec, name, reader, axes, verbose, options) for name in own or [None]
    ]
    found = [finding for _, findings in opened for finding in findings]
    parts = [frames for frames, _ in opened]
    if len(names) > len(own):
        parts.insert(names.index(TIME_OF_DAY), time_of_day(where, parts[0]))
    frames = parts[0] if len(parts) == 1 else stack_channels(where, parts)
    origin = (spec, {"variable": variable, "reader": reader, "axes": axes, **options})
    return dataclasses.replace(frames, origin=origin), list(dict.fromkeys(found))


def _variable(where, spec, variable, reader, axes, verbose, options):
    """Open one variable of all files."""
    paths = paths_of(where, spec, functools.partial(_takes, reader))
    parts, names, found, first = [], [], [], None
    for path in _with_bar(paths, verbose):
        try:
            part = _part(where, path, variable, reader, axes, options)
            parts.append(_held(where, path, variable, part, several=len(paths) > 1))
            names.append(path)
        except InputError as refusal:
            first = first or refusal
            found.append(Finding.of_refusal("damaged file", refusal))
    if not parts:
        raise first
    if len(paths) == 1 and found:
        raise found[0].refusal
    frames, more = join_frames(where, parts, names)
    return frames, found + more


def _takes(reader, path):
    """Whether a file of a folder is one of the archive, by how it ends."""
    if reader is None:
        return has_reader(path)
    return str(path).lower().endswith(reader_called(reader).suffixes)


def _part(where, path, variable, name, axes, options):
    """Open one file."""
    reader = reader_of(path) if name is None else reader_called(name)
    if reader is None:
        raise error(
            where,
            f"{path!r}, which no reader knows by its ending",
            f"a file that ends in {say_suffixes()}",
            f"Name its reader, one of {', '.join(reader_names())}; or convert it with "
            "numpy.save(name, array).",
        )
    given = dict(options) if variable is None else {VARIABLE: variable, **options}
    strange = sorted(set(given) - set(reader.options))
    if strange:
        known = ", ".join(reader.options) or "no options"
        raise error(
            where,
            f"{', '.join(f'{each}={given[each]!r}' for each in strange)} for {path!r}, which the "
            f"reader {reader.name!r} opens",
            f"what this reader takes: {known}",
            f"Leave {', '.join(strange)} out, or name another reader.",
        )
    reader.check(where, path)
    with refuse_unreadable(where, path):
        opened = reader.open(path, **given)
    frames = opened if isinstance(opened, Frames) else Frames(values=opened, name=variable)
    if axes is not None:
        frames = dataclasses.replace(frames, axes=axes)
    if 0 in frames.shape:
        raise error(
            where,
            f"{path!r} of shape {frames.shape}, without elements",
            "frames with at least one pixel",
            "Check the program that wrote it.",
        )
    return frames


def _held(where, path, variable, frames, several):
    """Return frames that hold little memory, and of several files none open: there are too many."""
    values = frames.values
    if several:
        values = mapped_on_demand(closed(where, path, values, variable))
    if isinstance(values, np.memmap):
        values = MappedValues(values)
    return dataclasses.replace(frames, values=values)


def _with_bar(paths, verbose):
    if not verbose or len(paths) < _BAR_FROM:
        return paths
    from tqdm import tqdm

    return tqdm(paths, desc="opening", unit="file")
