import itertools

import numpy as np
import pytest

from st_keras.models import ActionConditionedModeRNN, memory_features
from st_keras.models.steps import run_steps
from tests.models.test_next_frame_network import NETWORKS, SHAPE
from tests.tiny import random_frames


@pytest.mark.parametrize("name", NETWORKS)
def test_states_follow_one_another(name):
    network = NETWORKS[name]()
    network.build(SHAPE)
    steps = list(run_steps(network, random_frames(*SHAPE)))
    assert len(steps) == SHAPE[1]
    for (_, _, after), (_, before, _) in itertools.pairwise(steps):
        assert list(after) == list(before) == network.rnn.cell.state_names
        assert all(after[name] is before[name] for name in after)
    np.testing.assert_array_equal(steps[0][1]["prediction"], 0)


def test_action_conditioned_networks_are_refused():
    network = ActionConditionedModeRNN(2, (4,), kernel_size=3)
    with pytest.raises(ValueError, match=r"ActionConditionedModeRNN, which is action-conditioned"):
        memory_features(network, random_frames(*SHAPE))


def test_memory_features_average_time_and_space():
    network, frames = NETWORKS["predrnn"](), random_frames(*SHAPE)
    network.build(SHAPE)
    features = memory_features(network, frames)
    assert [f.shape for f in features] == [(2, 4), (2, 4)]
    memories = [after for _, _, after in run_steps(network, frames)]
    for layer, name in enumerate(("c1", "c2")):
        expected = np.mean([np.asarray(states[name]) for states in memories], axis=0).mean((1, 2))
        np.testing.assert_allclose(features[layer], expected, atol=1e-6)
