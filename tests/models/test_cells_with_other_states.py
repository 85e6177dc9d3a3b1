"""A cell has as many states as it likes: stacks, streams and served models go by names."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from st_keras.cells import RolloutCell, StackCell
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.export import export_saved_model
from st_keras.models import memory_features
from st_keras.models.next_frame_network import NextFrameNetwork
from st_keras.models.steps import run_steps
from st_keras.models.streaming import following_frames, initial_states, step
from st_keras.training import Forecaster
from tests.tiny import random_frames

NAMES = {1: ["h"], 3: ["h", "slow", "slower"]}
FRAMES = random_frames(2, 4, 4, 6, 1)


class ToyCell(SpatialStateCell):
    """h = tanh(W * [x, h]); each further state follows the one before it at half the pace."""

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.conv = keras.layers.Conv2D(3, 3, padding="same", name="conv")

    def build(self, input_shape):
        self.remember_spatial_shape(input_shape)
        self.conv.build((*input_shape[:3], input_shape[-1] + 3))
        self.built = True

    def call(self, inputs, states):
        h = ops.tanh(self.conv(ops.concatenate([inputs, states[0]], axis=-1)))
        new = [h]
        for old in states[1:]:
            new.append((old + new[-1]) / 2)
        return h, new

    def state_specs(self, spatial_shape):
        return [((*spatial_shape, 3), self.variable_dtype)] * self.count

    @property
    def state_names(self):
        return NAMES[self.count]


class ToyNetwork(NextFrameNetwork):
    """Two layers of it."""

    def __init__(self, count):
        super().__init__(RolloutCell(StackCell([ToyCell(count), ToyCell(count)])), patch_size=2)


@pytest.fixture(params=NAMES)
def network(request):
    network = ToyNetwork(request.param)
    network.build((None, None, 4, 6, 1))
    return network


def test_names_of_the_stack(network):
    names = NAMES[network.rnn.cell.cell.cells[0].count]
    assert network.rnn.cell.state_names == [
        "prediction",
        *(f"{name}{layer}" for layer in (1, 2) for name in names),
    ]


def test_memories_are_the_states_named_so(network):
    name = NAMES[network.rnn.cell.cell.cells[0].count][-1]
    features = memory_features(network, FRAMES)
    steps = [after for _, _, after in run_steps(network, FRAMES)]
    for layer, found in enumerate(features, start=1):
        expected = np.mean([np.asarray(each[f"{name}{layer}"]) for each in steps], axis=0)
        np.testing.assert_allclose(found, expected.mean((1, 2)), atol=1e-6)


def test_streams(network):
    whole, states = network(FRAMES), initial_states(network, 2, 4, 6)
    for t in range(4):
        prediction, states = step(network, FRAMES[:, t], states)
        np.testing.assert_allclose(prediction, whole[:, t], atol=1e-5)
    assert following_frames(network, states, 3).shape == (2, 3, 4, 6, 1)


def test_served_states_have_these_names(network, tmp_path):
    model = Forecaster(network, context_length=2)
    model.build((None, None, 4, 6, 1))
    folder = export_saved_model(model, tmp_path / "1")
    served = tf.saved_model.load(str(folder)).signatures
    numbers = {"batch_size": 2, "height": 4, "width": 6}
    states = served["init_state"](**{name: tf.constant(n) for name, n in numbers.items()})
    assert set(states) == {f"state_{name}" for name in network.rnn.cell.state_names}
    for frame in tf.unstack(tf.constant(FRAMES), axis=1):
        states = served["step"](frame=frame, **states)
        states.pop("prediction")
    future = served["rollout"](horizon=tf.constant(3), **states)["forecast"]
    np.testing.assert_allclose(future, model.forecast(FRAMES, 3), atol=1e-5)
