"""What many files of an archive hold, joined to one; files that do not fit are found."""

import collections
import dataclasses

import numpy as np

from st_keras.datasets.archives.finding import Finding
from st_keras.datasets.archives.joined_values import FrameSources, JoinedValues
from st_keras.datasets.windows.frame_axes import read_axes
from st_keras.units import usual_spelling
from st_keras.validation import InputError, error

_NAMED = 3  # files in a message


def join_frames(where, parts, names):
    """Join what is in files that follow each other.

    Files with times, and files of one frame, are joined along time. Others are sequences of their
    own: those of one length and without an axis N may differ in length.

    Args:
        where: str. Who asks; refusals begin with it.
        parts: list of `Frames`, one for each file.
        names: list of str, the files.

    Returns:
        `(Frames, [Finding])`: the joined frames of all files that are as most of them are, and
        what was found of the others.

    Example:

    >>> from st_keras.datasets.archives.frames import Frames
    >>> def scan(minute, value):
    ...     time = np.datetime64("2026-06-01T00:00") + np.array([minute], "m8[m]")
    ...     return Frames(values=np.full((1, 4, 6), value), axes="THW", times=time)
    >>> frames, found = join_frames("doc", [scan(0, 1.0), scan(5, 2.0)], ["a.h5", "b.h5"])
    >>> frames.shape, found, frames.source_of(1)
    ((2, 4, 6), [], 'b.h5 (frame 1)')
    """
    found = []
    if len(parts) > 1 or parts[0].axes != "HW":  # one static field stays one
        parts, names, found = _all_with_axes(where, parts, names)
    kept, more = _alike(where, parts, names)
    parts, names, found = [parts[k] for k in kept], [names[k] for k in kept], found + more
    if len(parts) == 1:
        first = parts[0]
        sources = first.sources or FrameSources(names, [_size(first, "T")])
        return dataclasses.replace(first, sources=sources), found
    first = parts[0]
    sequences = not _join_in_time(parts)
    if not sequences:
        axis = first.axes.index("T")
        values = JoinedValues([part.values for part in parts], axis)
        times = None if first.times is None else np.concatenate([p.times for p in parts])
    elif "N" in first.axes and len({_size(part, "T") for part in parts}) == 1:
        values = JoinedValues([part.values for part in parts], first.axes.index("N"))
        times = None if first.times is None else np.concatenate([_rows(p) for p in parts])
    else:
        values = [part.values for part in parts]
        times = None if first.times is None else [row for part in parts for row in _rows(part)]
    joined = dataclasses.replace(
        first,
        values=values,
        times=times,
        nan_is_missing=any(part.nan_is_missing for part in parts),
        sources=() if sequences else FrameSources(names, [_size(p, "T") for p in parts]),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )
    return joined, found


def _join_in_time(parts):
    """Whether files follow each other in time, not as sequences of their own."""
    if any("N" in part.axes for part in parts):
        return False
    one_frame = all(_size(part, "T") == 1 for part in parts)
    return one_frame or all(part.times is not None for part in parts)


def _alike(where, parts, names):
    """Return the numbers of the parts that are as most are, and findings of the others."""
    found, kept = [], list(range(len(parts)))
    looks = (
        ("axes", lambda part: part.axes),
        ("frame size", lambda part: tuple(_size(part, axis) for axis in "HW")),
        ("channels", lambda part: part.channels or _size(part, "C")),
        ("variable", lambda part: part.name),
        ("units", lambda part: usual_spelling(part.units)),
        ("known times", lambda part: part.times is not None),
    )
    for kind, look in looks:
        seen = [look(parts[k]) for k in kept]
        usual = collections.Counter(seen).most_common(1)[0][0]
        others = [k for k, value in zip(kept, seen, strict=True) if value != usual]
        if others:
            each = f"{kind} {look(parts[others[0]])!r} where most have {usual!r}"
            found.append(_differs(where, kind, each, others, names))
            kept = [k for k in kept if k not in others]
    grid = next((parts[k].grid for k in kept if parts[k].grid), None)
    others = [k for k in kept if parts[k].grid and grid and grid.differs_from(parts[k].grid)]
    if others and len(others) > len(kept) / 2:
        grid = parts[others[0]].grid
        others = [k for k in kept if parts[k].grid and grid.differs_from(parts[k].grid)]
    if others:
        what = grid.differs_from(parts[others[0]].grid)
        found.append(_differs(where, "grid", f"another grid ({what})", others, names))
        kept = [k for k in kept if k not in others]
    return kept, found


def _differs(where, kind, what, others, names):
    shown = ", ".join(names[k] for k in others[:_NAMED]) + (", ..." if len(others) > _NAMED else "")
    refusal = error(
        where,
        f"{len(others)} of {len(names)} files with {what}: {shown}",
        "files of one kind: axes, frame size, channels, variable, units and grid",
        "Leave them out, or bring them to one grid and one unit first.",
    )
    return Finding.of_refusal(kind, refusal, len(others))


def _rows(part):
    """Return the times of each sequence of a part, (N, T)."""
    return np.broadcast_to(np.asarray(part.times), (_size(part, "N"), _size(part, "T")))


def _size(part, axis):
    return part.shape[part.axes.index(axis)] if axis in part.axes else 1


def _all_with_axes(where, parts, names):
    """Name the axes of all parts; return the parts and names that are frames, and findings."""
    kept, found = [], []
    for part, name in zip(parts, names, strict=True):
        try:
            kept.append((_with_axes(where, part), name))
        except InputError as refusal:
            if len(parts) == 1:
                raise
            said = str(refusal).replace(": received ", f": received {name!r} with ", 1)
            found.append(Finding.of_refusal("axes", InputError(said)))
    if not kept:
        raise found[0].refusal
    return [part for part, _ in kept], [name for _, name in kept], found


def _with_axes(where, part):
    """Name the axes of a part; an array of rank 2 is one frame."""
    if isinstance(part.values, list):
        return part
    if part.axes is None and len(part.shape) != 2:
        return dataclasses.replace(part, axes=read_axes(where, part.shape))
    if (part.axes or "HW") == "HW":
        return dataclasses.replace(part, axes="THW", values=_OneFrame(part.values))
    return part


class _OneFrame:
    """A frame with an axis of time before it."""

    def __init__(self, values):
        self._values, self.dtype = values, np.dtype(values.dtype)
        self.shape = (1, *map(int, values.shape))

    def __getitem__(self, index):
        index = index if isinstance(index, tuple) else (index,)
        first, *rest = index or (slice(None),)
        return np.asarray(self._values[tuple(rest)])[None][first]
