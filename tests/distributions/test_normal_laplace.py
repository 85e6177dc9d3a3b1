import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from st_keras.distributions import (
    cross_entropy_normal_laplace,
    kl_normal_laplace,
    normal_entropy,
)
from tests.distributions.quadrature import central_differences, cross_entropy
from tests.golden import FOLDER

CASES = [
    (0.0, 0.0, 0.0, 6.0),
    (0.3, -3.0, 0.1, 6.0),
    (-1.5, 1.0, 2.0, 0.5),
    (2.0, -6.0, 1.9, 10.0),
    (5.0, -2.0, -5.0, 1.0),
]
SMALLEST_KL = 0.5 * math.log(4 * math.e / math.pi**2)


def reference(mean, log_var, location, rate):
    laplace = stats.laplace(location, 1 / rate)
    return cross_entropy(mean, log_var, laplace.logpdf, location)


def analytic(d, log_var, rate):
    """Value and gradients by d, log_var and rate in float64: the mean of a folded normal."""
    std = np.exp(0.5 * log_var)
    ratio = d / std
    density = np.sqrt(2 / np.pi) * np.exp(-0.5 * ratio**2)
    distance = std * density + d * special.erf(ratio / np.sqrt(2))
    gradients = (
        rate * special.erf(ratio / np.sqrt(2)),
        0.5 * rate * std * density,
        distance - 1 / rate,
    )
    return rate * distance - np.log(rate / 2), gradients


