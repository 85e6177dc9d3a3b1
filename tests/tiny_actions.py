"""A small action-conditioned network, and sequences for it."""

import numpy as np

from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from st_keras.training import Forecaster
from tests.tiny import random_frames

ACTION_SIZE = 2


def random_actions(batch, steps, size=ACTION_SIZE, seed=5):
    """Normal float32 numbers (B, T, A)."""
    return np.random.default_rng(seed).normal(size=(batch, steps, size)).astype("float32")


def random_sequences(batch, steps, height=4, width=8, channels=1, seed=0):
    """A dict {"frames", "actions"} as a dataset would give it."""
    return {
        "frames": random_frames(batch, steps, height, width, channels, seed=seed),
        "actions": random_actions(batch, steps, seed=seed + 5),
    }


def tiny_action_network(**overrides):
    """An ActionConditionedPredRNN of two narrow layers."""
    arguments = {
        "action_size": ACTION_SIZE,
        "filters": (4, 4),
        "kernel_size": 3,
        "patch_size": 1,
        **overrides,
    }
    return ActionConditionedPredRNN(**arguments)


def tiny_action_forecaster(network=None, **overrides):
    """A Forecaster of it with two context frames."""
    network = tiny_action_network() if network is None else network
    return Forecaster(network, **{"context_length": 2, **overrides})
