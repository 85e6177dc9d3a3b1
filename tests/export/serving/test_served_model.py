import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.serving import served_model
from st_keras.export.serving.failures import CallError
from st_keras.export.serving.limits import MAX_VALUES
from st_keras.export.serving.served_model import ServedModel, counted_values
from st_keras.export.serving.signature import TensorSpec
from tests.export.serving.tiny_module import numpy_predictions
from tests.tiny import random_frames

CONTEXT, ONE = np.zeros((1, 2, 4, 6, 1), "float32"), np.int32(1)
GOOD = {"context": CONTEXT, "horizon": ONE}


@pytest.fixture(scope="module")
def model(tiny_folder):
    return ServedModel(tiny_folder / "3", "nowcast", 3, most_values=100_000, threads=1)


def test_predict(model):
    context = random_frames(2, 3, 4, 6, 1)
    for name in ("", "forecast"):
        answer = model.predict(name, {"context": context, "horizon": np.int32(2)})
        assert answer["forecast"].shape == (2, 2, 4, 6, 1)
        expected = numpy_predictions(context)[:, -1]
        np.testing.assert_allclose(answer["forecast"][:, 0], expected, atol=1e-6)
    images = random_frames(1, 4, 6, 1)
    assert set(model.predict("encode", {"images": images})) == {"codes", "log_variance"}
    assert set(model.predict("encode", {"images": images}, ("codes",))) == {"codes"}
    assert set(model.predict("encode", {"images": images}, ("codes", "codes"))) == {"codes"}


@pytest.mark.parametrize(
    "name, inputs, outputs, message",
    [
        (
            "paint",
            GOOD,
            (),
            r"signature 'paint'\. Required: a signature .*decode, .*traverse\. Ask",
        ),
        (
            "forecast",
            {"context": CONTEXT},
            (),
            r"no horizon\. Required: the inputs context, horizon, as",
        ),
        ("forecast", {}, (), r"no context, horizon\."),
        ("forecast", {**GOOD, "x": ONE}, (), r"unknown inputs x\. .*and no others"),
        (
            "forecast",
            {**GOOD, "context": CONTEXT.astype("float64")},
            (),
            r"context of shape \(1, 2, 4, 6, 1\), float64, for forecast\. Required: shape "
            r"\(B, T, H, W, 1\), float32\. Send that",
        ),
        (
            "forecast",
            {**GOOD, "context": CONTEXT[0]},
            (),
            r"context of shape \(2, 4, 6, 1\), float",
        ),
        ("forecast", {**GOOD, "horizon": np.int64(1)}, (), r"horizon of shape \(\), int64"),
        ("forecast", {**GOOD, "horizon": np.ones(1, "int32")}, (), r"horizon of shape \(1,\)"),
        ("forecast", GOOD, ("codes",), r"a wish for the outputs codes .*Required: outputs among f"),
        (
            "forecast",
            {**GOOD, "horizon": np.int32(10**9)},
            (),
            r"request to forecast that counts as 4096000008193 values\. Required: at most 100000 "
            r"values \(--max-values\)\. Ask for a smaller horizon",
        ),
        (
            "forecast",
            {**GOOD, "horizon": np.int32(-1)},
            (),
            r"^INVALID_ARGUMENT: forecast: received a horizon below",
        ),
        (
            "forecast",  # before anything is counted that this would become
            {**GOOD, "context": np.broadcast_to(np.float32(0), (1, 1, 400, 300, 1))},
            (),
            r"request to forecast that counts as 120001 values",
        ),
        (
            "init_state",
            {name: np.int32(2**31 - 1) for name in ("batch_size", "height", "width")},
            (),
            r"a request to init_state that counts as \d{29} values",
        ),
    ],
)
def test_what_is_refused(name, inputs, outputs, message, model):
    with pytest.raises((ValueError, CallError), match=message):
        model.predict(name, inputs, outputs)


def test_busy(model, monkeypatch):
    seen = []
    monkeypatch.setattr(model, "function", lambda name: lambda **tensors: seen.append(model.busy))
    assert not model.busy
    with pytest.raises(TypeError), model.turn():  # None is no answer
        model.predict("forecast", GOOD)
    assert seen == [True] and not model.busy


def test_other_models_and_versions(model):
    model.check_spec("nowcast")
    model.check_spec("nowcast", 3)
    for spec in (("rain",), ("",), ("nowcast", 4), ("nowcast", None, "stable")):
        with pytest.raises(
            CallError, match=r"NOT_FOUND: .*Required: model 'nowcast', version 3 or"
        ):
            model.check_spec(*spec)