@pytest.mark.parametrize("case", CASES)
def test_values_against_quadrature(case):
    expected = reference(*case)
    assert float(cross_entropy_normal_laplace(*case)) == pytest.approx(expected, rel=1e-5)
    entropy = stats.norm(0, np.exp(0.5 * case[1])).entropy()
    assert float(kl_normal_laplace(*case)) == pytest.approx(expected - entropy, rel=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_gradients_against_finite_differences(case):
    variables = [tf.constant(value, tf.float64) for value in case]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(variables)
        cross, kl = cross_entropy_normal_laplace(*variables), kl_normal_laplace(*variables)
    expected = np.array(central_differences(reference, case))
    np.testing.assert_allclose(tape.gradient(cross, variables), expected, rtol=1e-5, atol=1e-6)
    expected[1] -= 0.5  # of the entropy
    np.testing.assert_allclose(tape.gradient(kl, variables), expected, rtol=1e-5, atol=1e-6)


def test_kl_against_monte_carlo():
    mean, log_var, location, rate = 0.4, -2.0, 0.1, 6.0
    q, draws = stats.norm(mean, np.exp(0.5 * log_var)), 200_000
    z = q.rvs(draws, random_state=2)
    log_ratio = q.logpdf(z) - stats.laplace.logpdf(z, location, 1 / rate)
    standard_error = log_ratio.std() / np.sqrt(draws)
    assert standard_error < 5e-3
    ours = float(kl_normal_laplace(mean, log_var, location, rate))
    assert abs(ours - log_ratio.mean()) < 5 * standard_error


@settings(max_examples=200, deadline=None)
@given(
    mean=st.floats(-100, 100, width=32),
    log_var=st.floats(-60, 40, width=32),
    location=st.floats(-100, 100, width=32),
    rate=st.floats(0.015625, 100, width=32),
)
def test_kl_is_never_below_its_smallest_value(mean, log_var, location, rate):
    kl = float(kl_normal_laplace(mean, log_var, location, rate))
    assert math.isfinite(kl) and kl >= SMALLEST_KL - 2e-5


@pytest.mark.parametrize("rate", [0.5, 6.0, 40.0])
def test_smallest_kl_and_where_it_is(rate):
    best = 2 * math.log(math.sqrt(math.pi / 2) / rate)
    log_vars = tf.constant(best + np.linspace(-1, 1, 201))
    kl = kl_normal_laplace(np.zeros(201), log_vars, 0.0, rate).numpy()
    assert kl.argmin() == 100
    assert kl[100] == pytest.approx(SMALLEST_KL, abs=1e-12)
    off_peak = kl_normal_laplace(np.array([-1e-2, 1e-2]), best, 0.0, rate).numpy()
    assert off_peak.min() > kl[100]


def test_float32_tails_against_float64():
    ratio, log_var, rate = np.meshgrid(
        [0, 1e-6, 1e-2, 1, 5, 13.9, 14.1, 100, 1e4, 1e6], np.arange(-60, 41, 10), [0.1, 6, 100]
    )
    ratio = np.concatenate([ratio, -ratio])
    log_var, rate = np.concatenate([log_var] * 2), np.concatenate([rate] * 2)
    d = (ratio * np.exp(0.5 * log_var)).astype("float32")
    log_var, rate = log_var.astype("float32"), rate.astype("float32")
    inputs = [tf.constant(array) for array in (d, log_var, rate)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        ours = cross_entropy_normal_laplace(inputs[0], inputs[1], 0.0, inputs[2])
    assert ours.dtype == tf.float32
    expected, gradients = analytic(*(array.astype("float64") for array in (d, log_var, rate)))
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-5)
    for got, want in zip(tape.gradient(ours, inputs), gradients, strict=True):
        assert np.all(np.isfinite(got))
        np.testing.assert_allclose(got, want, rtol=5e-5, atol=1e-4)


def test_posteriors_beyond_float32_stay_finite():
    inputs = [tf.constant([0.0, 1.0, -1.0]), tf.constant([-200.0, -200.0, -150.0])]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        ours = cross_entropy_normal_laplace(*inputs, 0.0, 6.0)
    np.testing.assert_allclose(ours, 6 * np.array([0, 1, 1]) - np.log(3), rtol=1e-6)
    for gradient, want in zip(tape.gradient(ours, inputs), ([0, 6, -6], [0, 0, 0]), strict=True):
        np.testing.assert_allclose(gradient, want, atol=1e-6)


def test_shapes_and_dtypes():
    mean, rate = np.zeros((4, 3), "float32"), np.array([1.0, 2.0, 3.0])
    ours = cross_entropy_normal_laplace(mean, mean - 1, mean[:1], rate)
    assert ours.shape == (4, 3) and ours.dtype == tf.float32
    for k in range(3):
        single = cross_entropy_normal_laplace(0.0, -1.0, 0.0, rate[k])
        np.testing.assert_allclose(ours[:, k], single, rtol=1e-6)
    assert cross_entropy_normal_laplace(mean.astype("float64"), -1.0, 0.0, 6).dtype == tf.float64
    assert cross_entropy_normal_laplace(tf.cast(mean, "bfloat16"), -1.0, 0, 6).dtype == tf.bfloat16


def test_whole_numbers_do_not_round_the_rate():
    whole = cross_entropy_normal_laplace(np.array([1, 2]), np.array([0, -1]), np.array([0, 0]), 0.5)
    exact = cross_entropy_normal_laplace(np.array([1.0, 2.0]), np.array([0.0, -1.0]), 0.0, 0.5)
    np.testing.assert_allclose(whole, exact, rtol=1e-6)


@pytest.mark.needs_data
def test_golden_values_of_the_reference_code():
    path = FOLDER / "slowvae_1ch.npz"
    if not path.is_file():
        pytest.skip("needs slowvae_1ch.npz in ../shared/golden beside the repository")
    with np.load(path, allow_pickle=False) as golden:
        mean, log_var = golden["posterior_mean"], golden["posterior_logvar"]
        expected = float(golden["cross_entropy_laplace"])
        expected_entropy = float(golden["normal_entropy"])
    other = mean.reshape(4, 2, 10)[:, ::-1].reshape(8, 10)
    # Both directions of a pair are added, pairs are averaged.
    ours = 2 * np.mean(np.sum(cross_entropy_normal_laplace(mean, log_var, other, 6.0), -1))
    assert ours == pytest.approx(expected, rel=1e-5)
    assert np.mean(np.sum(normal_entropy(log_var), -1)) == pytest.approx(expected_entropy, rel=1e-5)
