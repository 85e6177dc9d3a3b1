import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from st_keras.distributions import (
    GeneralizedNormalTransitionPrior,
    LaplaceTransitionPrior,
    cross_entropy_normal_generalized_normal,
)
from st_keras.distributions.generalized_normal_transition_prior import POWER_RANGE
from tests.distributions.test_laplace_transition_prior import LATENTS, Wrapped, codes


def built(**keywords):
    prior = GeneralizedNormalTransitionPrior(**keywords)
    prior.build((None, LATENTS))
    return prior


@pytest.mark.parametrize("rate", [6.0, (1.0, 2.0, 3.0)])
def test_cross_entropy_is_the_function(rate):
    ours = built(rate=rate, power=0.5).cross_entropy(*codes())
    expected = cross_entropy_normal_generalized_normal(*codes(), rate, 0.5)
    np.testing.assert_array_equal(ours, expected)


def test_the_default_is_the_laplace_prior():
    laplace = LaplaceTransitionPrior()
    ours = built().cross_entropy(*codes())
    np.testing.assert_allclose(ours, laplace.cross_entropy(*codes()), rtol=1e-5, atol=1e-5)


def test_weights():
    assert built(power=0.5).weights == []
    prior = built(power=0.5, trainable_power=True)
    assert [weight.name for weight in prior.weights] == ["log_power"]
    assert prior.current_power().shape == ()
    np.testing.assert_allclose(prior.current_power(), 0.5, rtol=1e-6)
    prior = built(power=0.5, trainable_power=True, trainable_rate=True, per_dimension=True)
    assert [weight.name for weight in prior.weights] == ["log_rate", "log_power"]
    assert {weight.shape for weight in prior.weights} == {(LATENTS,)}
    np.testing.assert_allclose(prior.current_power(), [0.5] * LATENTS, rtol=1e-6)


def test_a_trainable_power_finds_the_power_of_the_transitions():
    def learned(transitions):
        prior = built(rate=1.0, trainable_rate=True, trainable_power=True)
        optimizer = keras.optimizers.Adam(0.05)
        optimizer.build(prior.trainable_variables)
        transitions = tf.constant(transitions.reshape(-1, LATENTS), tf.float32)

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(prior.cross_entropy(transitions, -20.0, 0.0))
            variables = [variable.value for variable in prior.trainable_variables]
            optimizer.apply(tape.gradient(loss, variables))

        for _ in range(800):
            step()
        return float(prior.current_power())

    # Quantiles instead of draws: no sampling error. scipy.stats.gennorm.fit finds 0.501, 2.009.
    ranks = (np.arange(1500) + 0.5) / 1500
    assert learned(stats.gennorm.ppf(ranks, 0.5)) == pytest.approx(0.501, abs=0.02)
    assert learned(stats.norm.ppf(ranks)) == pytest.approx(2.009, abs=0.01)


@pytest.mark.parametrize(("sign", "edge"), [(1, POWER_RANGE[0]), (-1, POWER_RANGE[1])])
def test_a_large_optimizer_step_stays_in_range(sign, edge):
    prior = built(trainable_power=True, per_dimension=True)
    optimizer = keras.optimizers.SGD(1e4)
    optimizer.build(prior.trainable_variables)
    tf.function(lambda: optimizer.apply([tf.fill([LATENTS], float(sign))]))()
    np.testing.assert_allclose(prior.current_power(), [edge] * LATENTS, rtol=1e-6)
    assert np.all(np.isfinite(prior.cross_entropy(*codes())))


def test_can_be_built_inside_a_graph():
    prior = GeneralizedNormalTransitionPrior(power=0.5, trainable_power=True, trainable_rate=True)
    output = Wrapped(prior)(keras.KerasTensor((2, LATENTS)))
    assert output.shape == (2, LATENTS)
    np.testing.assert_allclose(prior.current_power(), 0.5, rtol=1e-6)


def test_is_float32_in_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    prior = built(power=0.5, trainable_power=True)
    assert prior.weights[0].dtype == "float32"
    narrow = [tf.cast(tensor, tf.bfloat16) for tensor in codes()]
    assert prior.cross_entropy(*narrow).dtype == tf.float32
    assert prior.distribution(narrow[2]).dtype == tf.float32


@pytest.mark.parametrize("power", [0.5, 1.0, 2.5])
def test_distribution(power):
    location = codes()[2]
    distribution = built(rate=(1.0, 2.0, 3.0), power=power).distribution(location)
    assert distribution.batch_shape == (5,) and distribution.event_shape == (LATENTS,)
    z = codes(seed=1)[0].numpy()
    expected = stats.gennorm.logpdf(z, power, location, 1 / np.array([1.0, 2.0, 3.0])).sum(-1)
    np.testing.assert_allclose(distribution.log_prob(z), expected, rtol=1e-5, atol=1e-5)


def test_samples_of_the_distribution():
    z = built(rate=6.0, power=0.5).distribution(np.ones(LATENTS)).sample(10_000, seed=7).numpy()
    for k in range(LATENTS):
        assert stats.kstest(z[:, k], stats.gennorm(0.5, 1.0, 1 / 6.0).cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "power", [0.29, 3.01, 0, -1.0, float("nan"), float("inf"), "1", True, None]
)
def test_wrong_powers(power):
    message = "GeneralizedNormalTransitionPrior: received power=.* Required: a number in "
    with pytest.raises(ValueError, match=message + r"\[0.3, 3.0\]\. Pass power=1.0 for Laplace"):
        GeneralizedNormalTransitionPrior(power=power)


def test_numbers_of_numpy_are_powers_too():
    assert GeneralizedNormalTransitionPrior(power=np.float32(0.5)).power == 0.5


def test_wrong_rates_name_this_class():
    with pytest.raises(ValueError, match=r"^GeneralizedNormalTransitionPrior: received rate=-1"):
        GeneralizedNormalTransitionPrior(rate=-1)
    with pytest.raises(ValueError, match=r"^GeneralizedNormalTransitionPrior: .*2 rates for 3 lat"):
        built(rate=(1.0, 2.0))
