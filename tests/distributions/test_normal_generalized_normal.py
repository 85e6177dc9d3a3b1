import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from st_keras.distributions import (
    cross_entropy_normal_generalized_normal,
    cross_entropy_normal_laplace,
    normal_entropy,
)
from st_keras.distributions.normal_generalized_normal import _log_gamma
from tests.distributions.quadrature import central_differences, cross_entropy

POWERS = [0.3, 0.44, 0.5, 0.69, 0.85, 1.0, 1.3, 1.7, 2.0, 2.4, 3.0]
CASES = [
    (0.3, -3.0, 0.1, 6.0, 0.5),
    (-1.5, 1.0, 2.0, 0.5, 1.0),
    (0.2, 0.0, 0.0, 2.0, 0.3),
    (0.7, -1.0, 0.2, 1.5, 1.6),
    (5.0, -2.0, -5.0, 0.3, 0.69),
    (1.0, -4.0, 0.9, 6.0, 3.0),
]


def reference(mean, log_var, location, rate, power):
    density = stats.gennorm(power, location, 1 / rate)
    return cross_entropy(mean, log_var, density.logpdf, location)


def exact(d, log_var, rate, power):
    """In float64: the absolute moment of a Gaussian is a Kummer function, or its far expansion."""
    d, log_var, rate, power = (np.asarray(value, "float64") for value in (d, log_var, rate, power))
    std = np.exp(0.5 * log_var)
    ratio = np.abs(d) / std
    near = special.hyp1f1(-power / 2, 0.5, -0.5 * np.minimum(ratio, 20) ** 2)
    near = near * 2 ** (power / 2) * special.gamma((1 + power) / 2) / np.sqrt(np.pi)
    far = np.maximum(ratio, 20)
    second, fourth = power * (power - 1) / 2, power * (power - 1) * (power - 2) * (power - 3) / 8
    far = far**power * (1 + second / far**2 + fourth / far**4)
    moment = np.where(ratio < 20, near, far)
    constant = np.log(power * rate / 2) - special.gammaln(1 / power)
    return (rate * std) ** power * moment - constant


