"""Named regimes of moving digits."""

import dataclasses
from collections.abc import Callable

from st_keras.datasets.modes.accelerating_motion import accelerating_motion
from st_keras.datasets.modes.appearing_disappearing_motion import appearing_disappearing_motion
from st_keras.datasets.modes.bouncing_motion import bouncing_motion
from st_keras.datasets.modes.rotating_scaling_motion import rotating_scaling_motion
from st_keras.datasets.modes.straight_motion import straight_motion
from st_keras.datasets.modes.tracks import Tracks
from st_keras.validation import check_int, error


@dataclasses.dataclass(frozen=True)
class DigitMode:
    """One regime: how many digits there are and how they move.

    Args:
        num_digits: int of at least 1. Digits per sequence.
        motion: `f(rng, num_digits, num_frames)` -> `Tracks`, from a `numpy.random.Generator` and
            two ints; all its chance comes from `rng`.

    Raises:
        ValueError: if an argument is none of these.

    Example:
    >>> import numpy as np
    >>> def resting(rng, num_digits, num_frames):
    ...     start = rng.random((num_digits, 1, 2))
    ...     return Tracks(np.repeat(start, num_frames, axis=1))
    >>> DigitMode(2, resting).draw(np.random.default_rng(0), num_frames=5).positions.shape
    (2, 5, 2)
    """

    num_digits: int
    motion: Callable

    def __post_init__(self):
        check_int("DigitMode", "num_digits", self.num_digits, 1)
        if not callable(self.motion):
            raise error(
                "DigitMode",
                f"motion={self.motion!r}",
                "a function of (rng, num_digits, num_frames) that returns Tracks",
                "Pass the function itself, such as DIGIT_MODES['straight'].motion.",
            )

    def draw(self, rng, num_frames):
        """Draw the tracks of a sequence.

        Args:
            rng: `numpy.random.Generator`.
            num_frames: int T.

        Returns:
            `Tracks` of `num_digits` digits over T frames.

        Raises:
            ValueError: if the motion returns anything else.
        """
        tracks = self.motion(rng, self.num_digits, num_frames)
        shape = (self.num_digits, num_frames, 2)
        if not isinstance(tracks, Tracks) or tracks.positions.shape != shape:
            got = getattr(getattr(tracks, "positions", None), "shape", None)
            raise error(
                "DigitMode",
                f"{type(tracks).__name__} with positions of shape {got} from {self.motion_name}",
                f"Tracks with positions (num_digits, num_frames, 2) = {shape}",
                "Mend the motion; DIGIT_MODES['straight'].motion is an example.",
            )
        return tracks

    @property
    def motion_name(self):
        """Name of the motion, for run records."""
        return getattr(self.motion, "__name__", type(self.motion).__name__)


# Every mode has two digits but those that are named after their number: only the motion differs.
DIGIT_MODES = {
    "one_digit": DigitMode(1, bouncing_motion),
    "two_digits": DigitMode(2, bouncing_motion),
    "three_digits": DigitMode(3, bouncing_motion),
    "straight": DigitMode(2, straight_motion),
    "rotating_scaling": DigitMode(2, rotating_scaling_motion),
    "accelerating": DigitMode(2, accelerating_motion),
    "appearing_disappearing": DigitMode(2, appearing_disappearing_motion),
}
