"""Small networks and frames that many tests use."""

import keras
import numpy as np
from keras import ops

from st_keras.models import PredRNN
from st_keras.training import Forecaster


def random_frames(*shape, seed=0):
    """Uniform float32 numbers in [0, 1)."""
    return np.random.default_rng(seed).random(shape, dtype="float32")


def tiny_network(**overrides):
    """A PredRNN of two narrow layers."""
    arguments = {"filters": (4, 4), "kernel_size": 3, "patch_size": 2, **overrides}
    return PredRNN(**arguments)


def tiny_forecaster(network=None, **overrides):
    """A Forecaster with two context frames."""
    network = tiny_network() if network is None else network
    return Forecaster(network, **{"context_length": 2, **overrides})


@keras.saving.register_keras_serializable(package="st_keras_tests")
class ScalarNetwork(keras.Model):
    """The smallest network a Forecaster takes: next frame = weight * (frame or 0 if unobserved)."""

    loss_terms = ()
    channels = None

    def build(self, frames_shape):
        self.weight = self.add_weight(shape=(), initializer="ones", name="weight")
        self.built = True

    def call(self, frames, observed_mask=None, return_terms=False, training=False):
        observed = ops.cast(observed_mask, frames.dtype)[:, :, None, None, None]
        predictions = self.weight * frames * observed
        return (predictions, {}) if return_terms else predictions