@pytest.mark.parametrize("case", CASES)
def test_values_against_quadrature(case):
    expected = reference(*case)
    assert exact(case[0] - case[2], *case[1:2], *case[3:]) == pytest.approx(expected, rel=1e-7)
    ours = float(cross_entropy_normal_generalized_normal(*case))
    assert ours == pytest.approx(expected, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_gradients_against_finite_differences(case):
    variables = [tf.constant(value) for value in case]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        ours = cross_entropy_normal_generalized_normal(*variables)
    expected = central_differences(reference, case)
    np.testing.assert_allclose(tape.gradient(ours, variables), expected, rtol=2e-4, atol=2e-5)


def test_tails_and_powers_in_float32():
    grid = np.meshgrid(
        [0, 1e-6, 0.1, 0.5, 1, 3, 6.9, 7.1, 15, 100, 1e4, 1e6],
        np.arange(-60, 41, 10),
        [0.1, 6, 100],
        POWERS,
        indexing="ij",
    )
    ratio, log_var, rate, power = (array.ravel() for array in grid)
    d = ratio * np.exp(0.5 * log_var) * np.where(np.arange(len(ratio)) % 2, 1, -1)
    inputs = [array.astype("float32") for array in (d, log_var, rate, power)]
    expected = exact(*inputs)
    inputs = [tf.constant(array[expected < 1e25]) for array in inputs]
    expected = expected[expected < 1e25]
    assert len(expected) > 3500
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        ours = cross_entropy_normal_generalized_normal(*inputs[:2], 0.0, *inputs[2:])
    np.testing.assert_array_less(np.abs(ours - expected) / np.maximum(1, np.abs(expected)), 1e-5)
    exact_inputs = [array.numpy().astype("float64") for array in inputs]
    std = np.exp(0.5 * exact_inputs[1])
    # Steps, and so errors, in units of s for d, in per cent for the rate.
    units = [std, np.ones_like(std), exact_inputs[2], np.ones_like(std)]
    for k, (gradient, unit) in enumerate(zip(tape.gradient(ours, inputs), units, strict=True)):
        assert np.all(np.isfinite(gradient))
        sides = [list(exact_inputs) for _ in range(2)]
        sides[0][k], sides[1][k] = exact_inputs[k] + 1e-5 * unit, exact_inputs[k] - 1e-5 * unit
        slope = (exact(*sides[0]) - exact(*sides[1])) / 2e-5
        error = np.abs(gradient * unit - slope) / np.maximum(1, np.abs(expected))
        assert error.max() < 5e-4, k


@settings(max_examples=60, deadline=None)
@given(
    d=st.floats(-50, 50, width=32),
    log_var=st.floats(-20, 6, width=32),
    rate=st.floats(0.0625, 30, width=32),
    power=st.floats(0.3, 3.0),
)
def test_kl_is_never_negative(d, log_var, rate, power):
    cross = float(cross_entropy_normal_generalized_normal(d, log_var, 0.0, rate, power))
    kl = cross - float(normal_entropy(log_var))
    assert kl >= -2e-5 * max(1.0, abs(cross))


def grid_of_posteriors():
    d, log_var, rate = np.meshgrid(np.linspace(-4, 4, 33), np.linspace(-8, 3, 23), [0.5, 1, 6, 10])
    return (array.astype("float32") for array in (d, log_var, rate))


def test_power_1_is_laplace():
    d, log_var, rate = grid_of_posteriors()
    ours = cross_entropy_normal_generalized_normal(d, log_var, 0.0, rate, 1.0)
    laplace = cross_entropy_normal_laplace(d.astype("float64"), log_var, 0.0, rate)
    np.testing.assert_allclose(ours, laplace, rtol=1e-5, atol=1e-5)


def test_power_2_is_normal():
    d, log_var, rate = grid_of_posteriors()
    ours = cross_entropy_normal_generalized_normal(d, log_var, 0.0, rate, 2.0)
    rate = rate.astype("float64")
    normal = rate**2 * (d**2 + np.exp(log_var)) - np.log(rate) + 0.5 * np.log(np.pi)
    np.testing.assert_allclose(ours, normal, rtol=1e-5, atol=1e-5)


def test_against_monte_carlo():
    draws, power = 200_000, 0.5
    z = np.random.default_rng(4).normal(0.4, np.exp(-1.0), draws)
    log_density = stats.gennorm.logpdf(z, power, 0.1, 1 / 6.0)
    standard_error = log_density.std() / np.sqrt(draws)
    assert standard_error < 3e-3
    ours = float(cross_entropy_normal_generalized_normal(0.4, -2.0, 0.1, 6.0, power))
    assert abs(ours + log_density.mean()) < 5 * standard_error


def test_posteriors_beyond_float32_stay_finite():
    d, log_var = tf.constant([0.0, 1.0, -1.0]), tf.constant([-200.0, -200.0, -150.0])
    ours = cross_entropy_normal_generalized_normal(d, log_var, 0.0, 6.0, 0.5)
    expected = np.sqrt(6) * np.array([0, 1, 1]) - np.log(6 / 4)
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5)


def test_shapes_and_dtypes():
    mean, power = np.zeros((4, 3)), np.array([0.5, 1.0, 2.0])
    ours = cross_entropy_normal_generalized_normal(mean, mean - 1, mean[:1] + 0.2, 6.0, power)
    assert ours.shape == (4, 3) and ours.dtype == tf.float32
    for k in range(3):
        single = cross_entropy_normal_generalized_normal(0.0, -1.0, 0.2, 6.0, power[k])
        np.testing.assert_allclose(ours[:, k], single, rtol=1e-5)
    narrow = tf.zeros((4, 3), "bfloat16")
    ours = cross_entropy_normal_generalized_normal(narrow, narrow, narrow, 6.0, 0.5)
    assert ours.dtype == tf.float32


def test_log_gamma():
    x = np.linspace(1 / 3.5, 4.0, 500)
    np.testing.assert_allclose(_log_gamma(tf.constant(x)), special.gammaln(x), atol=3e-10)
    narrow = x.astype("float32")
    expected = special.gammaln(narrow.astype("float64"))
    np.testing.assert_allclose(_log_gamma(tf.constant(narrow)), expected, atol=5e-6)
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = _log_gamma(x)
    np.testing.assert_allclose(tape.gradient(y, x), special.digamma(x), atol=1e-8)
