"""Two traps of Keras' optimizers on replicas: clipping parts, and an overflow of one replica."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.replicas.gradients import (
    agreed_gradients,
    apply_gradients,
    check_optimizer_on_replicas,
)

GRADIENTS = ([3.0, 0.0], [0.0, 4.0])  # of the two replicas; the sum has norm 5
CLIPS = {"clipnorm": 1.0, "global_clipnorm": 1.0, "clipvalue": 3.5}


def updated(strategy, optimizer_of, *steps):
    """The weight on each replica, from 0, after updates with these gradients of the replicas."""
    with strategy.scope():
        weight = tf.Variable([0.0, 0.0])
        optimizer = optimizer_of()
        optimizer.build([weight])

    def step(gradients):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        own = tf.gather(gradients, replica)
        optimizer.apply_gradients(zip(agreed_gradients([own], optimizer), [weight], strict=True))

    run = tf.function(lambda gradients: strategy.run(step, (gradients,)))
    for gradients in steps:
        run(tf.constant(gradients))
    return [value.numpy() for value in strategy.experimental_local_results(weight)], optimizer


def on_one_device(optimizer_of, *steps):
    weight = tf.Variable([0.0, 0.0])
    optimizer = optimizer_of()
    for gradients in steps:
        optimizer.apply_gradients([(tf.reduce_sum(tf.constant(gradients), 0), weight)])
    return weight.numpy(), optimizer


@pytest.mark.parametrize("scale", [False, True], ids=["plain", "loss scale"])
@pytest.mark.parametrize("clip", CLIPS)
def test_the_whole_gradient_is_clipped(two_replicas, clip, scale):
    def optimizer_of():
        sgd = keras.optimizers.SGD(1.0, **{clip: CLIPS[clip]})
        return keras.optimizers.LossScaleOptimizer(sgd, initial_scale=2.0) if scale else sgd

    expected, _ = on_one_device(optimizer_of, GRADIENTS)
    assert not np.allclose(expected, -np.sum(GRADIENTS, 0))  # it does clip
    weights, _ = updated(two_replicas, optimizer_of, GRADIENTS)
    for weight in weights:
        np.testing.assert_allclose(weight, expected, rtol=1e-6)


@pytest.mark.parametrize("replica", [0, 1])
def test_an_overflow_of_one_replica_is_everyones(two_replicas, replica):
    """Keras asks the first replica alone, and an infinity of another reaches the weights."""

    def optimizer_of():
        return keras.optimizers.LossScaleOptimizer(
            keras.optimizers.SGD(1.0), initial_scale=8.0, dynamic_growth_steps=2
        )

    overflow = [list(part) for part in GRADIENTS]
    overflow[replica][0] = float("inf")
    steps = [GRADIENTS, overflow, GRADIENTS, GRADIENTS, GRADIENTS]
    expected, one = on_one_device(optimizer_of, *steps)
    weights, two = updated(two_replicas, optimizer_of, *steps)
    assert np.isfinite(expected).all() and float(one.dynamic_scale) == 8.0  # halved, then doubled
    for weight in weights:
        np.testing.assert_allclose(weight, expected, rtol=1e-6)
    assert two.dynamic_scale.numpy() == one.dynamic_scale.numpy()
    assert two.step_counter.numpy() == one.step_counter.numpy()
    assert two.iterations.numpy() == one.iterations.numpy() == 4


def test_nothing_is_exchanged_without_need(two_replicas):
    weights, _ = updated(two_replicas, lambda: keras.optimizers.SGD(1.0), GRADIENTS)
    np.testing.assert_array_equal(weights, [[-3.0, -4.0]] * 2)


@pytest.mark.parametrize("scale", [False, True], ids=["plain", "loss scale"])
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"gradient_accumulation_steps": 2}, "gradient_accumulation_steps=2 on 2.*the batch size"),
        ({"use_ema": True, "ema_overwrite_frequency": 3}, "frequency=3 on 2.*SwapEMAWeights"),
    ],
    ids=["accumulation", "overwriting averages"],
)
def test_what_keras_decides_in_a_branch_is_refused(two_replicas, settings, message, scale):
    optimizer = keras.optimizers.SGD(1.0, **settings)
    optimizer = keras.optimizers.LossScaleOptimizer(optimizer) if scale else optimizer
    check_optimizer_on_replicas(optimizer, tf.distribute.get_strategy())
    with pytest.raises(ValueError, match=f"training on replicas: received .*{message}"):
        check_optimizer_on_replicas(optimizer, two_replicas)


def test_others_are_not_refused(two_replicas):
    check_optimizer_on_replicas(None, two_replicas)
    check_optimizer_on_replicas(keras.optimizers.Adam(use_ema=True, clipnorm=1.0), two_replicas)


@pytest.mark.parametrize("scale", [False, True], ids=["plain", "loss scale"])
def test_apply_gradients_is_that_of_the_optimizer(scale):
    def weight_after(apply):
        sgd = keras.optimizers.SGD(0.1, momentum=0.9, weight_decay=0.01, clipnorm=1.0)
        optimizer = keras.optimizers.LossScaleOptimizer(sgd, initial_scale=2.0) if scale else sgd
        weight = tf.Variable([1.0, 2.0])
        optimizer.build([weight])
        update = tf.function(lambda gradient: apply(optimizer, [gradient], [weight]))
        for _ in range(3):
            update(tf.constant([3.0, 4.0]))
        return weight.numpy()

    def plain(optimizer, gradients, weights):
        optimizer.apply_gradients(zip(gradients, weights, strict=True))

    np.testing.assert_array_equal(weight_after(apply_gradients), weight_after(plain))
