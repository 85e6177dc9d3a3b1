"""Frame by frame is the whole sequence."""

import numpy as np
import pytest

from st_keras.models import ModeRNN
from st_keras.models.streaming import following_frames, initial_states, step
from tests.models.test_next_frame_network import ALL, NETWORKS
from tests.tiny import random_frames
from tests.tiny_actions import random_actions

B, T, H, W, C, HORIZON = 2, 3, 8, 12, 2, 4
STREAMED = {
    **ALL,
    "learned start": lambda: ModeRNN(
        (4,), num_slots=2, patch_size=2, learned_initial_slots=True, separate_slots=True
    ),
    "bfloat16": lambda: NETWORKS["predrnn"](dtype="mixed_bfloat16"),
}


@pytest.mark.parametrize("name", STREAMED)
def test_step_by_step_is_the_whole_sequence(name):
    network = STREAMED[name]()
    network.build((None, None, H, W, C))
    if name == "learned start":
        network.rnn.cell.cell.cells[0].initial_slots.assign(random_frames(8))
    frames = random_frames(B, T + HORIZON - 1, H, W, C)
    given = {}
    if network.action_size is not None:
        given = {"actions": random_actions(B, T + HORIZON - 1)}
    mask = np.tile(np.arange(T + HORIZON - 1) < T, (B, 1)).astype("float32")
    whole = network(frames, observed_mask=mask, **given)

    states = initial_states(network, B, H, W)
    for t in range(T):
        action = given["actions"][:, t] if given else None
        prediction, states = step(network, frames[:, t], states, action)
        np.testing.assert_allclose(prediction, whole[:, t], atol=1e-5)
    for horizon in (1, HORIZON):
        future = given["actions"][:, T : T + horizon - 1] if given else None
        rollout = following_frames(network, states, horizon, future)
        assert rollout.shape == (B, horizon, H, W, C)
        np.testing.assert_allclose(rollout, whole[:, T - 1 : T - 1 + horizon], atol=1e-5)


@pytest.fixture
def counted(monkeypatch):
    """A network, and the calls of its cell."""
    network = NETWORKS["predrnn"]()
    network.build((None, None, H, W, C))
    calls, cell = [], network.rnn.cell
    call = cell.call
    monkeypatch.setattr(cell, "call", lambda *args: calls.append(1) or call(*args))
    return network, calls


def test_a_step_is_one_call_of_the_cell(counted):
    network, calls = counted
    step(network, random_frames(B, H, W, C), initial_states(network, B, H, W))
    assert len(calls) == 1


def test_the_first_following_frame_costs_nothing(counted):
    network, calls = counted
    _, states = step(network, random_frames(B, H, W, C), initial_states(network, B, H, W))
    calls.clear()
    assert following_frames(network, states, 1).shape == (B, 1, H, W, C)
    assert calls == []
