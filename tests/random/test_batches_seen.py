import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.random.batches_seen import batches_seen


def apply(optimizer, weight, gradient, times):
    for _ in range(times):
        optimizer.apply([tf.constant(gradient)], [weight])


@pytest.mark.parametrize("accumulation", [None, 2, 3])
def test_counts_batches_whatever_the_accumulation(accumulation):
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=accumulation)
    weight = keras.Variable(1.0)
    for k in range(7):
        assert int(batches_seen(optimizer)) == k
        assert int(batches_seen(optimizer, 2)) == k // 2
        apply(optimizer, weight, 1.0, times=1)


def test_every_keras_optimizer_counts_in_its_first_variable():
    names = ("Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "Lion")
    for name in names:
        optimizer, weight = getattr(keras.optimizers, name)(), keras.Variable(np.ones((2, 2)))
        apply(optimizer, weight, np.ones((2, 2), "float32"), times=3)
        assert int(batches_seen(optimizer)) == 3, name


def test_loss_scaling_counts_what_was_applied():
    inner = keras.optimizers.SGD(0.1)
    optimizer, weight = keras.optimizers.LossScaleOptimizer(inner), keras.Variable(1.0)
    optimizer.build([weight])
    apply(optimizer, weight, 1.0, times=2)
    assert int(batches_seen(optimizer)) == 2
    apply(optimizer, weight, float("inf"), times=1)  # skipped
    assert int(batches_seen(optimizer)) == 2
    apply(optimizer, weight, 1.0, times=1)
    assert int(batches_seen(optimizer)) == 3


def test_is_read_in_the_graph_and_not_frozen():
    optimizer, weight = keras.optimizers.SGD(0.1), keras.Variable(1.0)
    traced = tf.function(lambda: batches_seen(optimizer))
    for k in range(3):
        assert int(traced()) == k
        apply(optimizer, weight, 1.0, times=1)
