"""The times of users' frames: which step is the usual one, and where it is not taken."""

import dataclasses
import functools
import hashlib

import numpy as np

from st_keras.validation import error

_UNITS = ("D", "h", "m", "s", "ms", "us", "ns")


@dataclasses.dataclass(frozen=True)
class TimeSteps:
    """Times of frames. Made by `read_times`.

    Args:
        times: tuple of datetime64 (T,), one array for each sequence.

    Attributes:
        usual: timedelta64, the commonest step above zero, of all sequences together; the
            shortest of the commonest. None where no step is above zero.
        unusual: list of bool (T - 1), where the step to the next frame is not the usual one.

    Example:
    >>> times = np.array(["2026-06-01T00:00", "2026-06-01T00:05", "2026-06-01T00:20"], "M8[s]")
    >>> steps = TimeSteps((times,))
    >>> steps.unusual[0].tolist(), steps.count([(0, 0, 3)])
    ([False, True], {'gaps': 1, 'duplicates': 0, 'shorter': 0})
    """

    times: tuple

    @functools.cached_property
    def steps(self):
        """List of timedelta64 (T - 1), the steps of each sequence."""
        return [np.diff(each) for each in self.times]

    @functools.cached_property
    def usual(self):
        """The commonest step, timedelta64; None where there is no step above zero."""
        steps = np.concatenate(self.steps)
        steps, counts = np.unique(steps[steps > np.timedelta64(0)], return_counts=True)
        return steps[counts.argmax()] if len(steps) else None

    @functools.cached_property
    def unusual(self):
        """List of bool (T - 1)."""
        return [each != self.usual for each in self.steps]

    def count(self, spans):
        """Count steps within spans of frames that are not the usual one.

        Args:
            spans: list of `(sequence, start, stop)`, in frames.

        Returns:
            dict of ints: "gaps" (longer steps), "duplicates" (no time passes), "shorter".
        """
        steps = [self.steps[n][start : stop - 1] for n, start, stop in spans]
        steps = np.concatenate(steps) if steps else self.steps[0][:0]
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
        lengths = {len(each) for each in self.times}
        one = len(lengths) == 1
        shape = (len(self.times), *lengths) if one else [len(each) for each in self.times]
        seal = hashlib.sha256(f"{shape} {self.times[0].dtype}".encode())
        for each in self.times:
            seal.update(np.ascontiguousarray(each).tobytes())
        return seal.hexdigest()


def read_times(where, times, lengths):
    """Read the times of frames, in whatever order they are.

    Args:
        where: str. Who asks; the error begins with it.
        times: array-like of datetime64, (N, T), or (T,) where all sequences have the same times;
            or a list of N arrays (T,), of sequences of different length. None: nothing is known.
        lengths: list of N ints, the frames of each sequence.

    Returns:
        `TimeSteps`, or None.

    Raises:
        ValueError: if they are no datetime64, not as many as there are frames, or not a time (NaT).

    Example:
    >>> times = np.datetime64("2026-06-01") + np.arange(4) * np.timedelta64(10, "m")
    >>> read_times("doc", times, [4]).say_usual()
    '10 minutes'
    """
    if times is None:
        return None
    rows = _rows(where, times, lengths)
    for n, row in enumerate(rows):
        if np.isnat(row).any():
            raise error(
                where,
                "times that are not a time (NaT), the first of frame "
                f"{int(np.isnat(row).argmax())} of sequence {n}",
                "a time for every frame",
                "Leave the frames out whose time is not known.",
            )
    return TimeSteps(tuple(rows))


def check_ascending(where, steps, source_of=None):
    """Refuse times that run backwards, or never go on.

    Args:
        where: str. Who asks; the error begins with it.
        steps: `TimeSteps`.
        source_of: function of the number of a frame to words that say where it is from. Default:
            "frame 3 of sequence 0".

    Raises:
        ValueError: for these two.
    """
    for n, each in enumerate(steps.steps):
        backwards = each < np.timedelta64(0)
        if not backwards.any():
            continue
        t = int(backwards.argmax())
        say = source_of or (lambda t, n=n: f"frame {t} of sequence {n}")
        raise error(
            where,
            f"times that run backwards: {say(t + 1)} is of {steps.times[n][t + 1]}, "
            f"the one before of {steps.times[n][t]}",
            "ascending times in each sequence",
            "Sort frames and times alike: order = numpy.argsort(times), then frames[order] and "
            "times[order]; name files such that they sort by time.",
        )
    if steps.usual is None and max(map(len, steps.times)) > 1:
        raise error(
            where,
            "times that never go on: all frames of a sequence have the same",
            "ascending times",
            "Check their unit: it may be too coarse for the steps.",
        )


def _rows(where, times, lengths):
    """Return a list of N arrays (T,)."""
    ragged = isinstance(times, (list, tuple)) and all(np.ndim(each) == 1 for each in times)
    arrays = [np.asarray(each) for each in times] if ragged and len(times) else [np.asarray(times)]
    for array in arrays:
        if array.dtype.kind != "M":
            raise error(
                where,
                f"times of dtype {array.dtype}",
                "datetime64",
                "Convert them, for example with numpy.asarray(times, 'datetime64[s]').",
            )
    if not ragged:
        array = arrays[0]
        if array.ndim == 1 and set(lengths) == {len(array)}:
            return [array] * len(lengths)
        arrays = list(array) if array.ndim == 2 else [array]
        shape = array.shape
    else:
        shape = [len(each) for each in arrays]
    if [each.size for each in arrays] == list(lengths) and all(each.ndim == 1 for each in arrays):
        return arrays
    count, equal = len(lengths), len(set(lengths)) == 1
    length = lengths[0] if equal else f"{min(lengths)} to {max(lengths)}"
    shapes = (
        f"shape {(count, lengths[0])}, or {(lengths[0],)} if all sequences have the same"
        if equal
        else "a list of an array for each sequence"
    )
    raise error(
        where,
        f"times of shape {shape} for {count} sequence(s) of {length} frames",
        f"a time for every frame: {shapes}",
        "Pass the times of these very frames.",
    )
