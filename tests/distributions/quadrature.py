"""Expectations under a Gaussian in float64: adaptive quadrature, which the package does not use."""

import itertools

import numpy as np
from scipy import integrate, stats


def cross_entropy(mean, log_var, log_density, peak):
    """E[-log_density(z)] under N(mean, exp(log_var)); `peak` is where log_density has a kink."""
    std = np.exp(0.5 * log_var)
    kink = (peak - mean) / std
    points = sorted({-12.0, 0.0, 12.0, float(np.clip(kink, -12.0, 12.0))})
    return sum(
        integrate.quad(
            lambda e: -log_density(mean + std * e) * stats.norm.pdf(e),
            low,
            high,
            epsabs=1e-11,
            epsrel=1e-11,
            limit=200,
        )[0]
        for low, high in itertools.pairwise(points)
    )


def central_differences(function, arguments, step=1e-4):
    """Derivatives of a float64 function by each of its arguments."""
    gradients = []
    for k, value in enumerate(arguments):
        sides = [
            function(*arguments[:k], value + side * step, *arguments[k + 1 :]) for side in (1, -1)
        ]
        gradients.append((sides[0] - sides[1]) / (2 * step))
    return gradients
