"""A user's frames with all that is known of them, checked before anything is built on them."""

import dataclasses
import hashlib

import numpy as np

from st_keras.datasets.archives.frame_units import (
    channel_facts,
    check_rain,
    check_units,
    units_of_targets,
)
from st_keras.datasets.archives.frames import Frames, Grid
from st_keras.datasets.windows.crop_grid import CropGrid
from st_keras.datasets.windows.fill_code import warn_of_fill_code
from st_keras.datasets.windows.frame_reading import FrameReading
from st_keras.datasets.windows.frame_scan import (
    FrameScan,
    check_range,
    scan_frames,
    scan_of_range,
)
from st_keras.datasets.windows.frame_view import check_frame_size
from st_keras.datasets.windows.missing_value import missing_as_nan
from st_keras.datasets.windows.placed_frames import place_frames
from st_keras.datasets.windows.time_steps import TimeSteps
from st_keras.datasets.windows.window_cutter import WindowCutter
from st_keras.validation import error

_HASHED = 16  # frames


@dataclasses.dataclass(frozen=True, kw_only=True)
class CheckedFrames:
    """Frames of one or many sequences. Made by `check_frames`.

    Args:
        frames: `Frames`, as they came.
        view: what reads them, (N, T, H, W, C).
        scan: `FrameScan`, what their values are.
        crops: `CropGrid`, what windows are cut to: one as large as the frames where that is all.
        codes: tuple of NumPy scalars that stand for no data.
        missing: "refuse", "mask" or "drop".
        max_missing_scans: int, of a window.
        steps: `TimeSteps`, or None where nothing is known of times.
        repeated, missing_scans: ints, frames dropped and put in; see `place_in_time`.
        units: str or None.
        targets: tuple of ints, channels that are to be forecast.
        grid: `Grid` of the frames that windows are cut from, or None.
    """

    frames: Frames
    view: object
    scan: FrameScan
    crops: CropGrid
    codes: tuple = ()
    missing: str = "refuse"
    max_missing_scans: int = 0
    steps: TimeSteps | None = None
    repeated: int = 0
    missing_scans: int = 0
    units: str | None = None
    targets: tuple = (0,)
    grid: Grid | None = None

    def cutter(self, length, stride):
        """Return the `WindowCutter` for windows of `length` frames."""
        unusual = None if self.steps is None else self.steps.unusual
        holes, most = None, 0
        if self.missing == "drop":
            holes = self.scan.missing > 0
        elif self.missing == "mask":
            holes = self.scan.wholly_missing(list(self.targets))
            most = self.max_missing_scans
        return WindowCutter(length, stride, unusual, holes, most)

    def read(self, n, start, stop):
        """Read frames as they are given on: NaN where values are missing and masked."""
        block = self.view.read(n, start, stop)
        return missing_as_nan(block, self.codes) if self.missing == "mask" else block

    def fingerprint(self):
        """Hash shape, dtype and up to 16 frames: tells files apart at little cost.

        Returns:
            str of 64 hexadecimal digits.
        """
        seal = hashlib.sha256(f"{self.view.shape} {self.view.dtype}".encode())
        ends = np.cumsum(self.view.lengths)
        for place in np.unique(np.linspace(0, ends[-1] - 1, _HASHED).round().astype(int)):
            n = int(np.searchsorted(ends, place, side="right"))
            t = int(place - (ends[n] - self.view.lengths[n]))
            seal.update(self.view.read(n, t, t + 1).tobytes())
        return seal.hexdigest()


