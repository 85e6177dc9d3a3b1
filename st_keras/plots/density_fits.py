"""Maximum-likelihood fits of symmetric densities to numbers, to draw over their histogram."""

import math

import numpy as np

POWERS = (0.2, 10.0)


def fit_normal(x):
    """Fit a normal distribution.

    Args:
        x: float array (N,), not constant.

    Returns:
        `(mean, std)`.

    Example:
    >>> import numpy as np
    >>> from st_keras.plots.density_fits import fit_normal
    >>> fit_normal(np.array([1.0, 3.0]))
    (2.0, 1.0)
    """
    return float(np.mean(x)), float(np.std(x))


def fit_laplace(x):
    """Fit a Laplace distribution.

    Args:
        x: float array (N,), not constant.

    Returns:
        `(location, rate)`: the median, and 1 / the mean distance from it.

    Example:
    >>> import numpy as np
    >>> from st_keras.plots.density_fits import fit_laplace
    >>> fit_laplace(np.array([0.0, 1.0, 8.0]))
    (1.0, 0.375)
    """
    location = np.median(x)
    return float(location), float(1 / np.mean(np.abs(x - location)))


def fit_generalized_normal(x):
    """Fit a generalised normal distribution about the median.

        p(x) = power rate / (2 Gamma(1/power)) exp(-(rate |x - location|)^power)

    For a given power the best rate is known, so the search has one dimension. Many values that
    equal the median make the likelihood grow without bound as the power goes to 0; a maximum
    within `POWERS` may then still exist.

    Args:
        x: float array (N,), not constant.

    Returns:
        `(location, rate, power)`, or None where the likelihood has no maximum within `POWERS`.

    Differs from `scipy.stats.gennorm.fit`: the location is the median, not fitted.

    Example: samples of a Laplace distribution, power 1
    >>> import numpy as np
    >>> from st_keras.plots.density_fits import fit_generalized_normal
    >>> x = np.random.default_rng(0).laplace(0.0, 0.5, 100_000)
    >>> [round(v, 1) for v in fit_generalized_normal(x)[1:]]
    [2.0, 1.0]
    """
    from scipy.optimize import minimize_scalar

    location = float(np.median(x))
    distance = np.abs(x - location)
    largest = distance.max()
    with np.errstate(divide="ignore"):  # log 0 = -inf, whose every power is 0
        log_distance = np.log(distance / largest)

    def best_rate(log_power):
        power = math.exp(log_power)
        return (power * np.mean(np.exp(power * log_distance))) ** (-1 / power) / largest

    def cost(log_power):
        power = math.exp(log_power)
        return math.lgamma(1 / power) - math.log(power * best_rate(log_power)) + 1 / power

    # From the blunt end downwards to the first maximum: the sharp end may be unbounded.
    grid = np.linspace(math.log(POWERS[1]), math.log(POWERS[0]), 21)
    costs = np.array([cost(p) for p in grid])
    inner = np.flatnonzero((costs[1:-1] <= costs[:-2]) & (costs[1:-1] <= costs[2:])) + 1
    if not len(inner):
        return None
    k = inner[0]
    found = minimize_scalar(
        cost, bounds=(grid[k + 1], grid[k - 1]), method="bounded", options={"xatol": 1e-4}
    )
    return location, float(best_rate(found.x)), math.exp(found.x)


def normal_density(x, mean, std):
    """Return the density of N(mean, std^2) at `x`."""
    return np.exp(-0.5 * ((x - mean) / std) ** 2) / (std * math.sqrt(2 * math.pi))


def generalized_normal_density(x, location, rate, power=1.0):
    """Return the density at `x`; power 1 is the Laplace distribution."""
    log_scale = math.log(power * rate / 2) - math.lgamma(1 / power)
    return np.exp(log_scale - (rate * np.abs(x - location)) ** power)


def excess_kurtosis(x):
    """Return the fourth moment in units of the variance, minus the normal distribution's 3.

    Example:
    >>> import numpy as np
    >>> from st_keras.plots.density_fits import excess_kurtosis
    >>> excess_kurtosis(np.array([-1.0, 1.0]))
    -2.0
    """
    centred = (x - np.mean(x)) / np.std(x)
    return float(np.mean(centred**4) - 3)
