"""A user's frames with all that is known of them, checked before anything is built on them."""

import dataclasses
import hashlib

import numpy as np

from st_keras.datasets.fill_code import warn_of_fill_code
from st_keras.datasets.frame_scan import FrameScan, scan_frames
from st_keras.datasets.frame_view import FrameView, check_frame_size, view_frames
from st_keras.datasets.missing_value import check_missing_value
from st_keras.datasets.time_steps import TimeSteps, read_times
from st_keras.datasets.window_cutter import WindowCutter
from st_keras.validation import error

_HASHED = 16  # frames


@dataclasses.dataclass(frozen=True)
class CheckedFrames:
    """Frames of one or many sequences. Made by `check_frames`.

    Args:
        view: `FrameView`, (N, T, H, W, C).
        scan: `FrameScan`, what their values are.
        missing_value: NumPy scalar that stands for no data, or None.
        steps: `TimeSteps`, or None where nothing is known of times.
    """

    view: FrameView
    scan: FrameScan
    missing_value: np.generic | None = None
    steps: TimeSteps | None = None

    def cutter(self, length, stride):
        """Return the `WindowCutter` for windows of `length` frames."""
        holes = None if self.missing_value is None else self.scan.missing > 0
        unusual = None if self.steps is None else self.steps.unusual
        return WindowCutter(length, stride, unusual, holes)

    def fingerprint(self):
        """Hash shape, dtype and up to 16 frames: tells files apart at little cost.

        Returns:
            str of 64 hexadecimal digits.
        """
        count, length = self.view.shape[:2]
        seal = hashlib.sha256(f"{self.view.shape} {self.view.dtype}".encode())
        for place in np.unique(np.linspace(0, count * length - 1, _HASHED).round().astype(int)):
            n, t = divmod(int(place), length)
            seal.update(self.view.read(n, t, t + 1).tobytes())
        return seal.hexdigest()


def check_frames(where, frames, window, axes=None, patch_size=None, missing_value=None, times=None):
    """Check users' frames, as `SequenceDataset.from_arrays` takes them.

    Args:
        where: str. Who asks; the errors begin with it.
        frames, axes, patch_size, missing_value, times: see `SequenceDataset.from_arrays`.
        window: (context_length, horizon), ints; sequences have to hold one window.

    Returns:
        `CheckedFrames`.

    Raises:
        ValueError: if anything is wrong with them.

    Example:
    >>> frames = np.random.default_rng(0).random((36, 64, 48))
    >>> check_frames("doc", frames, (10, 10)).view.shape
    (1, 36, 64, 48, 1)
    """
    view = view_frames(where, frames, axes)
    check_frame_size(where, view.shape, patch_size)
    if view.shape[1] < sum(window):
        context_length, horizon = window
        raise error(
            where,
            f"sequences of {view.shape[1]} frames (axes read as {view.axes})",
            f"at least context_length + horizon = {context_length} + {horizon} = "
            f"{context_length + horizon} frames",
            "Shorten context_length or horizon, or name the axes if they were read wrongly: "
            "axes='NTHW' or 'THWC'.",
        )
    missing_value = check_missing_value(where, missing_value, view.dtype)
    steps = read_times(where, times, view.shape)
    scan = scan_frames(where, view, missing_value)
    warn_of_fill_code(where, view, scan, missing_value)
    return CheckedFrames(view, scan, missing_value, steps)
