"""What is in an archive, in words and numbers: frames, grid, times, values."""

import numpy as np

from st_keras.datasets.archives.frame_units import channel_facts
from st_keras.datasets.windows.frame_axes import LETTERS, describe_axes
from st_keras.datasets.windows.missing_value import show_missing_value

PERCENTILES = (1, 5, 25, 50, 75, 90, 95, 99, 99.9)


def archive_facts(spec, frames, view, scan, codes, steps, in_time, windows):
    """Return what is in an archive as a dict of JSON values.

    Args:
        spec: what was opened.
        frames: `Frames`.
        view: what reads them.
        scan: `ArchiveScan`.
        codes: numbers that stand for no data, as `missing_codes` returns them.
        steps: `TimeSteps` of the frames in their order in time, or None.
        in_time: `TimeSteps` of all of them as they are stored, or None.
        windows: str, how many there are.

    Returns:
        dict; percentiles and ranges of nothing are None.
    """
    spans = [(n, 0, length) for n, length in enumerate(view.lengths)]
    lost = scan.frames.count_missing(spans)
    sampled = len(scan.sample) < scan.num_values - scan.unread - lost - scan.bad
    never = 100 * float(np.mean(~scan.frames.seen[..., 0]))
    percent = 100 * lost / max(scan.num_values - scan.unread, 1)
    there = scan.num_values - lost - scan.unread
    some = (
        np.percentile(scan.sample, PERCENTILES) if len(scan.sample) else [None] * len(PERCENTILES)
    )
    return {
        "archive": str(spec),
        "files": len(set(_names(frames))) or 1,
        "frames": _say_frames(frames, view),
        "variable": _say_variable(frames, view),
        "units": frames.units,
        "grid": _say_grid(frames, view),
        "times": _say_times(steps, in_time),
        "windows": windows,
        "missing": _say_missing(percent, never, codes),
        "missing_percent": percent,
        "never_seen_percent": never,
        "value_range": _range(scan, spans),
        "channels": _channels(frames, view, scan, spans),
        "zero_percent": 100 * scan.zeros / max(there, 1),
        "percentiles": {
            str(each): None if value is None else float(value)
            for each, value in zip(PERCENTILES, some, strict=True)
        },
        "sampled": f"from {len(scan.sample):,} values evenly spread over {there:,}"
        if sampled
        else f"from all {there:,} values",
    }


def _range(scan, spans, channel=None):
    low, high = scan.frames.value_range(spans, channel)
    return [low, high] if low <= high else None


def _channels(frames, view, scan, spans):
    """Return the range and missing share of each channel by name; none where they have no names."""
    count = scan.num_values // view.shape[4]
    lost = [
        sum(int(scan.frames.lost[n, a:b, c].sum()) for n, a, b in spans)
        for c in range(view.shape[4])
    ]
    return {
        name: {
            "units": channel_facts(frames, c)[1],
            "value_range": _range(scan, spans, c),
            "missing_percent": 100 * lost[c] / count,
        }
        for c, name in enumerate(frames.channels or ())
    }


def _say_missing(percent, never, codes):
    if not codes:
        return ""
    named = show_missing_value(codes)
    return f"{percent:.3g} % of all values ({named}); {never:.3g} % of the pixels never hold one"


def _names(frames):
    sources = frames.sources
    return [sources[t] for t in range(len(sources))]


def _say_frames(frames, view):
    count = len(set(_names(frames))) or (
        len(frames.values) if isinstance(frames.values, list) else 1
    )
    shape = describe_axes(view.shape, LETTERS)
    if len(set(view.lengths)) > 1:
        shape = shape.replace("of ", f"of {min(view.lengths)} to ", 1)
    return f"{shape}, {view.dtype}, in {count} file{'s' * (count > 1)}"


def _say_variable(frames, view):
    channels = f", channels {', '.join(frames.channels)}" if frames.channels else ""
    name = frames.name or frames.attributes.get("standard_name")
    return f"{name or 'without a name'}, {frames.units or 'units not known'}{channels}"


def _say_grid(frames, view):
    if frames.grid is None:
        return "not known"
    grid = frames.grid
    sides = []
    for name in ("y", "x"):
        values = np.asarray(getattr(grid, name), "float64")
        units = getattr(grid, f"{name}_attributes").get("units", "")
        step = f", step {np.median(np.diff(values)):g}" if values.size > 1 else ""
        sides.append(f"{name} {values[0]:g} to {values[-1]:g}{step} {units}".rstrip())
    mapping = grid.mapping.get("grid_mapping_name") or grid.mapping.get("proj4") or ""
    return "; ".join([*sides, str(mapping)] if mapping else sides)


def _say_times(steps, in_time):
    if steps is None:
        return "not known"
    first = min(each.min() for each in in_time.times)
    last = max(each.max() for each in in_time.times)
    step = "" if steps.usual is None else f", a step of {steps.say_usual()}"
    return f"{say_time(first)} to {say_time(last)}{step}"


def say_time(time):
    """Return a time in UTC without a fraction of a second, where it has none.

    Example:

    >>> say_time(np.datetime64("2026-06-01T00:05:00.000"))
    '2026-06-01T00:05:00'
    """
    seconds = time.astype("datetime64[s]")
    return str(seconds if seconds == time else time)
