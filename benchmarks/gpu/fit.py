"""Row: `fit` makes a training step under a policy, compiled by XLA or not; then it is timed."""

import math

import keras
import numpy as np
import tensorflow as tf

from benchmarks.gpu.speed import MODEL, timed
from benchmarks.speed.contestant import OURS, Contestant
from benchmarks.speed.frames import random_frames
from benchmarks.speed.tensorflow_contestant import LEARNING_RATE, make_model


def run(arguments, settings):
    """Train.

    Args:
        arguments: dict: "policy" and "jit_compile".
        settings: of `benchmarks.gpu.options`.

    Returns:
        Dict of JSON values, see `benchmarks.gpu.speed.timed`.

    Raises:
        FloatingPointError: for a loss or weights that are not finite.
        RuntimeError: if no step has changed the weights.
    """
    contestant = Contestant(OURS, MODEL, arguments["policy"], "train")
    training = Training(contestant, settings, arguments["jit_compile"])
    found = timed(contestant, settings, lambda *_: training)
    training.check_weights()
    return found


class Training:
    """A call is one step: the first by `fit`, the others as `fit` runs them.

    Args:
        contestant: `Contestant`.
        settings: of `benchmarks.gpu.options`.
        jit_compile: bool.
    """

    def __init__(self, contestant, settings, jit_compile):
        frames = random_frames(settings, contestant.model, contestant.mode)
        self.data = tf.constant(frames)
        self.model = make_model(contestant, settings)
        self.model.build(frames.shape)
        self.model.compile(keras.optimizers.Adam(LEARNING_RATE), jit_compile=jit_compile)
        self.before = self.model.get_weights()
        self.first = True

    def __call__(self):
        """Make a step, and wait for its loss."""
        if self.first:
            self.first = False
            dataset = tf.data.Dataset.from_tensors(self.data)
            loss = self.model.fit(dataset, shuffle=False, verbose=0).history["loss"][0]
        else:
            loss = float(self.model.train_function(iter([self.data]))["loss"])
        if not math.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss}")

    def check_weights(self):
        """Raise if the weights are not finite, or those of before."""
        after = self.model.get_weights()
        if not all(np.isfinite(values).all() for values in after):
            raise FloatingPointError("the weights are not finite")
        if all(np.array_equal(*pair) for pair in zip(self.before, after, strict=True)):
            raise RuntimeError("no step has changed the weights")
