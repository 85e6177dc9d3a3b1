import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from st_keras.distributions import (
    LaplaceTransitionPrior,
    cross_entropy_normal_laplace,
    diagonal_gaussian,
    kl_normal_laplace,
)
from st_keras.distributions.tfp import tfp_distributions
from tests.refusals import refused

LATENTS = 3


def codes(seed=0):
    mean, log_var, location = np.random.default_rng(seed).normal(size=(3, 5, LATENTS))
    return [tf.constant(array, tf.float32) for array in (mean, log_var - 2, location)]


def built(*arguments, **keywords):
    prior = LaplaceTransitionPrior(*arguments, **keywords)
    prior.build((None, LATENTS))
    return prior


class Wrapped(keras.layers.Layer):
    """Has no `build`, so Keras builds the prior while it traces `call`."""

    def __init__(self, prior):
        super().__init__()
        self.prior = prior

    def call(self, x):
        if not self.prior.built:
            self.prior.build(x.shape)
        return self.prior.cross_entropy(x, x, 0.0 * x)


def test_cross_entropy_is_the_function():
    expected = cross_entropy_normal_laplace(*codes(), 6.0)
    np.testing.assert_array_equal(built().cross_entropy(*codes()), expected)


def test_rate_per_latent():
    prior, rates = built((1.0, 2.0, 3.0)), (1.0, 2.0, 3.0)
    assert prior.per_dimension and prior.rate == rates
    np.testing.assert_array_equal(prior.current_rate(), rates)
    ours = prior.cross_entropy(*codes()).numpy()
    for k, rate in enumerate(rates):
        single = built(rate).cross_entropy(*codes()).numpy()
        np.testing.assert_array_equal(ours[:, k], single[:, k])


def test_rates_may_be_an_array():
    assert LaplaceTransitionPrior(np.array([1.0, 2.0])).rate == (1.0, 2.0)
    assert LaplaceTransitionPrior(np.float32(2)).rate == 2.0


@pytest.mark.parametrize("rate", [6.0, (1.0, 2.0, 3.0)])
def test_a_fixed_rate_has_no_weights(rate):
    assert built(rate).weights == []


@pytest.mark.parametrize(
    ("rate", "per_dimension", "shape"),
    [(6.0, None, ()), (6.0, True, (LATENTS,)), ((1.0, 2.0, 3.0), None, (LATENTS,))],
)
def test_trainable_rate_is_one_weight(rate, per_dimension, shape):
    prior = built(rate, trainable_rate=True, per_dimension=per_dimension)
    assert [weight.shape for weight in prior.trainable_weights] == [shape]
    np.testing.assert_allclose(prior.current_rate(), np.broadcast_to(rate, shape), rtol=1e-6)


def test_a_gradient_step_moves_the_rate_downhill_and_keeps_it_positive():
    prior = built(6.0, trainable_rate=True, per_dimension=True)
    optimizer = keras.optimizers.SGD(0.5)
    optimizer.build(prior.trainable_variables)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(prior.cross_entropy(*codes()))
        variables = [variable.value for variable in prior.trainable_variables]
        optimizer.apply(tape.gradient(loss, variables))
        return loss

    before, rate = step(), prior.current_rate().numpy()
    assert np.all(rate != 6.0) and np.all(rate > 0)
    after = [step() for _ in range(300)][-1]
    assert after < before
    # The best rate is the inverse of the mean distance.
    mean, log_var, location = codes()
    distance = np.mean(cross_entropy_normal_laplace(mean, log_var, location, 1.0), 0) - np.log(2)
    np.testing.assert_allclose(prior.current_rate(), 1 / distance, rtol=1e-3)
    optimizer.learning_rate = 5.0
    step()
    assert np.all(prior.current_rate().numpy() > 0)


def test_can_be_built_inside_a_graph():
    prior = LaplaceTransitionPrior((1.0, 2.0, 3.0), trainable_rate=True)
    output = Wrapped(prior)(keras.KerasTensor((2, LATENTS)))
    assert output.shape == (2, LATENTS)
    np.testing.assert_allclose(prior.current_rate(), [1.0, 2.0, 3.0], rtol=1e-6)


@pytest.mark.parametrize(
    "arguments",
    [{}, {"rate": (1.0, 2.0, 3.0), "trainable_rate": True}, {"rate": 2, "per_dimension": True}],
)
def test_config_round_trip(arguments):
    prior = LaplaceTransitionPrior(**arguments, name="transition")
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(prior)))
    copy = keras.saving.deserialize_keras_object(config)
    assert type(copy) is LaplaceTransitionPrior
    assert copy.get_config() == prior.get_config()
    assert {name: getattr(copy, name) for name in arguments} == arguments
    assert copy.name == "transition" and "dtype" not in copy.get_config()


def test_is_float32_in_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    prior = built(6.0, trainable_rate=True)
    assert prior.weights[0].dtype == "float32" == prior.compute_dtype
    narrow = [tf.cast(tensor, tf.bfloat16) for tensor in codes()]
    ours = prior.cross_entropy(*narrow)
    assert ours.dtype == tf.float32
    expected = cross_entropy_normal_laplace(*[tf.cast(t, tf.float32) for t in narrow], 6.0)
    np.testing.assert_allclose(ours, expected, rtol=1e-6)
    assert prior.distribution(narrow[2]).dtype == tf.float32


def test_distribution():
    mean, log_var, location = codes()
    prior = built((1.0, 2.0, 3.0))
    distribution = prior.distribution(location)
    assert distribution.batch_shape == (5,) and distribution.event_shape == (LATENTS,)
    z = codes(seed=1)[0].numpy()
    expected = stats.laplace.logpdf(z, location, 1 / np.array([1.0, 2.0, 3.0])).sum(-1)
    np.testing.assert_allclose(distribution.log_prob(z), expected, rtol=1e-5, atol=1e-5)
    kl = tfp_distributions("test").kl_divergence(diagonal_gaussian(mean, log_var), distribution)
    ours = kl_normal_laplace(mean, log_var, location, [1.0, 2.0, 3.0])
    np.testing.assert_allclose(kl, np.sum(ours, -1), rtol=1e-5)


def test_samples_of_the_distribution():
    location, rate, draws = np.array([1.0, -2.0, 0.0]), np.array([1.0, 6.0, 20.0]), 20_000
    z = built(rate).distribution(location).sample(draws, seed=6).numpy()
    assert z.shape == (draws, LATENTS)
    for k in range(LATENTS):
        assert stats.kstest(z[:, k], stats.laplace(location[k], 1 / rate[k]).cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "rate",
    [0, -1.0, float("nan"), float("inf"), "x", "6", b"6", True, None, [], [1.0, 0.0], [[1.0]]],
)
def test_wrong_rates(rate):
    message = "LaplaceTransitionPrior: received rate=.* Required: a finite number above 0.*rate=6.0"
    refused(message, LaplaceTransitionPrior, rate)


def test_rates_that_do_not_fit():
    with pytest.raises(
        ValueError, match=r"2 rates with per_dimension=False.*one rate.*leave per_d"
    ):
        LaplaceTransitionPrior([1.0, 2.0], per_dimension=False)
    refused(r"2 rates for 3 latents.*one rate per latent.*as many rat", built, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"received latents=None.*an int of at least 1"):
        LaplaceTransitionPrior().build((None, None))
