"""Where digits are in every frame, how they are turned, their size and how opaque they are."""

import dataclasses

import numpy as np

from st_keras.validation import check_one_of, check_rank, error

SQUARES = ("inside", "visible")

_SCALES = (0.25, 4.0)
_FARTHEST = 1000.0


@dataclasses.dataclass(frozen=True, eq=False)
class Tracks:
    """What a motion returns and `draw_digits` draws: K digits over T frames.

    Args:
        positions: (K, T, 2), row and column in a unit square, (0, 0) at the upper left. What the
            square is, `square` says; positions may leave it, to -1000 and 1000 at most.
        angle: (K, T) or a number. Counterclockwise turn about the digit's centre in radians.
            Default 0.
        scale: (K, T) or a number. Size, 1 being that of the image of the digit; 0.25 to 4.
            Default 1.
        opacity: (K, T) or a number. Factor on the greys, 0 (not there) to 1. Default 1.
        square: "inside" (default): the unit square is the range that keeps an upright digit of
            scale 1 within the image. "visible": the range in which any of such a digit is in the
            image; at its edges and beyond it is out of sight, whatever the sizes.

    Raises:
        ValueError: if an array has another shape, or a value is out of its range.

    Example:
    >>> still = Tracks(np.full((1, 3, 2), 0.5), angle=np.pi / 2)
    >>> still.angle.shape, still.corners(digit_size=(28, 28), image_size=(64, 64))[0, 0].tolist()
    ((1, 3), [18.0, 18.0])
    """

    positions: np.ndarray
    angle: np.ndarray = 0.0
    scale: np.ndarray = 1.0
    opacity: np.ndarray = 1.0
    square: str = "inside"

    def __post_init__(self):
        where = "Tracks"
        positions = _check_values(where, "positions", self.positions, -_FARTHEST, _FARTHEST)
        check_rank(where, "positions", positions.shape, ("K", "T", "2"))
        if positions.shape[-1] != 2 or positions.size == 0:
            raise error(
                where,
                f"positions of shape {positions.shape}",
                "(K, T, 2), with a row and a column for each of K digits in T frames",
                "Stack rows and columns with numpy.stack([rows, columns], axis=-1).",
            )
        object.__setattr__(self, "positions", positions)
        limits = {"angle": (-np.inf, np.inf), "scale": _SCALES, "opacity": (0.0, 1.0)}
        for name, (low, high) in limits.items():
            value = _check_values(where, name, getattr(self, name), low, high)
            if value.shape not in ((), positions.shape[:2]):
                raise error(
                    where,
                    f"{name} of shape {value.shape}",
                    f"a number or (K, T) = {positions.shape[:2]}, as positions have it",
                    f"Broadcast it: numpy.broadcast_to({name}, positions.shape[:2]).",
                )
            object.__setattr__(self, name, np.broadcast_to(value, positions.shape[:2]))
        check_one_of(where, "square", self.square, SQUARES)

    @property
    def is_upright(self):
        """Bool (K,): the digit is neither turned nor scaled in any frame."""
        return ((self.angle == 0) & (self.scale == 1)).all(axis=1)

    def corners(self, digit_size, image_size):
        """Positions in pixels.

        Args:
            digit_size: (h, w) of an image of a digit.
            image_size: (H, W).

        Returns:
            float64 (K, T, 2): row and column of the upper left pixel of the upright digit of
            scale 1 with the same centre; not rounded.
        """
        digit_size, image_size = np.asarray(digit_size), np.asarray(image_size)
        if self.square == "inside":
            return (image_size - digit_size) * self.positions
        return (image_size + digit_size) * self.positions - digit_size


def _check_values(where, name, value, low, high):
    try:
        value = np.asarray(value, "float64")
    except (TypeError, ValueError) as exc:
        raise error(
            where, f"{name} that forms no array ({exc})", "real numbers", "Return NumPy arrays."
        ) from exc
    if not np.isfinite(value).all() or (value < low).any() or (value > high).any():
        raise error(
            where,
            f"{name} from {value.min()} to {value.max()}",
            f"finite numbers in [{low:g}, {high:g}]",
            f"Mend the motion, for example with numpy.clip({name}, ...).",
        )
    return value
