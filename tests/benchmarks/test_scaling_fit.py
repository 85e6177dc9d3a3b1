"""Exponents of known laws, and what is said of them."""

import numpy as np
import pytest

from benchmarks.scaling_fit import exponent, fixed_part, local_exponents, verdicts


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0, -1.5])
def test_a_power_law_is_found_again(power):
    values = np.array([1, 2, 4, 8, 16])
    slope, error = exponent(values, 3.0 * values**power)
    assert (slope, error) == pytest.approx((power, 0.0), abs=1e-6)
    assert local_exponents(values, 3.0 * values**power) == pytest.approx([power] * 4)


def test_standard_error_covers_the_truth():
    random = np.random.default_rng(0)
    values = np.array([1, 2, 4, 8, 16, 32, 64, 128])
    inside = 0
    for _ in range(200):
        slope, error = exponent(values, values * np.exp(0.1 * random.standard_normal(8)))
        inside += abs(slope - 1.0) < 2 * error
    assert 0.85 < inside / 200 < 0.99


def test_two_points_have_no_error():
    slope, error = exponent([1, 2], [1, 4])
    assert slope == 2.0 and error is None


def test_fixed_part():
    flops = np.array([1e9, 3e9, 20e9])
    found = fixed_part(flops, 0.02 + flops / 100e9)
    assert (found["seconds"], found["gflops"]) == pytest.approx((0.02, 100.0))
    assert fixed_part([1e9, 2e9], [0.1, 0.05])["gflops"] is None


def test_verdicts():
    flops = [1e9, 2e9, 4e9, 8e9, 16e9]
    seconds = [1.0, 1.1, 2.2, 4.4, 17.0]  # overhead, then linear, then worse
    found = verdicts("batch", [1, 2, 4, 8, 16], seconds, flops)
    assert [sentence.split(":")[0] for sentence in found] == [
        *("batch 1 to 2", "batch 2 to 8", "batch 8 to 16"),
    ]
    assert "grows less than the arithmetic (1 to 2 GFLOP/s)" in found[0]
    assert "follows the arithmetic (2 to 2 GFLOP/s)" in found[1]
    assert "grows more than the arithmetic (2 to 1 GFLOP/s)" in found[2]
