"""Windows by number, read from frames when they are asked for."""

import dataclasses

import numpy as np

from st_keras.datasets.windows.importance_sampling import window_amounts
from st_keras.datasets.windows.missing_value import show_missing_value
from st_keras.datasets.windows.window_draws import WindowDraws
from st_keras.validation import check_int, error


class WindowReading:
    """Reads windows, each a stretch of frames in one crop.

    Args:
        frames: `CheckedFrames`.
        windows: `Windows`, where they begin.
        length: int, frames of a window.

    Attributes:
        places: int64 (n, 4), sequence, first frame, first row and first column of each window.
    """

    def __init__(self, frames, windows, length):
        self._frames, self._windows, self._length = frames, windows, length
        self._amounts = {}
        starts, crops = windows.starts, frames.crops.starts
        repeated = np.repeat(starts, len(crops), axis=0)
        self.places = np.concatenate([repeated, np.tile(crops, (len(starts), 1))], axis=1)

    def __len__(self):
        return len(self.places)

    def read(self, numbers):
        """Read windows, float32 (n, T, H, W, C); numbers are ints."""
        height, width = self._frames.crops.size
        channels = self._frames.view.shape[4]
        frames = np.empty((len(numbers), self._length, height, width, channels), "float32")
        for k, (n, start, y, x) in enumerate(self.places[numbers].tolist()):
            block = self._frames.read(n, start, start + self._length)
            frames[k] = block[:, y : y + height, x : x + width]
        return frames

    def times(self, i):
        """Return datetime64 (T,) of a window; None where nothing is known of times."""
        if self._frames.steps is None:
            return None
        n, start = self.places[i, :2].tolist()
        return self._frames.steps.times[n][start : start + self._length]

    def draws(self, sampling):
        """Return `WindowDraws` by an `ImportanceSampling`, or None where that is None.

        The frames are looked at once for each rule.
        """
        if sampling is None:
            return None
        rule = dataclasses.replace(sampling, minimum=1.0, weighted=False)
        if rule not in self._amounts:
            self._amounts[rule] = window_amounts(
                rule,
                self._frames.read,
                self.places,
                self._length,
                self._frames.crops.size,
                self._frames.targets,
                self._dry(rule),
            )
        return WindowDraws(sampling.chances(self._amounts[rule]), sampling.weighted)

    def sequence_of(self, i):
        """Return the number of the sequence that a window is cut from."""
        return int(self.places[i, 0])

    def _dry(self, sampling):
        """Tell which frames have every pixel, and none that counts as rain, bool (N, T)."""
        scan, channels = self._frames.scan, list(self._frames.targets)
        most = scan.highs[:, :, channels].max(axis=2)
        below = most < sampling.level if sampling.rule == "share" else most <= 0
        return below & (scan.lost[:, :, channels].sum(axis=2) == 0)

    def spread(self, count):
        """Keep at most `count` windows, evenly spread over all."""
        fewer = WindowReading(self._frames, self._windows, self._length)
        chosen = np.linspace(0, len(self) - 1, min(count, len(self))).round().astype(int)
        fewer.places = self.places[np.unique(chosen)]
        return fewer

    def check_number(self, where, i):
        """Return the number of a window, an int that there is.

        Raises:
            ValueError: for another one, or if there are no windows.
        """
        self.check_any(where)
        i = check_int(where, "i", i, 0)
        if i >= len(self):
            required = f"an int below num_windows={len(self)}"
            raise error(where, f"i={i}", required, "Count windows from 0.")
        return i

    def check_any(self, where):
        """Raise `ValueError` if there are no windows, and say why."""
        if len(self):
            return
        gaps, holes = self._windows.across_gaps, self._windows.with_missing
        masked = self._frames.missing == "mask"
        code = show_missing_value(self._frames.codes)
        held = "too many missing scans" if masked else f"the missing value {code}"
        causes = [f"{gaps} cross a gap in time"] * (gaps > 0) + [f"{holes} hold {held}"] * (
            holes > 0
        )
        raise error(
            where,
            f"a dataset of {gaps + holes} windows, none of them whole: {', '.join(causes)}",
            f"{self._length} frames in a row without a gap or a missing "
            + ("scan" if masked else "value"),
            "Raise max_missing_scans, or shorten context_length or horizon."
            if masked
            else "Pass missing='mask', or crop the frames to where there are data; or shorten "
            "context_length or horizon.",
        )
