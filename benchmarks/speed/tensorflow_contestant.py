"""Ours on TensorFlow: a training step as `fit` runs it, inference, a forecast, one frame."""

import keras
import tensorflow as tf

from benchmarks.speed.frames import random_frames
from benchmarks.speed.workload import make_network
from st_keras.layers.loop_weights import cast_weights, weights_replaced
from st_keras.models import streaming
from st_keras.training import Forecaster, ReverseScheduledSampling

LEARNING_RATE = 1e-4
# The published schedule, scaled; a step draws its mask whatever the probabilities are.
SCHEDULE_BATCHES = 10_000


def prepare(contestant, options):
    """Return the function of one call, which waits for its end."""
    model = make_model(contestant, options)
    network = model if contestant.model == "slowvae" else model.network
    frames = random_frames(options, contestant.model, contestant.mode)
    model.build(frames.shape)
    if contestant.mode == "train":
        return _training_step(model, frames)
    if contestant.mode == "forecast":
        context, horizon = frames[:, : options.frames // 2], options.frames - options.frames // 2
        return lambda: model.forecast(context, horizon, batch_size=len(context))
    if contestant.mode == "step":
        return _stream(network, frames)
    return _inference(network, frames, contestant.model)


def make_model(contestant, options):
    """Return the model that is trained, neither built nor compiled."""
    network = make_network(options, contestant.model, contestant.policy)
    if contestant.model == "slowvae":
        return network
    return Forecaster(
        network,
        context_length=options.frames // 2,
        sampling=ReverseScheduledSampling.over(num_batches=SCHEDULE_BATCHES),
    )


def _training_step(model, frames):
    model.compile(keras.optimizers.Adam(LEARNING_RATE))
    model.optimizer.build(model.trainable_variables)
    model.make_train_function()
    data = tf.constant(frames)
    return lambda: float(model.train_function(iter([data]))["loss"])


def _inference(network, frames, model):
    """The predictions of a whole sequence, without gradients."""
    data = tf.constant(frames if model == "slowvae" else frames[:, :-1])
    if model == "slowvae":
        predict = tf.function(lambda frames: network(frames), autograph=False)
        return lambda: _waited(predict(data))
    mask = tf.ones(data.shape[:2])
    predict = tf.function(lambda x, mask: network(x, observed_mask=mask), autograph=False)
    return lambda: _waited(predict(data, mask))


def _stream(network, frames):
    """One more frame of a stream; the states go on from call to call."""
    batch, _, height, width, _ = frames.shape
    step = tf.function(lambda frame, states: streaming.step(network, frame, states))
    frame = tf.constant(frames[:, 0])
    states = streaming.initial_states(network, batch, height, width)

    traced = cast = None

    def call():
        nonlocal states, traced, cast  # a graph alone does not keep it
        if traced is None:
            variables, tensors = cast_weights(network.rnn.cell)  # as an export has them
            cast = [tf.Variable(tensor) for tensor in tensors]
            with weights_replaced(variables, cast):
                traced = step.get_concrete_function(frame, states)
        prediction, states = traced(frame, states)
        return prediction.numpy()

    return call


def _waited(tensor):
    # One number, for a device's queue is in order.
    return float(tensor[(0,) * len(tensor.shape)])
