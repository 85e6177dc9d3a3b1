"""The signatures of a stream as graphs; tests/export/test_saved_model.py serves them."""

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.signatures.streaming import streaming_signatures
from tests.export.signatures.tiny_models import (
    HEIGHT,
    WIDTH,
    frames_and_actions,
    tiny_model,
    traced,
)

FRAMES, ACTIONS = frames_and_actions(2, 3, 4)
STATES = {
    "predrnn": "prediction h1 c1 h2 c2 m",
    "bfloat16": "prediction h1 c1 m",
    "modernn": "prediction h1 slots1",
    "actions": "prediction h1 c1 m",
}


@pytest.fixture(scope="module")
def signatures():
    return {
        name: {each.name: each for each in streaming_signatures(tiny_model(name))}
        for name in STATES
    }


@pytest.fixture(scope="module")
def stream(signatures):
    """The graphs of the network that is told actions."""
    return {name: traced(each) for name, each in signatures["actions"].items()}


@pytest.mark.parametrize("name", STATES)
def test_states_are_named_after_the_cell_and_float32(signatures, name):
    inputs = signatures[name]["step"].inputs
    states = [each for each in inputs if each.startswith("state_")]
    assert states == [f"state_{state}" for state in STATES[name].split()]
    assert {inputs[state].dtype for state in states} == {tf.float32}
    assert set(inputs) - set(states) == {"frame"} | ({"action"} if name == "actions" else set())
    assert set(states) < set(signatures[name]["rollout"].inputs)


def test_sizes_are_free_without_layer_norm_only(signatures):
    free, tied = (signatures[name]["step"].inputs for name in ("predrnn", "modernn"))
    assert free["frame"].shape.as_list() == [None, None, None, 1]
    assert free["state_m"].shape.as_list() == [None, None, None, 4]
    assert tied["frame"].shape.as_list() == [None, HEIGHT, WIDTH, 1]
    assert tied["state_slots1"].shape.as_list() == [None, HEIGHT // 4, WIDTH // 4, 4]


@pytest.fixture(scope="module")
def states(stream):
    return stream["init_state"](batch_size=2, height=HEIGHT, width=WIDTH)


def test_a_stream_goes_on(stream, states):
    after = stream["step"](frame=FRAMES[:, 0], action=ACTIONS[:, 0], **states)
    prediction = after.pop("prediction")
    assert prediction.shape == FRAMES[:, 0].shape
    assert {k: v.shape for k, v in after.items()} == {k: v.shape for k, v in states.items()}
    rollout = stream["rollout"](horizon=4, actions=ACTIONS[:, 1:4], **after)["forecast"]
    np.testing.assert_allclose(rollout[:, 0], prediction, atol=1e-6)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"batch_size": 0}, r"a batch size of 0"),
        ({"height": 6}, r"a height of 6\. Required: .* divisible by 4"),
        ({"width": -4}, r"a width of -4"),
    ],
)
def test_refusals_of_init_state(stream, changed, message):
    sizes = {"batch_size": 2, "height": HEIGHT, "width": WIDTH, **changed}
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"init_state: received {message}"):
        stream["init_state"](**sizes)


def test_init_state_of_another_size_than_layer_norm_has(signatures):
    init_state = traced(signatures["modernn"]["init_state"])
    assert init_state(batch_size=1, height=HEIGHT, width=WIDTH)["state_h1"].shape == (1, 2, 3, 4)
    message = r"init_state: received a height and width of 12 and 8\. Required: 8 and 12, for which"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        init_state(batch_size=1, height=WIDTH, width=HEIGHT)


NAN = np.full_like(FRAMES[:, 0], np.nan)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"frame": FRAMES[:0, 0]}, r"a batch size of 0"),
        ({"frame": FRAMES[:, 0, :6]}, r"a height of 6"),
        ({"frame": NAN}, r"a frame with 192 NaN or infinite values\. .*Fill what is missing"),
        (
            {"frame": FRAMES[:1, 0]},
            r"state_prediction of shape \[2 8 12 1\]\. Required: shape \[1 ",
        ),
        ({"frame": FRAMES[:, 0, :, :8]}, r"state_prediction of shape"),
        (
            {"state_m": np.zeros((2, 2, 2, 4), "float32")},
            r"state_m of shape \[2 2 2 4\]\. Req.*2 3",
        ),
        ({"action": ACTIONS[:1, 0]}, r"action of shape \[1 2\]\. Required: shape \[2 2\]"),
        ({"action": np.full((2, 2), np.inf, "float32")}, r"an action with 4 NaN or infinite"),
    ],
)
def test_refusals_of_step(stream, states, changed, message):
    inputs = {"frame": FRAMES[:, 0], "action": ACTIONS[:, 0], **states, **changed}
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"step: received {message}"):
        stream["step"](**inputs)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"horizon": 0}, r"a horizon of 0\. .*Pass horizon=1"),
        ({"state_prediction": np.zeros((2, 6, 12, 1), "float32")}, r"a height of 6"),
        ({"state_prediction": np.zeros((0, 8, 12, 1), "float32")}, r"a batch size of 0"),
        ({"state_h1": np.zeros((3, 2, 3, 4), "float32")}, r"state_h1 of shape \[3 2 3 4\]\. Requ"),
        ({"actions": ACTIONS[:, :4]}, r"actions of shape \[2 4 2\]\. Required: shape \[2 3 2\]"),
    ],
)
def test_refusals_of_rollout(stream, states, changed, message):
    inputs = {"horizon": 4, "actions": ACTIONS[:, :3], **states, **changed}
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"rollout: received {message}"):
        stream["rollout"](**inputs)
