"""Samples that are unevenly spread over replicas: where they stand, and what they weigh."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.random.per_sample import per_sample_uniform
from st_keras.replicas.global_batch import (
    check_mean_over_batch,
    never_empty,
    place_in_global_batch,
    share_of_global_batch,
)

SIZES = [(4, 4), (3, 1), (1, 0), (0, 2)]


def on_each(strategy, sizes, function):
    """Results of `function(batch size)` on replicas that have batches of these sizes."""

    def own(size):
        return function(size)

    values = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(sizes[context.replica_id_in_sync_group])
    )
    run = tf.function(lambda: strategy.run(own, (values,)))
    return strategy.experimental_local_results(run())


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_place_in_the_global_batch(two_replicas, sizes):
    places = on_each(two_replicas, sizes, lambda size: tf.stack(place_in_global_batch(size)))
    assert [tuple(place.numpy()) for place in places] == [(0, sum(sizes)), (sizes[0], sum(sizes))]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_weighted_means_of_replicas_average_to_the_mean_of_the_global_batch(two_replicas, sizes):
    numbers = np.random.default_rng(0).random(sum(sizes)).astype("float32")

    def part(size):
        offset, _ = place_in_global_batch(size)
        own = never_empty(tf.constant(numbers)[offset : offset + size])
        return tf.reduce_mean(own) * share_of_global_batch(size)

    parts = [part.numpy() for part in on_each(two_replicas, sizes, part)]
    np.testing.assert_allclose(np.mean(parts), numbers.mean(), rtol=1e-6)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_replicas_of_unequal_batches_draw_what_one_device_draws(two_replicas, sizes):
    parts = on_each(two_replicas, sizes, lambda size: per_sample_uniform(size, (3,), 5, 7))
    expected = per_sample_uniform(sum(sizes), (3,), 5, 7)
    np.testing.assert_array_equal(np.concatenate([part.numpy() for part in parts]), expected)


def test_one_device():
    assert [int(number) for number in place_in_global_batch(tf.constant(3))] == [0, 3]
    assert float(share_of_global_batch(tf.constant(3))) == 1
    np.testing.assert_array_equal(never_empty(np.ones((2, 3))), np.ones((2, 3)))


@pytest.mark.parametrize("reduction", ["sum", "none", "mean_with_sample_weight"])
def test_losses_that_are_no_mean_are_refused_on_replicas(two_replicas, reduction):
    loss = keras.losses.MeanSquaredError(reduction=reduction)
    check_mean_over_batch("fit", loss)
    for fine in ("mse", keras.losses.MeanAbsoluteError(), keras.losses.Huber(reduction="mean")):
        two_replicas.run(check_mean_over_batch, ("fit", fine))
    with pytest.raises(ValueError, match=f"fit: received a loss with reduction='{reduction}'"):
        two_replicas.run(check_mean_over_batch, ("fit", loss))
