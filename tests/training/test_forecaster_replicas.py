"""Two replicas on two logical CPUs train as one device does."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models import ModeRNN
from st_keras.training import Forecaster, ScheduledSampling
from st_keras.training.observed_mask import draw_observed_mask
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network
from tests.tiny_actions import random_actions, tiny_action_network
from tests.uncompiled import uncompiled


class ReplicaRecorder(Forecaster):
    """Notes (replica, mask) of what it trains with."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.masks = []

    def update_weights(self, frames, observed_mask):
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        tf.py_function(self.note, [replica, observed_mask], [])
        return super().update_weights(frames, observed_mask)

    def note(self, replica, mask):
        self.masks.append((int(replica), mask.numpy()))


class Penalized(ScalarNetwork):
    """Adds a regularizer of its weight, and a loss of its own in every call."""

    def build(self, frames_shape):
        super().build(frames_shape)
        self.weight.regularizer = keras.regularizers.L2(0.5)

    def call(self, frames, observed_mask=None, return_terms=False, training=False):
        self.add_loss(3.0 * keras.ops.square(self.weight))
        return super().call(frames, observed_mask, return_terms, training)


def mode_rnn():
    return ModeRNN(filters=(2,), num_slots=2, patch_size=2)


NETWORKS = {
    "PredRNN": (lambda: tiny_network(filters=(2,)), {"decoupling_weight": 0.1}, None),
    "told actions": (lambda: tiny_action_network(filters=(2,)), {}, None),
    "added losses": (Penalized, {}, None),
    "added losses and a loss given to compile": (Penalized, {}, "mae"),
}


def check_one_update(two_replicas, case):
    make_network, arguments, loss = NETWORKS[case]
    frames = random_frames(4, 4, 4, 4, 1)
    told = {"frames": frames, "actions": random_actions(4, 4)}
    data = told if case == "told actions" else frames
    results = []
    for scope in (contextlib.nullcontext(), two_replicas.scope()):
        keras.utils.set_random_seed(0)
        with scope:
            model = tiny_forecaster(
                make_network(),
                sampling=ScheduledSampling.over(8),
                reverse_input=True,
                **arguments,
            )
            model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss)
            model.build(frames.shape)
        start = model.get_weights()
        logs = model.fit(data, batch_size=4, shuffle=False, verbose=0).history
        scores = model.evaluate(data, batch_size=4, verbose=0, return_dict=True)
        results.append((start, model.get_weights(), logs, scores))
    one, two = results
    for a, b in zip(one[0], two[0], strict=True):
        np.testing.assert_array_equal(a, b)
    error = max(np.abs(a - b).max() for a, b in zip(one[1], two[1], strict=True))
    moved = max(np.abs(a - b).max() for a, b in zip(one[0], one[1], strict=True))
    print(f"{case}, 1 against 2 replicas: weights within {error:.1e}, moved by {moved:.1e}")
    assert error < 1e-5 < moved
    for a, b in zip(one[2:], two[2:], strict=True):
        assert set(a) == set(b)
        for name in a:
            np.testing.assert_allclose(b[name], a[name], rtol=1e-5)


RECURRENT, OTHERS = list(NETWORKS)[:2], list(NETWORKS)[2:]


@pytest.mark.parametrize(
    "case", [*(pytest.param(case, marks=pytest.mark.long) for case in RECURRENT), *OTHERS]
)
def test_one_update_equals_that_of_one_device(two_replicas, case):
    check_one_update(two_replicas, case)


@uncompiled
def test_one_update_run_eagerly(two_replicas):
    check_one_update(two_replicas, RECURRENT[0])


def test_replicas_draw_different_masks_that_together_are_those_of_one_device(two_replicas):
    sampling = ScheduledSampling.over(16)
    with two_replicas.scope():
        model = ReplicaRecorder(ScalarNetwork(), 2, sampling=sampling, seed=3)
        model.compile(optimizer="sgd")
    model.fit(random_frames(8, 9, 2, 2, 1), batch_size=4, epochs=2, shuffle=False, verbose=0)
    assert len(model.masks) == 8  # four batches, two replicas
    for k in range(4):
        first, second = (
            mask for _, mask in sorted(model.masks[2 * k : 2 * k + 2], key=lambda m: m[0])
        )
        expected = draw_observed_mask(sampling.probabilities(k, 2, 8), 4, 3, k)
        np.testing.assert_array_equal(np.concatenate([first, second]), expected)


def check_batch_normalisation(two_replicas):
    """Five samples in batches of 4: each replica gets two, then one of them one, the other none."""
    frames, weights = random_frames(5, 3, 4, 4, 1), []
    for scope in (contextlib.nullcontext(), two_replicas.scope()):
        keras.utils.set_random_seed(0)
        with scope:
            model = tiny_forecaster(mode_rnn())
            model.compile(optimizer=keras.optimizers.SGD(0.1))
            model.build(frames.shape)
        start = model.get_weights()
        model.fit(frames, batch_size=4, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    error = max(np.abs(a - b).max() for a, b in zip(*weights, strict=True))
    moved = max(np.abs(a - b).max() for a, b in zip(start, weights[1], strict=True))
    print(f"ModeRNN, 1 against 2 replicas: weights within {error:.1e}, moved by {moved:.1e}")
    assert error < 1e-5 < moved


@uncompiled
def test_batch_normalisation_of_uneven_and_empty_parts(two_replicas):
    check_batch_normalisation(two_replicas)


@pytest.mark.long
def test_batch_normalisation_of_uneven_and_empty_parts_in_a_graph(two_replicas):
    check_batch_normalisation(two_replicas)


def test_batch_normalisation_on_replicas_needs_a_known_number_of_steps(two_replicas):
    network = mode_rnn()
    network.build((None, None, 4, 4, 1))
    frames = tf.TensorSpec((2, None, 4, 4, 1))

    @tf.function(input_signature=[frames])
    def step(frames):
        return two_replicas.run(lambda x: network(x, training=True), (frames,))

    with pytest.raises(ValueError, match=r"unknown number of time steps .* static time axis"):
        step(random_frames(2, 3, 4, 4, 1))
