import sys

import numpy as np
import pytest
import tensorflow as tf

from st_keras.distributions import (
    GeneralizedNormalTransitionPrior,
    LaplaceTransitionPrior,
    diagonal_gaussian,
    kl_normal_laplace,
    standard_normal,
    tfp,
)

CODES = np.zeros((2, 3), "float32")
ENTRIES = {
    "diagonal_gaussian": lambda: diagonal_gaussian(CODES, CODES),
    "standard_normal": lambda: standard_normal(3),
    "LaplaceTransitionPrior": lambda: LaplaceTransitionPrior().distribution(CODES),
    "GeneralizedNormalTransitionPrior": lambda: GeneralizedNormalTransitionPrior().distribution(
        CODES
    ),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_without_tensorflow_probability(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_probability", None)
    tfp._load.cache_clear()
    message = (
        f"^{name}: received an environment that cannot import TensorFlow Probability "
        r"\(.*tensorflow_probability.*\)\. Required: tensorflow-probability and.*tf_keras.* "
        r'Run: pip install "tensorflow-probability\[tf\]"$'
    )
    with pytest.raises(ValueError, match=message) as info:
        ENTRIES[name]()
    assert isinstance(info.value.__cause__, ImportError)
    # A failure is not remembered: installing it repairs the running process.
    monkeypatch.undo()
    ENTRIES[name]()


def test_registered_kl_is_ours():
    tfd = tfp.tfp_distributions("test")
    rng = np.random.default_rng(0)
    mean, log_var, location = rng.normal(size=(3, 5, 4))
    rate = np.array([0.5, 1.0, 6.0, 20.0])
    ours = kl_normal_laplace(mean, log_var, location, rate)
    normal, laplace = tfd.Normal(mean, np.exp(0.5 * log_var)), tfd.Laplace(location, 1 / rate)
    assert normal.dtype == tf.float64
    np.testing.assert_allclose(tfd.kl_divergence(normal, laplace), ours, rtol=1e-10)
    # Their generic cross-entropy is their entropy plus our KL.
    cross = normal.cross_entropy(laplace) - normal.entropy()
    np.testing.assert_allclose(cross, ours, rtol=1e-10, atol=1e-12)
    joint = tfd.kl_divergence(tfd.Independent(normal, 1), tfd.Independent(laplace, 1))
    np.testing.assert_allclose(joint, np.sum(ours, -1), rtol=1e-10)


def test_registered_kl_against_samples_of_tfp():
    tfd = tfp.tfp_distributions("test")
    normal, laplace = tfd.Normal(0.3, 0.2), tfd.Laplace(0.0, 1 / 6.0)
    z = normal.sample(100_000, seed=5)
    log_ratio = (normal.log_prob(z) - laplace.log_prob(z)).numpy()
    standard_error = log_ratio.std() / np.sqrt(len(log_ratio))
    assert standard_error < 5e-3
    assert abs(log_ratio.mean() - float(normal.kl_divergence(laplace))) < 5 * standard_error


def test_gradients_pass_through_the_registered_kl():
    tfd = tfp.tfp_distributions("test")
    parameters = [tf.constant(value) for value in (0.3, 0.2, 0.1, 0.5)]
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        kl = tfd.kl_divergence(tfd.Normal(*parameters[:2]), tfd.Laplace(*parameters[2:]))
    gradients = tape.gradient(kl, parameters)
    mean, std, location, scale = parameters
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        ours = kl_normal_laplace(mean, 2 * tf.math.log(std), location, 1 / scale)
    np.testing.assert_allclose(gradients, tape.gradient(ours, parameters), rtol=1e-6)
    assert np.all(np.abs(gradients) > 1e-2)


def test_a_second_registration_does_not_raise():
    first = tfp.tfp_distributions("test")
    tfp._load.cache_clear()
    again = tfp.tfp_distributions("test")
    assert again is first
    kl = again.kl_divergence(again.Normal(0.0, 1.0), again.Laplace(0.0, 1.0))
    assert float(kl) == pytest.approx(float(kl_normal_laplace(0.0, 0.0, 0.0, 1.0)))
