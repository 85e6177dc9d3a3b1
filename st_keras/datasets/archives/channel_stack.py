"""Several variables as the channels of one: products, static fields, the time of day."""

import dataclasses

import numpy as np

from st_keras.datasets.archives.fields_of_files import field_of_each_frame
from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.time_steps import read_times
from st_keras.validation import error

TIME_OF_DAY, WAVES = "time_of_day", ("sin", "cos")


def stack_channels(where, found):
    """Return frames whose channels are those of several.

    Args:
        where: str. Who asks; the errors begin with it.
        found: list of `Frames`, with a time for each frame or none, of one size. One with the axes
            "HW" is a static field: it stands in every frame. One without times that has a frame for
            each file, where others have several, stands in all frames of its file.

    Returns:
        `Frames`, axes "NTHWC"; of sequences of different length a list, axes "THWC". A channel is
        called as its variable; of a variable with several channels VARIABLE_CHANNEL. Units are
        those of all, None if they differ; each stands in `attributes["channel_units"]`, and its
        standard name in `attributes["channel_standard_names"]`.

    Raises:
        ValueError: if they differ in frames, times, size or grid, or have no frames at all.

    Example:

    >>> rain = Frames(values=np.ones((5, 4, 6)), axes="THW", name="rain", units="mm/h")
    >>> height = Frames(values=np.ones((4, 6)), axes="HW", name="height", units="m")
    >>> frames = stack_channels("doc", [rain, height])
    >>> frames.shape, frames.channels, frames.attributes["channel_units"]
    ((1, 5, 4, 6, 2), ('rain', 'height'), ['mm/h', 'm'])
    """
    moving = [each for each in found if each.axes != "HW"]
    if not moving:
        raise error(
            where,
            f"static fields alone: {', '.join(str(each.name) for each in found)}",
            "a variable with frames in time",
            "Name one, such as variable='rainfall_rate,height'.",
        )
    first = next((each for each in moving if each.times is not None), moving[0])
    grid = next((each.grid for each in found if each.grid is not None), None)
    place = found.index(first)
    found = [_by_frames(each, first) for each in found]
    views = [_view(where, each) for each in found]
    for each, view in zip(found, views, strict=True):
        _check_alike(where, first, grid, views[place], each, view)
    names = [name for each, view in zip(found, views, strict=True) for name in _names(each, view)]
    units = [
        each.units for each, view in zip(found, views, strict=True) for _ in _names(each, view)
    ]
    static = [each.axes == "HW" for each in found]
    said = [each.attributes for each in found]
    standard = [
        said[k].get("standard_name") or said[k].get("quantity")
        for k, (each, view) in enumerate(zip(found, views, strict=True))
        for _ in _names(each, view)
    ]
    lengths = views[place].lengths
    even = len(set(lengths)) == 1
    stack = _Stack(views, static, views[place].shape)
    values = stack if even else [_Sequence(stack, n, length) for n, length in enumerate(lengths)]
    return dataclasses.replace(
        first,
        values=values,
        axes="NTHWC" if even else "THWC",
        units=units[0] if len(set(units)) == 1 else None,
        name=",".join(str(each.name) for each in found),
        channels=tuple(names),
        grid=grid,
        nan_is_missing=any(each.nan_is_missing for each in found),
        notes=tuple(dict.fromkeys(note for each in found for note in each.notes)),
        attributes={
            **first.attributes,
            "channel_units": units,
            "channel_standard_names": standard,
        },
    )


def time_of_day(where, frames):
    """Return the time of day of frames as two channels: sine and cosine of the day's angle.

    Args:
        where: str. Who asks; the errors begin with it.
        frames: `Frames` with times, in UTC.

    Returns:
        `Frames` with the channels "time_of_day_sin" and "time_of_day_cos", from -1 to 1.

    Raises:
        ValueError: if nothing is known of times.
    """
    if frames.times is None:
        raise error(
            where,
            "the variable time_of_day of frames whose times are not known",
            "frames with times",
            "Leave it out, or open an archive with times.",
        )
    view = view_frames(where, frames.values, frames.axes)
    size = view.shape[2:4]
    rows = read_times(where, frames.times, view.lengths).times
    values = [_everywhere(day_waves(row), size) for row in rows]
    even = len(set(view.lengths)) == 1
    return Frames(
        values=np.broadcast_to(np.stack([each[:, :1, :1] for each in values]), (*view.shape[:4], 2))
        if even
        else values,
        axes="NTHWC" if even else "THWC",
        times=frames.times,
        name=TIME_OF_DAY,
        channels=WAVES,
        units="1",
    )