def test_what_tensorflow_cannot_do_is_logged_and_not_told(model, monkeypatch, caplog):
    def fail(**inputs):
        raise failure

    monkeypatch.setitem(
        model.__dict__, "_loaded", type("L", (), {"signatures": {"forecast": fail}})
    )
    failure = tf.errors.InternalError(None, None, "secret place")
    with pytest.raises(CallError, match=r"INTERNAL: .*INTERNAL when forecast was computed\. Requi"):
        model.predict("forecast", GOOD)
    assert "secret place" in caplog.text
    failure = tf.errors.ResourceExhaustedError(None, None, "out of memory")
    with pytest.raises(CallError, match=r"RESOURCE_EXHAUSTED: .*Ask for less at once"):
        model.predict("forecast", GOOD)
    failure = tf.errors.InvalidArgumentError(None, None, "Incompatible shapes [[{{node a}}]]")
    with pytest.raises(CallError, match=r"^INVALID_ARGUMENT: Incompatible shapes$"):
        model.predict("forecast", GOOD)


def test_a_turn_that_does_not_come(model, monkeypatch):
    monkeypatch.setattr(served_model, "PATIENCE", 0.05)
    message = r"RESOURCE_EXHAUSTED: .*waited 0.05 s for its turn.*start the server with more --t"
    with model.turn(), pytest.raises(CallError, match=message), model.turn():
        pass
    with model.turn():
        assert model.busy
    assert not model.busy


def test_a_damaged_model(tmp_path):
    for content in (b"", b"no protobuf", b"\x08\x01"):
        (tmp_path / "saved_model.pb").write_bytes(content)
        with pytest.raises(
            ValueError, match=r"which TensorFlow cannot load .*Export the model anew"
        ):
            ServedModel(tmp_path, "m", 1, 1, 1)


FIVE = np.zeros((2, 5, 64, 48, 1), "float32")


def test_a_horizon_makes_frames():
    inputs = {"context": FIVE, "horizon": np.int32(7)}
    assert counted_values(inputs, {}) == FIVE.size + 1 + 7 * 2 * 64 * 48
    states = {"state_prediction": np.zeros((2, 32, 32, 4)), "state_h1": np.zeros((2, 2, 3, 9))}
    inputs = {"horizon": np.int32(10**9), **states}
    assert counted_values(inputs, {}) >= 10**9 * 2 * 32 * 32 * 4


def test_thresholds_and_members_make_fields():
    inputs = {"context": FIVE, "horizon": np.int32(7)}
    frame = 2 * 64 * 48
    found = counted_values({**inputs, "thresholds": np.ones(3)}, {})
    assert found == FIVE.size + 1 + 3 + 3 * 7 * frame
    found = counted_values({**inputs, "members": np.int32(10**6), "seed": np.int32(0)}, {})
    assert found == FIVE.size + 3 + 10**6 * 7 * frame


def test_a_small_frame_counts_as_the_time_of_its_step():
    one = np.zeros((1, 5, 1, 1, 1), "float32")
    for horizon, passes in ((10**6, False), (100, True)):
        inputs = {"context": one, "horizon": np.int32(horizon)}
        assert counted_values(inputs, {}) == (5 + horizon) * 4096 + 1
        assert (counted_values(inputs, {}) <= MAX_VALUES) == passes
    # As many frames of context, even of none or few pixels.
    for shape in ((1, 10**6, 1, 1, 1), (1, 10**6, 0, 1, 1)):
        context = np.broadcast_to(np.float32(0), shape)
        assert counted_values({"context": context, "horizon": np.int32(1)}, {}) > MAX_VALUES
    state = {"state_prediction": np.zeros((1, 1, 1, 1)), "horizon": np.int32(10**6)}
    assert counted_values(state, {}) > MAX_VALUES
    # A usual request: an hour of radar, 12 frames of 512 x 512 after 12.
    usual = np.broadcast_to(np.float32(0), (1, 12, 512, 512, 1))
    assert counted_values({"context": usual, "horizon": np.int32(12)}, {}) < MAX_VALUES


def test_sizes_make_states():
    outputs = {"state_h1": TensorSpec((None, None, None, 64), "float32")}
    sizes = {name: np.int32(2**31 - 1) for name in ("batch_size", "height", "width")}
    assert counted_values(sizes, outputs) == (2**31 - 1) ** 3 * 64
    sizes["height"] = np.int32(-5)
    assert counted_values(sizes, outputs) == 0  # the model refuses it


def test_images():
    images, values = np.zeros((2, 4, 6, 1)), np.zeros(9)
    inputs = {"images": images, "latent": np.int32(0), "values": values}
    assert counted_values(inputs, {}) == images.size + 1 + values.size + values.size * images.size
    outputs = {"images": TensorSpec((None, 64, 64, 1), "float32")}
    assert counted_values({"codes": np.zeros((3, 10))}, outputs) == 30 + 3 * 64 * 64


def test_strange_inputs_do_not_break_it():
    assert counted_values({}, {}) == 0
    for context in (np.zeros(()), np.zeros((0, 0)), np.zeros((2, 0, 4))):
        assert counted_values({"context": context, "horizon": np.int32(-3)}, {}) >= 0
    assert counted_values({"a": np.zeros(4)}, {"b": TensorSpec(None, "float32")}) == 4
