"""The times of users' frames: which step is the usual one, and where it is not taken."""

import dataclasses
import functools
import hashlib

import numpy as np

from st_keras.validation import error

_UNITS = ("D", "h", "m", "s", "ms", "us", "ns")


@dataclasses.dataclass(frozen=True)
class TimeSteps:
    """Times of frames, checked. Made by `read_times`.

    Args:
        times: datetime64 (N, T), ascending in each sequence.

    Attributes:
        usual: timedelta64, the commonest step above zero, of all sequences together; the
            shortest of the commonest.
        unusual: bool (N, T - 1), where the step to the next frame is not the usual one.

    Example:
    >>> times = np.array(["2026-06-01T00:00", "2026-06-01T00:05", "2026-06-01T00:20"], "M8[s]")
    >>> steps = TimeSteps(times[None])
    >>> steps.unusual.tolist(), steps.count([(0, 0, 3)])
    ([[False, True]], {'gaps': 1, 'duplicates': 0, 'shorter': 0})
    """

    times: np.ndarray

    @functools.cached_property
    def _steps(self):
        return np.diff(self.times, axis=1)

    @functools.cached_property
    def usual(self):
        """The commonest step, timedelta64; None where there is no step above zero."""
        steps, counts = np.unique(self._steps[self._steps > np.timedelta64(0)], return_counts=True)
        return steps[counts.argmax()] if len(steps) else None

    @functools.cached_property
    def unusual(self):
        """bool (N, T - 1)."""
        return self._steps != self.usual

    def count(self, spans):
        """Count steps within spans of frames that are not the usual one.

        Args:
            spans: list of `(sequence, start, stop)`, in frames.

        Returns:
            dict of ints: "gaps" (longer steps), "duplicates" (no time passes), "shorter".
        """
        steps = [self._steps[n, start : stop - 1] for n, start, stop in spans]
        steps = np.concatenate(steps) if steps else self._steps[0, :0]
        zero = np.timedelta64(0)
        return {
            "gaps": int(np.count_nonzero(steps > self.usual)),
            "duplicates": int(np.count_nonzero(steps == zero)),
            "shorter": int(np.count_nonzero((steps > zero) & (steps < self.usual))),
        }

    def say_usual(self):
        """Return the usual step in words, such as "5 minutes"."""
        known = _UNITS if np.datetime_data(self.usual.dtype)[0] in _UNITS else ()
        for unit in known:  # months and years have no length in days, picoseconds overflow
            whole = self.usual.astype(f"m8[{unit}]")
            if whole == self.usual:
                return str(whole)
        return str(self.usual)

    def fingerprint(self):
        """Hash the times.

        Returns:
            str of 64 hexadecimal digits.
        """
        seal = hashlib.sha256(f"{self.times.shape} {self.times.dtype}".encode())
        seal.update(np.ascontiguousarray(self.times).tobytes())
        return seal.hexdigest()


def read_times(where, times, shape):
    """Check the times of frames.

    Args:
        where: str. Who asks; the errors begin with it.
        times: array-like of datetime64, (N, T), or (T,) where all sequences have the same times,
            ascending; a time may come twice. None: nothing is known of times.
        shape: (N, T, ...), of the frames.

    Returns:
        `TimeSteps`, or None.

    Raises:
        ValueError: if they are no datetime64, not as many as there are frames, not a time (NaT),
            run backwards, or never go on.

    Example:
    >>> times = np.datetime64("2026-06-01") + np.arange(4) * np.timedelta64(10, "m")
    >>> read_times("doc", times, (1, 4, 64, 48, 1)).say_usual()
    '10 minutes'
    """
    if times is None:
        return None
    array = np.asarray(times)
    if array.dtype.kind != "M":
        raise error(
            where,
            f"times of dtype {array.dtype}",
            "datetime64",
            "Convert them, for example with numpy.asarray(times, 'datetime64[s]').",
        )
    count, length = shape[:2]
    if array.shape not in ((count, length), (length,)):
        raise error(
            where,
            f"times of shape {array.shape} for {count} sequence(s) of {length} frames",
            f"a time for every frame: shape {(count, length)}, or {(length,)} if all sequences "
            "have the same",
            "Pass the times of these very frames.",
        )
    array = np.broadcast_to(array, (count, length))
    if np.isnat(array).any():
        n, t = np.argwhere(np.isnat(array))[0].tolist()
        raise error(
            where,
            f"times that are not a time (NaT), the first of frame {t} of sequence {n}",
            "a time for every frame",
            "Leave the frames out whose time is not known.",
        )
    backwards = np.diff(array, axis=1) < np.timedelta64(0)
    if backwards.any():
        n, t = np.argwhere(backwards)[0].tolist()
        raise error(
            where,
            f"times that run backwards: frame {t + 1} of sequence {n} is of {array[n, t + 1]}, "
            f"the one before of {array[n, t]}",
            "ascending times in each sequence",
            "Sort frames and times alike: order = numpy.argsort(times), then frames[order] and "
            "times[order].",
        )
    steps = TimeSteps(array)
    if steps.usual is None:
        raise error(
            where,
            "times that never go on: all frames of a sequence have the same",
            "ascending times",
            "Check their unit: it may be too coarse for the steps.",
        )
    return steps
