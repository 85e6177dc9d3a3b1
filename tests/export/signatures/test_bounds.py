"""What a served graph refuses because it is too much, in each signature."""

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.serving.limits import LEAST_OF_A_FRAME, MAX_VALUES
from st_keras.export.signatures.bounds import Bounds, product
from st_keras.export.signatures.forecast import forecast_signature
from st_keras.export.signatures.slowvae import slowvae_signatures
from st_keras.export.signatures.streaming import streaming_signatures
from tests.export.signatures.tiny_models import (
    HEIGHT,
    WIDTH,
    frames_and_actions,
    tiny_model,
)
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster

MOST = 2**31 - 1
FRAMES, ACTIONS = frames_and_actions(2, 3, 4)
SIZES = {"batch_size": 2, "height": HEIGHT, "width": WIDTH}
# Of the tiny network that is told actions: the prediction in patches of 4, and h, c, m of 4 maps.
STATE_VALUES = 2 * 2 * 3 * (16 + 3 * 4)
REQUESTS = {
    "forecast": {"context": FRAMES, "horizon": 4, "actions": ACTIONS},
    "init_state": SIZES,
    "encode": {"images": random_frames(2, 16, 32, 1)},
    "decode": {"codes": random_frames(2, 3)},
    "traverse": {
        "images": random_frames(2, 16, 32, 1),
        "latent": 0,
        "values": np.float32([-1, 0, 1]),
    },
}


@pytest.fixture(scope="module")
def models():
    return {name: tiny_model(name) for name in ("actions", "slowvae")}


@pytest.fixture(scope="module")
def stream_requests(models):
    """Requests of step and rollout, with states as init_state returns them."""
    signatures = {each.name: each for each in streaming_signatures(models["actions"])}
    init_state = signatures["init_state"]
    states = init_state.by_name(init_state.trace())(**SIZES)
    return {
        "step": {"frame": FRAMES[:, 0], "action": ACTIONS[:, 0], **states},
        "rollout": {"horizon": 4, "actions": ACTIONS[:, 3:], **states},
    }


def check(models, name, inputs, **bounds):
    """Run the checks of one signature."""
    bounds = Bounds(**bounds)
    signatures = [
        forecast_signature(models["actions"], bounds),
        *streaming_signatures(models["actions"], bounds),
        *slowvae_signatures(models["slowvae"], bounds),
    ]
    {each.name: each for each in signatures}[name].check(**inputs)


@pytest.mark.parametrize(
    "name, most",
    [
        # Frames of fewer than 4096 values count as that.
        ("forecast", (3 + 4) * LEAST_OF_A_FRAME),
        ("rollout", 4 * LEAST_OF_A_FRAME),
        ("init_state", STATE_VALUES),
        ("step", STATE_VALUES),
        ("encode", 2 * 16 * 32),
        ("decode", 2 * 16 * 32),
        ("traverse", 2 * 3 * 16 * 32),
    ],
)
def test_every_signature_has_its_bounds(models, stream_requests, name, most):
    inputs = {**REQUESTS, **stream_requests}[name]
    check(models, name, inputs, max_values=most, max_batch=2, max_horizon=4)
    message = (
        rf"{name}: received a request that counts as {most} values\. Required: at most {most - 1}, "
        r"for which the model was exported\. Ask for a smaller .* larger max_values\."
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        check(models, name, inputs, max_values=most - 1)
    message = (
        rf"{name}: received a batch size of 2\. Required: a batch size of at most 1, for which the "
        r"model was exported\. Send fewer at once, or export the model with a larger max_batch\."
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        check(models, name, inputs, max_batch=1)
    if "horizon" in inputs:
        message = (
            rf"{name}: received a horizon of 4\. Required: a horizon of at most 3, for which .*"
            r"Ask for fewer frames, or export the model with a larger max_horizon\."
        )
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            check(models, name, inputs, max_horizon=3)


@pytest.fixture(scope="module")
def told_nothing():
    """The forecast of a network without actions, whose number would not fit a horizon either."""
    model = tiny_forecaster(ScalarNetwork())
    model.build((None, None, None, None, 1))
    return forecast_signature(model)


@pytest.mark.parametrize(
    "changed",
    [
        {"horizon": MOST},
        {"horizon": 500_000_000},
        {"context": np.broadcast_to(np.float32(0), (1, 1, 8192, 8192, 1))},
        {"context": np.broadcast_to(np.float32(0), (1, 20_000, 1, 1, 1))},
    ],
)
def test_absurd_forecasts_are_refused_unless_told_otherwise(told_nothing, changed):
    inputs = {"context": FRAMES, "horizon": 4, **changed}
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"at most {MAX_VALUES}"):
        told_nothing.check(**inputs)


@pytest.mark.parametrize(
    "name, changed",
    [
        ("init_state", dict.fromkeys(SIZES, 2**12)),
        # Products beyond int32, and beyond int64.
        ("init_state", dict.fromkeys(SIZES, 2**16)),
        ("init_state", dict.fromkeys(SIZES, 2**30)),
        ("decode", {"codes": np.zeros((100_000, 3), "float32")}),
        ("traverse", {"values": np.zeros(100_000, "float32")}),
    ],
)
def test_what_else_is_absurd(models, name, changed):
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"at most {MAX_VALUES}"):
        check(models, name, {**REQUESTS[name], **changed})


def test_usual_calls_are_not_absurd(told_nothing):
    """An hour of radar at a kilometre, 12 frames after 12; and one a second for ten minutes."""
    usual = np.broadcast_to(np.float32(0), (1, 12, 1024, 1024, 1))
    told_nothing.check(context=usual, horizon=12)
    told_nothing.check(context=np.zeros((1, 60, 64, 64, 1), "float32"), horizon=600)


def test_product():
    assert float(product([3, tf.constant(4), 5])) == 60
    assert float(product([2**31 - 1] * 4)) == pytest.approx(2.0**124, rel=1e-6)
    assert float(product([-(2**31), -5])) == 0
    assert float(product([])) == 1


@pytest.mark.parametrize("name", ["max_horizon", "max_batch", "max_values"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, 2**60, "many"])
def test_arguments(name, value):
    message = rf"export_saved_model: received {name}={value!r}\. Required: an int .*Pass "
    with pytest.raises(ValueError, match=message):
        Bounds(**{name: value})


def test_text():
    assert Bounds().text() == f"any horizon, any batch, at most {MAX_VALUES} values"
    assert Bounds().text(horizon=False) == f"any batch, at most {MAX_VALUES} values"
    assert Bounds(3, 2, 9).text() == "horizon of at most 3, batch of at most 2, at most 9 values"
