"""Small models to be served, one of each kind, and inputs for them."""

import functools

import keras
import numpy as np

from st_keras.layers import FrameNormalization
from st_keras.models import ActionConditionedPredRNN, ModeRNN, PredRNN, SlowVAE
from st_keras.training import Forecaster
from tests.tiny import random_frames

HEIGHT, WIDTH, ACTION_SIZE = 8, 12, 2
NETWORKS = {
    "predrnn": lambda: PredRNN((4, 4), kernel_size=3, patch_size=2),
    "bfloat16": lambda: PredRNN((4,), kernel_size=3, patch_size=2, dtype="mixed_bfloat16"),
    # Tied to one size by its layer_norm.
    "modernn": lambda: ModeRNN((4,), num_slots=2, patch_size=4),
    "actions": lambda: ActionConditionedPredRNN(ACTION_SIZE, (4,), kernel_size=3),
}


@functools.cache
def tiny_model(name):
    """A built Forecaster of frames around 10, or "slowvae"; one of each for all tests."""
    keras.utils.set_random_seed(0)
    if name == "slowvae":
        model = SlowVAE(latent_size=3)
        model.build((None, None, 16, 32, 1))
        return model
    normalization = FrameNormalization(10.0, 2.0)
    model = Forecaster(NETWORKS[name](), context_length=3, normalization=normalization)
    known = name in ("modernn", "bfloat16")
    size = (HEIGHT, WIDTH) if known else (None, None)
    model.build((None, None, *size, 1))
    return model


def frames_and_actions(batch, length, horizon):
    """Frames (B, T, H, W, 1) in the units of the models; actions (B, T + horizon - 1, A)."""
    frames = random_frames(batch, length, HEIGHT, WIDTH, 1) + 10
    steps = length + horizon - 1
    actions = np.random.default_rng(5).normal(size=(batch, steps, ACTION_SIZE))
    return frames, actions.astype("float32")


def traced(signature):
    """Return the graph of a signature as a function of named inputs."""
    return signature.by_name(signature.trace())
