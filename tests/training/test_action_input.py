import numpy as np
import pytest

from st_keras.training.action_input import (
    check_future_actions,
    check_training_actions,
    network_arguments,
    split_actions,
    takes_actions,
)
from tests.tiny import ScalarNetwork, tiny_network
from tests.tiny_actions import random_actions, tiny_action_network

PLAIN, TOLD = tiny_network(), tiny_action_network()


def test_who_takes_actions():
    assert takes_actions(TOLD)
    assert not takes_actions(PLAIN) and not takes_actions(ScalarNetwork())


def test_split_actions():
    frames, actions = object(), object()
    assert split_actions(frames, PLAIN) == (frames, {})
    given = split_actions({"actions": actions, "frames": frames}, TOLD)
    assert given == (frames, {"actions": actions})
    # Other dicts are refused where they always were.
    assert split_actions({"video": frames}, PLAIN) == ({"video": frames}, {})


@pytest.mark.parametrize(
    "network, inputs, message",
    [
        (
            PLAIN,
            {"frames": 0, "actions": 0},
            r"a dict of \['actions', 'frames'\] for a PredRNN, wh",
        ),
        (
            TOLD,
            np.zeros(1),
            r"frames without actions\. Required: a dict .*\(B, T, 2\).*dataset.map",
        ),
        (TOLD, {"frames": 0}, r"a dict of \['frames'\]\. Required: a dict"),
        (TOLD, {"frames": 0, "actions": 0, "x": 0}, r"a dict of \['actions', 'frames', 'x'\]"),
    ],
)
def test_split_errors(network, inputs, message):
    with pytest.raises(ValueError, match=f"Forecaster: received {message}"):
        split_actions(inputs, network)


def test_network_arguments():
    assert network_arguments("here", PLAIN, None) == {}
    assert network_arguments("here", TOLD, 3) == {"actions": 3}
    with pytest.raises(ValueError, match=r"here: received actions for a PredRNN.*frames .* alone"):
        network_arguments("here", PLAIN, 3)
    with pytest.raises(ValueError, match=r"here: received no actions\. Required: .*\(B, T, 2\)"):
        network_arguments("here", TOLD, None)


@pytest.mark.parametrize(
    "shape, message",
    [
        ((None, 4, 2), r"actions of shape \(None, 4, 2\) with sequences of 5 frames.*\(B, 5, 2\)"),
        ((None, None, 2), r"actions of shape \(None, None, 2\)"),
        ((None, 5, 3), r"actions of shape \(None, 5, 3\).*2 numbers for each frame"),
        ((None, 5), r"rank 2. Required: rank 3, axes \(B, T, A\)"),
    ],
)
def test_training_action_errors(shape, message):
    check_training_actions((None, 5, 2), (None, 5, 4, 4, 1), TOLD)
    with pytest.raises(ValueError, match=f"Forecaster: received .*{message}"):
        check_training_actions(shape, (None, 5, 4, 4, 1), TOLD)


def with_value(value):
    actions = random_actions(3, 5)
    actions[1, 2, 0] = value
    return actions


@pytest.mark.parametrize(
    "actions, message",
    [
        (
            random_actions(3, 4),
            r"actions of shape \(3, 4, 2\) with 3 context\(s\) of 2 .*\(3, 5, 2\)",
        ),
        (random_actions(3, 6), r"shape \(3, 6, 2\).*horizon=4.*Cut the actions"),
        (random_actions(2, 5), r"shape \(2, 5, 2\)"),
        (random_actions(3, 5, 1), r"shape \(3, 5, 1\)"),
        (random_actions(3, 5)[0], r"rank 2. Required: rank 3, axes \(N, T \+ horizon - 1, A\)"),
        (with_value(np.nan), r"dtype float32 with NaN or infinite values"),
        (with_value(-np.inf), r"with NaN or infinite values"),
        (np.zeros((3, 5, 2), complex), r"dtype complex128\. Required: finite real numbers"),
        (np.full((3, 5, 2), "left"), r"dtype <U4\. Required: finite real numbers"),
    ],
)
def test_future_action_errors(actions, message):
    context = np.zeros((3, 2, 4, 4, 1))
    with pytest.raises(ValueError, match=f"Forecaster.forecast: received .*{message}"):
        check_future_actions(actions, context, 4, TOLD)


@pytest.mark.parametrize("dtype", ["float64", "int64", "uint8", "bool"])
def test_future_actions_of_any_real_type(dtype):
    actions = np.ones((3, 5, 2), dtype)
    checked = check_future_actions(actions.tolist(), np.zeros((3, 2, 4, 4, 1)), 4, TOLD)
    np.testing.assert_array_equal(checked, actions)
