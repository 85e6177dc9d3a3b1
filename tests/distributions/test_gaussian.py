import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from st_keras.distributions import (
    cross_entropy_standard_normal,
    diagonal_gaussian,
    kl_standard_normal,
    normal_entropy,
    standard_normal,
)
from st_keras.distributions.tfp import tfp_distributions
from tests.distributions.quadrature import cross_entropy

CASES = [(0.0, 0.0), (0.7, -3.0), (-2.5, 1.5), (4.0, -8.0)]


def rows(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.mark.parametrize(("mean", "log_var"), CASES)
def test_values_against_quadrature(mean, log_var):
    q = stats.norm(mean, np.exp(0.5 * log_var))
    assert float(normal_entropy(log_var)) == pytest.approx(q.entropy(), abs=1e-5)
    assert float(normal_entropy(log_var)) == pytest.approx(
        cross_entropy(mean, log_var, q.logpdf, 0.0), abs=1e-5
    )
    expected = cross_entropy(mean, log_var, stats.norm.logpdf, 0.0)
    assert float(cross_entropy_standard_normal(mean, log_var)) == pytest.approx(expected, rel=1e-5)
    assert float(kl_standard_normal(mean, log_var)) == pytest.approx(
        expected - q.entropy(), rel=1e-5, abs=1e-6
    )


def test_kl_against_monte_carlo():
    mean, log_var, draws = 0.8, -1.2, 200_000
    q = stats.norm(mean, np.exp(0.5 * log_var))
    z = q.rvs(draws, random_state=1)
    log_ratio = q.logpdf(z) - stats.norm.logpdf(z)
    standard_error = log_ratio.std() / np.sqrt(draws)
    assert standard_error < 3e-3
    assert abs(float(kl_standard_normal(mean, log_var)) - log_ratio.mean()) < 5 * standard_error


@settings(max_examples=200, deadline=None)
@given(mean=st.floats(-1e3, 1e3, width=32), log_var=st.floats(-60, 40, width=32))
@example(mean=0.0, log_var=1e-7)
@example(mean=0.0, log_var=-1e-7)
def test_kl_is_never_negative(mean, log_var):
    assert float(kl_standard_normal(mean, log_var)) >= 0.0


def test_kl_keeps_its_digits_near_the_prior():
    # exp(log_var) - 1 - log_var would be 0 or 1e-7 here.
    log_var = np.array([-3e-3, -1e-3, 1e-3, 3e-3], "float32")
    expected = 0.5 * (np.expm1(log_var, dtype="float64") - log_var)
    np.testing.assert_allclose(kl_standard_normal(0.0, log_var), expected, rtol=2e-4)
    assert float(kl_standard_normal(0.0, 0.0)) == 0.0


def test_gradients_are_the_analytic_ones_into_the_tails():
    mean = tf.constant([0.0, 0.3, -2.0, 1e3, 5.0])
    log_var = tf.constant([0.0, -3.0, 2.0, -60.0, 40.0])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([mean, log_var])
        kl = kl_standard_normal(mean, log_var)
        cross = cross_entropy_standard_normal(mean, log_var)
        entropy = normal_entropy(log_var)
    assert np.all(np.isfinite(kl)) and np.all(np.isfinite(cross))
    variance = np.exp(log_var.numpy().astype("float64"))
    np.testing.assert_allclose(tape.gradient(kl, mean), mean, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(kl, log_var), 0.5 * (variance - 1), rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(cross, mean), mean, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(cross, log_var), 0.5 * variance, rtol=1e-5)
    np.testing.assert_allclose(tape.gradient(entropy, log_var), np.full(5, 0.5))


def test_posterior_and_prior_as_distributions():
    mean, log_var = rows(4, 5, 3), rows(4, 5, 3, seed=1)
    posterior, prior = diagonal_gaussian(mean, log_var), standard_normal(3)
    assert posterior.batch_shape == (4, 5) and posterior.event_shape == (3,)
    assert prior.batch_shape == () and prior.event_shape == (3,)
    assert posterior.dtype == prior.dtype == tf.float32
    z = rows(4, 5, 3, seed=2)
    expected = stats.norm.logpdf(z, mean, np.exp(0.5 * log_var)).sum(-1)
    np.testing.assert_allclose(posterior.log_prob(z), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(prior.log_prob(z), stats.norm.logpdf(z).sum(-1), rtol=1e-5)


def test_distributions_agree_with_the_functions():
    mean, log_var = rows(4, 3), rows(4, 3, seed=1)
    posterior, prior = diagonal_gaussian(mean, log_var), standard_normal(3)
    tfd = tfp_distributions("test")
    for theirs, ours in (
        (tfd.kl_divergence(posterior, prior), kl_standard_normal(mean, log_var)),
        (posterior.cross_entropy(prior), cross_entropy_standard_normal(mean, log_var)),
        (posterior.entropy(), normal_entropy(log_var)),
    ):
        np.testing.assert_allclose(theirs, np.sum(ours, -1), rtol=1e-5, atol=1e-5)


def test_samples_of_the_posterior():
    mean, log_var = tf.constant([1.0, -2.0]), tf.constant([0.0, -4.0])
    draws = 50_000
    with tf.GradientTape() as tape:
        tape.watch([mean, log_var])
        z = diagonal_gaussian(mean, log_var).sample(draws, seed=3)
        total = tf.reduce_mean(z, 0)
    std = np.exp(0.5 * log_var.numpy())
    assert np.all(np.abs(np.mean(z, 0) - mean) < 5 * std / np.sqrt(draws))
    assert np.all(np.abs(np.std(z, 0) / std - 1) < 5 / np.sqrt(2 * draws))
    # Reparametrised: the gradient passes through the sample.
    to_mean, to_log_var = tape.gradient(total, [mean, log_var])
    np.testing.assert_allclose(to_mean, [1.0, 1.0], rtol=2e-3)
    np.testing.assert_allclose(to_log_var, 0.5 * (np.mean(z, 0) - mean), atol=1e-5)


def test_a_prior_of_no_latents_is_refused():
    with pytest.raises(ValueError, match="standard_normal: received latent_size=0"):
        standard_normal(0)
