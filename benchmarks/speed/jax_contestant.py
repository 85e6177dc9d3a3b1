"""Ours on JAX: a training step (loss, gradient and Adam in one `jax.jit`), and inference."""

import functools

import jax
import keras
import numpy as np

from benchmarks.speed.frames import random_frames
from benchmarks.speed.workload import make_network

LEARNING_RATE = 1e-4
DECOUPLING_WEIGHT = 0.1


def prepare(contestant, options):
    """Return the function of one call, which waits for its end."""
    network = make_network(options, contestant.model, contestant.policy)
    frames = random_frames(options, contestant.model, contestant.mode)
    network.build(frames.shape)
    if contestant.mode == "train":
        return _training_step(network, jax.numpy.asarray(frames))
    return _inference(network, jax.numpy.asarray(frames))


def _training_step(network, frames):
    """MSE of all predictions plus decoupling; masks are drawn anew in every step."""
    optimizer = keras.optimizers.Adam(LEARNING_RATE)
    optimizer.build(network.trainable_variables)

    def loss_of(trainable, others, frames, mask):
        (predictions, terms), others = network.stateless_call(
            trainable,
            others,
            frames[:, :-1],
            observed_mask=mask,
            return_terms=True,
            training=True,
        )
        loss = jax.numpy.mean(jax.numpy.square(predictions - frames[:, 1:]))
        return loss + DECOUPLING_WEIGHT * terms.get("decoupling", 0.0), others

    # As `fit` does, the memory of the old state is given to the new one.
    @functools.partial(jax.jit, donate_argnums=0)
    def step(state, frames, key):
        trainable, others, slots = state
        key, own = jax.random.split(key)
        mask = jax.random.bernoulli(own, 0.5, (frames.shape[0], frames.shape[1] - 1))
        mask = mask.astype("float32")
        (loss, others), gradients = jax.value_and_grad(loss_of, has_aux=True)(
            trainable, others, frames, mask
        )
        trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
        return loss, (trainable, others, slots), key

    state = tuple(
        [variable.value for variable in variables]
        for variables in (
            network.trainable_variables,
            network.non_trainable_variables,
            optimizer.variables,
        )
    )
    key = jax.random.key(0)

    def call():
        nonlocal state, key
        loss, state, key = step(state, frames, key)
        jax.block_until_ready(state)
        return float(loss)

    return call


def _inference(network, frames):
    trainable = [variable.value for variable in network.trainable_variables]
    others = [variable.value for variable in network.non_trainable_variables]
    mask = np.ones((frames.shape[0], frames.shape[1] - 1), "float32")

    @jax.jit
    def predict(trainable, others, frames, mask):
        return network.stateless_call(trainable, others, frames, observed_mask=mask)[0]

    return lambda: jax.block_until_ready(predict(trainable, others, frames[:, :-1], mask))
