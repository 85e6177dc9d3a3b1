"""Terms of the objective against an independent computation in float64."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import optimize, stats
from scipy.integrate import quad

from st_keras.distributions import LaplaceTransitionPrior
from st_keras.models.slowvae.objective import TERMS, negative_log_likelihood, objective_terms

RATE = 3.0


def terms_of(mean, log_var, objective="reference", nll=None):
    prior = LaplaceTransitionPrior(RATE)
    prior.build(mean.shape)
    nll = np.zeros(mean.shape[:2]) if nll is None else nll
    arrays = (tf.constant(a, tf.float32) for a in (nll, mean, log_var))
    return {k: float(v) for k, v in objective_terms(*arrays, prior, objective).items()}


def random_moments(batch=3, steps=2, latents=2):
    rng = np.random.default_rng(0)
    return rng.normal(size=(batch, steps, latents)), rng.normal(size=(batch, steps, latents))


def integral(mean, log_var, density):
    """E_q[-log density(z)] by numerical integration."""
    q = stats.norm(mean, np.exp(log_var / 2))
    low, high = q.ppf(1e-15), q.ppf(1 - 1e-15)
    return quad(lambda z: -q.pdf(z) * density.logpdf(z), low, high, epsabs=1e-11, limit=200)[0]


@pytest.mark.parametrize("steps", [2, 4])
def test_against_numerical_integration(steps):
    mean, log_var = random_moments(steps=steps)
    entropy = normal = forward = backward = 0.0
    kl = 0.0
    batch, _, latents = mean.shape
    for b in range(batch):
        for t in range(steps):
            for i in range(latents):
                m, v = mean[b, t, i], log_var[b, t, i]
                h = stats.norm(m, np.exp(v / 2)).entropy()
                entropy += h / (batch * steps)
                normal += integral(m, v, stats.norm()) / (batch * steps)
                for other in (t - 1, t + 1):
                    if 0 <= other < steps:
                        ce = integral(m, v, stats.laplace(mean[b, other, i], 1 / RATE))
                        forward += ce / (batch * (steps - 1))
                        kl += (ce - h) / (batch * (steps - 1))
    reference, exact = terms_of(mean, log_var), terms_of(mean, log_var, "exact")
    assert tuple(reference) == tuple(exact) == TERMS
    transition = forward + backward
    expected = {
        "normal_entropy": entropy,
        "cross_entropy_normal": normal,
        "cross_entropy_transition": transition,
        "kl_normal": normal - entropy,
        "kl_transition": transition - entropy,  # one entropy, as released
        "reconstruction": 0.0,
    }
    assert reference == pytest.approx(expected, abs=2e-5)
    assert exact == pytest.approx({**expected, "kl_transition": kl}, abs=2e-5)


def best_width(objective, beta=1.0, gamma=10.0, rate=6.0):
    """Standard deviation that an unused latent settles at."""
    prior = LaplaceTransitionPrior(rate)
    prior.build((1, 2, 1))

    def loss(width):
        moments = tf.zeros((1, 2, 1)), tf.fill((1, 2, 1), np.float32(2 * np.log(width)))
        terms = objective_terms(tf.zeros((1, 2)), *moments, prior, objective)
        return float(beta * terms["kl_normal"] + gamma * terms["kl_transition"])

    return optimize.minimize_scalar(loss, bounds=(0.05, 0.4), method="bounded").x


def test_what_the_single_entropy_does_to_an_unused_latent():
    # d/ds of (s^2/2 - log s) + 10 (2 rate s sqrt(2/pi) - n log s) = 0 with n = 1 or 2 entropies.
    for objective, n in (("reference", 1), ("exact", 2)):
        roots = np.roots([1.0, 20 * 6 * np.sqrt(2 / np.pi), -(1 + 10 * n)])
        expected = float(roots[roots > 0][0])
        assert best_width(objective) == pytest.approx(expected, abs=1e-3)
    assert best_width("reference") == pytest.approx(0.115, abs=1e-3)
    assert best_width("exact") == pytest.approx(0.219, abs=1e-3)


def test_bernoulli_likelihood():
    rng = np.random.default_rng(1)
    logits, frames = 5 * rng.normal(size=(2, 3, 4, 4, 1)), rng.random((2, 3, 4, 4, 1))
    p = 1 / (1 + np.exp(-logits))
    expected = -(frames * np.log(p) + (1 - frames) * np.log(1 - p)).sum((2, 3, 4))
    ours = negative_log_likelihood("bernoulli", tf.constant(logits), tf.constant(frames), 1.0)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)


def test_bernoulli_likelihood_of_far_logits_is_finite():
    logits, frames = tf.constant([[[[[200.0]], [[-200.0]]]]]), tf.constant([[[[[0.0]], [[0.0]]]]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        nll = negative_log_likelihood("bernoulli", logits, frames, 1.0)
    assert float(nll[0, 0]) == 200.0
    np.testing.assert_allclose(tape.gradient(nll, logits)[0, 0, :, 0, 0], [1.0, 0.0])


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_gaussian_likelihood(scale):
    rng = np.random.default_rng(1)
    means, frames = rng.normal(size=(2, 1, 4, 4, 3)), rng.random((2, 1, 4, 4, 3))
    expected = -stats.norm(means, scale).logpdf(frames).sum((2, 3, 4))
    ours = negative_log_likelihood("gaussian", tf.constant(means), tf.constant(frames), scale)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)