def day_waves(times):
    """Return sine and cosine of the day's angle.

    Args:
        times: datetime64 (...,), in UTC.

    Returns:
        float32 (..., 2).

    Example:

    >>> day_waves(np.datetime64("2026-06-01T06:00")).round(6).tolist()
    [1.0, 0.0]
    """
    times = np.asarray(times)
    angle = 2 * np.pi * ((times - times.astype("datetime64[D]")) / np.timedelta64(1, "D"))
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).astype("float32")


class _Stack:
    """Channels of several views, one after the other."""

    def __init__(self, views, static, shape):
        self._views, self._static = views, static
        self.shape = (*shape[:4], sum(view.shape[4] for view in views))
        self.dtype = np.result_type("float32", *[view.dtype for view in views])

    def __getitem__(self, index):
        n, t, *pixels = index if isinstance(index, tuple) else (index, slice(None))
        if not isinstance(n, (int, np.integer)) or not isinstance(t, slice):
            raise IndexError("frames of one sequence are read at a time: values[n, start:stop]")
        start, stop, _ = t.indices(self.shape[1])
        parts = [self._read(k, int(n), start, stop) for k in range(len(self._views))]
        return np.concatenate(parts, axis=-1).astype(self.dtype)[(slice(None), *pixels)]

    def _read(self, k, n, start, stop):
        view = self._views[k]
        if not self._static[k]:
            return view.read(n, start, stop)
        return np.broadcast_to(view.read(0, 0, 1), (stop - start, *view.shape[2:]))


class _Sequence:
    """One sequence of a stack, (T, H, W, C), as long as it is."""

    def __init__(self, stack, n, length):
        self._stack, self._n = stack, n
        self.shape, self.dtype = (length, *stack.shape[2:]), stack.dtype

    def __getitem__(self, index):
        t, *pixels = index if isinstance(index, tuple) else (index,)
        if not isinstance(t, slice):
            raise IndexError("frames are read by a slice: values[start:stop]")
        start, stop, _ = t.indices(self.shape[0])
        return self._stack[(self._n, slice(start, stop), *pixels)]


def _everywhere(waves, size):
    return np.broadcast_to(waves[:, None, None], (len(waves), *size, 2))


def _by_frames(each, first):
    """Return frames that stand once in each file as those of every frame of `first`."""
    if each.times is not None or first.times is None or each.axes == "HW":
        return each
    if isinstance(each.values, list) or each.shape[0] == len(first.sources):
        return each
    values = field_of_each_frame(each, first)
    return each if values is None else dataclasses.replace(each, values=values)


def _view(where, frames):
    if frames.axes != "HW":
        return view_frames(where, frames.values, frames.axes)
    return view_frames(where, np.asarray(frames.values[...])[None], "THW")


def _names(frames, view):
    if frames.channels is None:
        return [str(frames.name)] if view.shape[4] == 1 else list(map(str, range(view.shape[4])))
    if len(frames.channels) == 1:
        return [str(frames.name or frames.channels[0])]
    return [f"{frames.name}_{channel}" for channel in frames.channels]


def _check_alike(where, first, grid, view_of_first, each, view):
    static, shape = each.axes == "HW", view_of_first.shape
    same = view.shape[2:4] == shape[2:4] and (static or view.lengths == view_of_first.lengths)
    grid = grid and each.grid and grid.differs_from(each.grid)
    times = not same or static or each.times is None or first.times is None
    if not times:
        both = (read_times(where, one.times, view.lengths).times for one in (first, each))
        times = all(map(np.array_equal, *both))
    if same and times and not grid:
        return
    what = f"of (N, T, H, W) = {view.shape[:4]}" if not same else "at other times"
    what = "on another grid" if grid and same else what
    raise error(
        where,
        f"the variable {each.name!r} {what}, beside {first.name!r} of {shape[:4]}",
        "variables of one grid, with the same frames; a static field has no axis of time",
        "Bring them to one grid and the same times first.",
    )
