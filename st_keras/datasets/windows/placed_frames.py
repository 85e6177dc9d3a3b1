"""Frames as windows see them: regular in time, on the grid asked for, missing values known."""

import dataclasses

from st_keras.datasets.windows.coarse_view import CoarseView
from st_keras.datasets.windows.frame_placing import place_in_time
from st_keras.datasets.windows.frame_reading import MISSING
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.missing_value import missing_codes
from st_keras.datasets.windows.time_steps import TimeSteps, read_times
from st_keras.datasets.windows.unmasked_values import UnmaskedValues, is_masked
from st_keras.validation import check_int, check_one_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlacedFrames:
    """Frames in their places. Made by `place_frames`.

    Args:
        view: what reads them, (N, T, H, W, C).
        codes: tuple of NumPy scalars that stand for no data in it.
        missing: "refuse", "mask" or "drop".
        steps: `TimeSteps`, or None where nothing is known of times.
        repeated, missing_scans: ints, frames dropped and put in; see `place_in_time`.
        fine, fine_codes: the same as `view` and `codes`, before pixels became coarse.
    """

    view: object
    codes: tuple
    missing: str
    steps: TimeSteps | None
    repeated: int
    missing_scans: int
    fine: object
    fine_codes: tuple


def place_frames(where, frames, reading):
    """Put frames in their places; their values are not looked at.

    Args:
        where: str. Who asks; the errors begin with it.
        frames: `Frames`.
        reading: `FrameReading`.

    Returns:
        `PlacedFrames`.

    Raises:
        ValueError: if axes, times, missing values or an argument do not fit.
    """
    check_int(where, "max_missing_scans", reading.max_missing_scans, 0)
    missing = _missing(where, frames, reading)
    values = frames.values
    if is_masked(values) and missing != "refuse":
        values = UnmaskedValues(where, values)
    view = view_frames(where, values, frames.axes)
    told = frames.nan_is_missing or is_masked(frames.values)
    nan_is_missing = told or reading.missing in ("mask", "drop")
    codes = missing_codes(where, reading.missing_value, view.dtype, nan_is_missing)
    steps, repeated, scans = read_times(where, frames.times, view.lengths), 0, 0
    if steps is not None:
        most = reading.max_missing_scans if missing == "mask" else 0
        source = frames.source_of if len(frames.sources) else None
        placing = place_in_time(where, view, steps, most, source)
        view, steps = placing.view, placing.steps
        repeated, scans = placing.repeated, placing.missing_scans
        if scans:
            codes = missing_codes(where, tuple(codes), view.dtype, nan_is_missing=True)
    fine, fine_codes = view, codes
    if reading.coarsen is not None:
        view = CoarseView(where, fine, reading.coarsen, codes)
        codes = missing_codes(where, None, view.dtype, nan_is_missing=bool(codes))
    return PlacedFrames(
        view=view,
        codes=codes,
        missing=missing,
        steps=steps,
        repeated=repeated,
        missing_scans=scans,
        fine=fine,
        fine_codes=fine_codes,
    )


def _missing(where, frames, reading):
    """Return how missing values are treated, where the user does not say."""
    if reading.missing is not None:
        return check_one_of(where, "missing", reading.missing, MISSING)
    if frames.nan_is_missing or is_masked(frames.values) or reading.max_missing_scans:
        return "mask"
    return "refuse" if reading.missing_value is None else "drop"
