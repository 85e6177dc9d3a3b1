import numpy as np
import pytest
import tensorflow as tf

from st_keras.replicas.moments import global_moments
from st_keras.replicas.normalized_batch import normalized_batch
from tests.tiny import random_frames

EPSILON = 1e-3
GAMMA, BETA, SHIFT = (random_frames(3, seed=seed) for seed in (1, 2, 3))


def by_hand(x, gamma, beta, shift=SHIFT):
    """What it is on several replicas, here of one."""
    mean, variance, count = global_moments(x, shift)
    y = (x - mean) * tf.math.rsqrt(variance + EPSILON) * gamma + beta
    return y, mean, variance * count / (count - 1)


@pytest.mark.parametrize("compiled", [False, True])
def test_the_library_computes_the_same_with_the_same_gradients(compiled):
    arguments = [tf.constant(a) for a in (3 + random_frames(4, 5, 6, 3), GAMMA, BETA)]

    def ours(x, gamma, beta):
        return normalized_batch(x, gamma, beta, SHIFT, EPSILON)

    found = []
    for function in (ours, by_hand):
        with tf.GradientTape() as tape:
            tape.watch(arguments)
            results = (tf.function(function) if compiled else function)(*arguments)
            loss = tf.reduce_sum(results[0] ** 3)
        found.append([*results, *tape.gradient(loss, arguments)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-3)


def test_a_constant_becomes_beta():
    """As the first query does: there is no memory yet."""
    x = tf.fill((2, 4, 5, 3), 0.7)
    y, mean, variance = normalized_batch(x, GAMMA, BETA, SHIFT, 1e-5)
    np.testing.assert_allclose(y, np.broadcast_to(BETA, x.shape), atol=1e-4)
    np.testing.assert_allclose(mean, [0.7] * 3, rtol=1e-6)
    np.testing.assert_allclose(variance, 0, atol=1e-12)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_16_bits_have_statistics_in_float32(dtype):
    x = tf.cast(3 + random_frames(4, 5, 6, 3), dtype)
    y, mean, variance = normalized_batch(x, GAMMA, BETA, SHIFT, EPSILON)
    assert (y.dtype, mean.dtype, variance.dtype) == (x.dtype, tf.float32, tf.float32)
    expected = by_hand(tf.cast(x, "float32"), GAMMA, BETA)
    np.testing.assert_allclose(tf.cast(y, "float32"), expected[0], atol=0.05)
    np.testing.assert_allclose(mean, expected[1], atol=1e-5)
    np.testing.assert_allclose(variance, expected[2], rtol=1e-4)
