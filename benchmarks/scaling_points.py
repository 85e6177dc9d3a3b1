"""What `benchmarks.scaling` varies: a small configuration, and multiples of one of its numbers."""

import dataclasses

from st_keras.cli.doctor.probe_request import ProbeRequest
from st_keras.validation import check_divisible, check_one_of, error

# Multiples of the base, each quantity alone.
FACTORS = {
    "batch": (0.25, 0.5, 1, 2, 4),
    "frames": (0.5, 1, 2, 4),
    "size": (0.5, 1, 2, 3),
    "filters": (0.25, 0.5, 1, 2, 4),
    "layers": (0.5, 1, 1.5, 2, 3),
}
LEAST = {"frames": 3}


@dataclasses.dataclass(frozen=True)
class Point:
    """A PredRNN-V2 and the batch it trains on.

    Args:
        batch, frames: ints B and T.
        size: int, height and width of the frames in pixels, a multiple of `patch`.
        filters: int, of every layer.
        layers: int.
        patch, kernel: ints.

    Raises:
        ValueError: if `patch` does not divide `size`.
    """

    batch: int = 4
    frames: int = 10
    size: int = 32
    filters: int = 32
    layers: int = 2
    patch: int = 4
    kernel: int = 5

    def __post_init__(self):
        check_divisible("benchmarks.scaling", "size", self.size, "patch", self.patch)

    def request(self, policy, steps=3):
        """Return the `ProbeRequest` of its training step, with drawn sampling masks."""
        return ProbeRequest(
            "predrnn",
            self.batch,
            self.frames,
            (self.size, self.size, 1),
            {
                "filters": (self.filters,) * self.layers,
                "kernel_size": self.kernel,
                "patch_size": self.patch,
            },
            {"sampling": "reverse", "preset": "moving_mnist", "steps": 80_000},
            policy,
            steps=steps,
        )


def points(base, quantity):
    """Return `{value: Point}`: the base with multiples of one quantity, in ascending order.

    Args:
        base: `Point`.
        quantity: one of `FACTORS`.

    Raises:
        ValueError: for another quantity, or a base too small to have two different multiples.

    Example:

    >>> list(points(Point(), "size"))
    [16, 32, 64, 96]
    """
    check_one_of("benchmarks.scaling", "vary", quantity, FACTORS)
    unit = base.patch if quantity == "size" else 1
    whole = getattr(base, quantity) / unit
    least = LEAST.get(quantity, 1)
    values = sorted({unit * max(round(factor * whole), least) for factor in FACTORS[quantity]})
    if len(values) < 2:
        raise error(
            "benchmarks.scaling",
            f"{quantity}={getattr(base, quantity)}",
            "a base that has different multiples",
            "Choose a larger one.",
        )
    return {value: dataclasses.replace(base, **{quantity: value}) for value in values}
