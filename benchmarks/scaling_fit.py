"""Exponents of a cost: over all points, from point to point, and what the points say of it."""

import math

import numpy as np

# Of time against arithmetic: within these, cost is what is computed.
PROPORTIONAL = (0.85, 1.15)


def exponent(values, costs):
    """Fit `cost = a * value ** b` by least squares of the logarithms.

    Args:
        values, costs: positive numbers, at least two.

    Returns:
        `(b, standard error of b)`; the error is None for two points.

    Example:

    >>> exponent([1, 2, 4], [3, 6, 12])
    (1.0, 0.0)
    """
    x, y = np.log(np.asarray(values, "float64")), np.log(np.asarray(costs, "float64"))
    x, y = x - x.mean(), y - y.mean()
    slope = float(x @ y / (x @ x))
    freedom = len(x) - 2
    rest = float(np.sum((y - slope * x) ** 2))
    error = round(math.sqrt(rest / freedom / float(x @ x)), 6) if freedom > 0 else None
    return round(slope, 6), error


def local_exponents(values, costs):
    """Return the exponent between each point and the next, a list one shorter than the points.

    Example:

    >>> local_exponents([1, 2, 4], [1, 2, 8])
    [1.0, 2.0]
    """
    x, y = np.log(np.asarray(values, "float64")), np.log(np.asarray(costs, "float64"))
    return [round(float(slope), 6) for slope in np.diff(y) / np.diff(x)]


def fixed_part(flops, seconds):
    """Fit `seconds = fixed + flops / rate`, by least squares of relative errors.

    Returns:
        `{"seconds": fixed, "gflops": rate}`, the rate in GFLOP/s; None where time does not grow.

    Example:

    >>> fixed_part([1e9, 2e9, 4e9], [0.15, 0.25, 0.45])
    {'seconds': 0.05, 'gflops': 10.0}
    """
    flops, seconds = np.asarray(flops, "float64"), np.asarray(seconds, "float64")
    # The largest point would decide alone otherwise.
    slope, fixed = np.polyfit(flops, seconds, 1, w=1 / seconds)
    rate = round(1e-9 / float(slope), 6) if slope > 0 else None
    return {"seconds": round(float(fixed), 9), "gflops": rate}


def verdicts(quantity, values, seconds, flops):
    """Say in sentences where time stops following the arithmetic, and why.

    Args:
        quantity: str, its name.
        values: numbers, ascending.
        seconds, flops: floats, of each.

    Returns:
        list of str, one for each stretch of points of the same kind.
    """
    rates = [flop / second / 1e9 for flop, second in zip(flops, seconds, strict=True)]
    kinds = [_kind(slope) for slope in local_exponents(flops, seconds)]
    sentences, start = [], 0
    for stop in range(1, len(kinds) + 1):
        if stop < len(kinds) and kinds[stop] == kinds[start]:
            continue
        change = f"{rates[start]:.0f} to {rates[stop]:.0f} GFLOP/s"
        reason = {
            "below": f"time grows less than the arithmetic ({change}): what every operation costs "
            "however small it is still counts",
            "along": f"time follows the arithmetic ({change})",
            "above": f"time grows more than the arithmetic ({change}): moving data counts, what is "
            "computed on no longer lies in the caches",
        }[kinds[start]]
        sentences.append(f"{quantity} {values[start]} to {values[stop]}: {reason}.")
        start = stop
    return sentences


def _kind(slope):
    if slope < PROPORTIONAL[0]:
        return "below"
    return "along" if slope <= PROPORTIONAL[1] else "above"