def check_frames(where, frames, window, reading=None):
    """Check users' frames, as `SequenceDataset.from_frames` takes them.

    Args:
        where: str. Who asks; the errors begin with it.
        frames: `Frames`.
        window: (context_length, horizon), ints; sequences have to hold one window.
        reading: `FrameReading`. Default: its defaults.

    Returns:
        `CheckedFrames`.

    Raises:
        ValueError: if anything is wrong with them.

    Example:
    >>> frames = Frames(values=np.random.default_rng(0).random((36, 64, 48)))
    >>> check_frames("doc", frames, (10, 10)).view.shape
    (1, 36, 64, 48, 1)
    """
    reading = reading or FrameReading()
    placed = place_frames(where, frames, reading)
    view, codes, missing = placed.view, placed.codes, placed.missing
    targets = _targets(where, frames, view, reading.targets)
    units = check_units(where, units_of_targets(frames, targets), reading.units)
    if reading.coarsen is not None and not placed.fine_codes and not frames.value_range:
        # A code that nobody names would be averaged.
        warn_of_fill_code(where, placed.fine, scan_frames(where, placed.fine))
    size = view.shape[2:4]
    # Before a long look at all values, which tells of crops without data.
    crop = CropGrid(where, size, reading.crop, reading.crop_stride).size
    check_frame_size(where, (*view.shape[:2], *crop), reading.patch_size)
    _check_length(where, view, window)
    known = None if codes else frames.value_range
    scan = scan_of_range(view, *known) if known else scan_frames(where, view, codes)
    if missing == "refuse" and scan.lost.any():
        raise error(
            where,
            f"frames with {int(scan.lost.sum())} missing values and missing='refuse'",
            "a value for every pixel",
            "Pass missing='mask', and windows keep NaN where data are missing; or missing='drop', "
            "and windows that hold any are left out.",
        )
    _check_channels(where, frames, view, scan, codes, targets, units)
    if reading.coarsen is None and not known:
        warn_of_fill_code(where, view, scan, codes)
    grid = frames.grid
    if grid is not None and reading.coarsen is not None:
        grid = grid.coarsened(reading.coarsen)
    # A field that is known everywhere tells nothing of where there is something to forecast.
    seen = scan.seen[..., list(targets)].any(axis=2)
    return CheckedFrames(
        frames=frames,
        view=view,
        scan=scan,
        crops=CropGrid(where, size, reading.crop, reading.crop_stride, seen),
        codes=codes,
        missing=missing,
        max_missing_scans=reading.max_missing_scans,
        steps=placed.steps,
        repeated=placed.repeated,
        missing_scans=placed.missing_scans,
        units=units,
        targets=targets,
        grid=grid,
    )


def _check_channels(where, frames, view, scan, codes, targets, units):
    """Refuse negative rain in any channel, and a named target from which nothing can be learned."""
    spans = [(n, 0, length) for n, length in enumerate(view.lengths)]
    for number in range(view.shape[4]):
        low, high = scan.value_range(spans, number)
        name, said, attributes = channel_facts(frames, number)
        check_rain(where, low, said or (units if number in targets else None), name, attributes)
        if number in targets and frames.channels:
            check_range(where, low, high, codes, f"frames of channel {frames.channels[number]!r}")


def _targets(where, frames, view, targets):
    """Return the numbers of the channels that are forecast."""
    channels = view.shape[4]
    names = frames.channels or tuple(str(number) for number in range(channels))
    if len(names) != channels or len(set(names)) != channels:
        raise error(
            where,
            f"{len(names)} names of channels ({', '.join(names)}) for {channels} channel(s)",
            "a name of its own for each channel",
            "Name them in the order of the last axis.",
        )
    if targets is None:
        return tuple(range(channels))
    targets = (targets,) if isinstance(targets, str) else tuple(targets)
    unknown = [name for name in targets if name not in names]
    if unknown or not targets or len(set(targets)) < len(targets):
        raise error(
            where,
            f"targets={targets!r}",
            f"at least one of the channels {', '.join(names)}, each once",
            "Name the channels that are to be forecast.",
        )
    return tuple(sorted(names.index(name) for name in targets))


def _check_length(where, view, window):
    longest = max(view.lengths)
    if longest >= sum(window):
        return
    context_length, horizon = window
    raise error(
        where,
        f"sequences of {longest} frames (axes read as {view.axes})",
        f"at least context_length + horizon = {context_length} + {horizon} = "
        f"{context_length + horizon} frames",
        "Shorten context_length or horizon, or name the axes if they were read wrongly: "
        "axes='NTHW' or 'THWC'.",
    )
