"""The mean over valid values, against NumPy, on one device and on two replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.training.masked_loss import loss_of_values, mean_of_valid
from tests.refusals import refused
from tests.tiny import random_frames

SHAPE = (4, 3, 2, 5, 2)
TRUE, PRED = random_frames(*SHAPE), random_frames(*SHAPE, seed=1)
TRUE[np.random.default_rng(2).random(SHAPE) < 0.3] = np.nan
TRUE[2] = np.nan
WEIGHTS = random_frames(*SHAPE, seed=3)
ELEMENTWISE = {
    "mse": lambda t, p: np.square(t - p),
    "mae": lambda t, p: np.abs(t - p),
    "huber": lambda t, p: np.square(t - p) / 2,
    "binary_crossentropy": lambda t, p: -(t * np.log(p) + (1 - t) * np.log(1 - p)),
    "poisson": lambda t, p: p - t * np.log(p + 1e-7),
}


@pytest.mark.parametrize("weights", [None, WEIGHTS, WEIGHTS[:, :1, :1, :1, :1]])
@pytest.mark.parametrize("name", ELEMENTWISE)
def test_mean_over_valid_values(name, weights):
    part, mean, share = mean_of_valid(loss_of_values(name), TRUE, tf.constant(PRED), weights)
    each = ELEMENTWISE[name](TRUE, PRED) * (1 if weights is None else weights)
    expected = np.nansum(each) / np.isfinite(TRUE).sum()
    np.testing.assert_allclose([part, mean], expected, rtol=1e-4)
    np.testing.assert_allclose(share, 4 * np.isfinite(TRUE).mean(), rtol=1e-6)


def root(y_true, y_pred):
    """Its gradient is infinite where both are equal."""
    return keras.ops.mean(keras.ops.sqrt(keras.ops.abs(y_true - y_pred)), axis=-1)


@pytest.mark.parametrize("loss", [*ELEMENTWISE, "log_cosh", root])
def test_gradients_reach_valid_values_alone(loss):
    function = loss_of_values(loss)
    with tf.GradientTape() as tape:
        pred = tf.constant(np.where(np.isnan(TRUE), np.float32(np.inf), PRED))
        tape.watch(pred)
        part, *_ = mean_of_valid(function, TRUE, pred)
    gradient = tape.gradient(part, pred).numpy()
    assert np.isfinite(gradient).all()
    np.testing.assert_array_equal(gradient == 0, np.isnan(TRUE))


def test_nothing_valid():
    with tf.GradientTape() as tape:
        pred = tf.constant(PRED)
        tape.watch(pred)
        part, mean, share = mean_of_valid(loss_of_values("mse"), TRUE * np.nan, pred)
    assert part == mean == share == 0
    assert not tape.gradient(part, pred).numpy().any()


def test_parts_of_replicas_add_up(two_replicas):
    """Three samples and one; valid values are spread unequally."""
    rows = [slice(0, 3), slice(3, 4)]
    values = [
        two_replicas.experimental_distribute_values_from_function(
            lambda context, x=x: tf.constant(x[rows[context.replica_id_in_sync_group]])
        )
        for x in (TRUE, PRED)
    ]

    @tf.function
    def run(true, pred):
        return two_replicas.run(
            lambda t, p: mean_of_valid(loss_of_values_of_mse, t, p), (true, pred)
        )

    loss_of_values_of_mse = loss_of_values("mse")
    part, mean, share = (two_replicas.experimental_local_results(x) for x in run(*values))
    expected = np.nanmean(np.square(TRUE - PRED))
    np.testing.assert_allclose(sum(part), expected, rtol=1e-5)
    np.testing.assert_allclose(mean, [expected] * 2, rtol=1e-5)
    np.testing.assert_allclose(sum(share), 4 * np.isfinite(TRUE).mean(), rtol=1e-6)


@pytest.mark.parametrize(
    "loss",
    [
        "cosine_similarity",
        "kl_divergence",
        lambda t, p: keras.ops.mean(keras.ops.square(t - p)),
        lambda t, p: keras.ops.mean(keras.ops.abs(t - p), axis=(1, 2, 3, 4)),
        keras.losses.MeanSquaredError(reduction="sum"),
    ],
)
def test_losses_that_leave_no_pixels(loss):
    message = r"Forecaster.compile: received loss=.*with missing values.*mean of one number for eac"
    refused(message, loss_of_values, loss)
