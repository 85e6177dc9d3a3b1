"""Frames put in their places on the time axis: repeated ones dropped, missing scans marked."""

import dataclasses

import numpy as np

from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.placed_view import MISSING_SCAN, PlacedView
from st_keras.datasets.windows.time_steps import TimeSteps, check_ascending, read_times
from st_keras.validation import error


@dataclasses.dataclass(frozen=True)
class Placing:
    """Where the frames of a view belong in time. Made by `place_in_time`.

    Args:
        view: the view, or a `PlacedView` of it.
        steps: `TimeSteps` of its frames, ascending.
        repeated: int, frames dropped because they stand there twice, with the same time.
        missing_scans: int, frames that were not recorded, and stand there as all NaN.
    """

    view: object
    steps: TimeSteps
    repeated: int = 0
    missing_scans: int = 0


def place_in_time(where, view, steps, max_missing_scans=0, source_of=None):
    """Check the times of frames, drop repeated ones, and mark missing scans.

    Args:
        where: str. Who asks; the errors begin with it.
        view: `FrameView`, or what reads frames as one does.
        steps: `TimeSteps` of its frames.
        max_missing_scans: int. A step that is up to so many usual ones too long gets missing scans
            in between. Default 0: none.
        source_of: see `check_ascending`.

    Returns:
        `Placing`.

    Raises:
        ValueError: if times run backwards or never go on; if two frames of one time differ.

    Example:

    >>> from st_keras.datasets.windows.frame_view import view_frames
    >>> view = view_frames("doc", np.array([1.0, 2, 2, 3, 5])[:, None, None] * np.eye(2))
    >>> times = np.datetime64("2026-06-01T00:00") + np.array([0, 5, 5, 10, 20], "m8[m]")
    >>> placing = place_in_time("doc", view, TimeSteps((times,)), max_missing_scans=1)
    >>> placing.repeated, placing.missing_scans
    (1, 1)
    >>> placing.view.read(0, 0, 5)[:, 0, 0, 0]
    array([ 1.,  2.,  3., nan,  5.])
    """
    check_ascending(where, steps, source_of)
    kept = [_kept(where, view, n, times, source_of) for n, times in enumerate(steps.times)]
    repeated = sum(len(t) for t in steps.times) - sum(map(len, kept))
    times = tuple(row[places] for row, places in zip(steps.times, kept, strict=True))
    places, missing = kept, 0
    if max_missing_scans and steps.usual is not None:
        usual = TimeSteps(times).usual
        filled = [
            _with_missing_scans(row, own, usual, max_missing_scans)
            for row, own in zip(times, kept, strict=True)
        ]
        times, places = (tuple(each) for each in zip(*filled, strict=True))
        missing = sum(map(len, places)) - sum(map(len, kept))
    placed = PlacedView(view, places) if repeated or missing else view
    return Placing(placed, TimeSteps(times) if repeated or missing else steps, repeated, missing)


def check_in_time(where, frames):
    """Refuse frames whose times are out of order, or of which two of one time differ.

    No frame is read but those whose time stands there twice.

    Args:
        where: str. Who asks; the error begins with it.
        frames: `Frames`.

    Raises:
        ValueError: as `place_in_time`.

    Example:

    >>> from st_keras.datasets.archives.frames import Frames
    >>> times = np.datetime64("2026-06-01T00:00") + np.array([0, 5, 5], "m8[m]")
    >>> check_in_time("doc", Frames(values=np.ones((3, 4, 6)), axes="THW", times=times))
    """
    times = frames.times
    if times is None:
        return
    rows = times if isinstance(times, list) else np.atleast_2d(np.asarray(times))
    if all((np.diff(row) > np.timedelta64(0)).all() for row in rows):
        return
    view = view_frames(where, frames.values, frames.axes)
    source = frames.source_of if len(frames.sources) else None
    place_in_time(where, view, read_times(where, times, view.lengths), source_of=source)


def _kept(where, view, n, times, source_of):
    """Return the numbers of the frames that are no repetition of the one before."""
    again = np.flatnonzero(np.diff(times) == np.timedelta64(0)) + 1
    for t in again.tolist():
        first, second = view.read(n, t - 1, t), view.read(n, t, t + 1)
        if not np.array_equal(first, second, equal_nan=first.dtype.kind == "f"):
            say = source_of or (lambda t: f"frame {t} of sequence {n}")
            raise error(
                where,
                f"two different frames of {times[t]}: {say(t - 1)} and {say(t)}",
                "one frame for each time",
                "Leave one of them out, or correct its time.",
            )
    return np.delete(np.arange(len(times)), again)


def _with_missing_scans(times, places, usual, most):
    """Return times and places in which short gaps hold missing scans."""
    steps = np.diff(times)
    whole = steps // usual
    lost = np.where((steps % usual == np.timedelta64(0)) & (whole > 1), whole - 1, 0)
    lost = np.where(lost <= most, lost, 0).astype(int)
    at = np.repeat(np.arange(1, len(times)), lost)
    ordinal = np.concatenate([np.arange(1, count + 1) for count in lost if count] or [[]])
    new = times[at - 1] + ordinal.astype(int) * usual
    return np.insert(times, at, new), np.insert(places, at, MISSING_SCAN)
