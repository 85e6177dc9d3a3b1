import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.serving import served_model
from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.served_model import ServedModel
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
        ("paint", GOOD, (), r"signature 'paint'\. Required: one of decode, .*traverse\. Name one"),
        ("forecast", {"context": CONTEXT}, (), r"no horizon for forecast\. Required: the inputs c"),
        ("forecast", {}, (), r"no context, horizon for"),
        ("forecast", {**GOOD, "x": ONE}, (), r"unknown inputs x for forecast\. .*and no others"),
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
        ("forecast", {**GOOD, "horizon": np.int32(-1)}, (), r"^forecast: received a horizon below"),
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
    with pytest.raises(CallError) as refused:
        model.predict(name, inputs, outputs)
    assert refused.value.code == "INVALID_ARGUMENT"
    with pytest.raises(ValueError, match=message):
        raise ValueError(refused.value.said)


def test_busy(model, monkeypatch):
    seen = []
    monkeypatch.setattr(model, "function", lambda name: lambda **tensors: seen.append(model.busy))
    assert not model.busy
    with pytest.raises(TypeError):  # None is no answer
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
    with model._turn():
        message = (
            r"RESOURCE_EXHAUSTED: .*waited 0.05 s for its turn.*start the server with more --t"
        )
        with pytest.raises(CallError, match=message):
            model.predict("forecast", GOOD)
    model.predict("forecast", GOOD)


def test_an_answer_is_written_in_the_turn_of_its_request(model, monkeypatch):
    monkeypatch.setattr(served_model, "PATIENCE", 0.05)

    def write(arrays):
        with pytest.raises(CallError, match="for its turn"):
            model.predict("forecast", GOOD)
        return arrays.pop("forecast").tobytes()

    content, sent = model.answer("forecast", GOOD, (), write)
    assert len(content) == 4 * 4 * 6
    assert model.answers.taken == len(content)
    sent()
    assert model.answers.taken == 0
    assert not model.busy


def test_answers_that_are_not_sent_leave_no_space(model, monkeypatch):
    monkeypatch.setattr(served_model, "PATIENCE", 0.05)
    monkeypatch.setattr(model.answers, "most_bytes", 150)
    _, sent = model.answer("forecast", GOOD, (), lambda arrays: bytes(100))
    message = (
        r"RESOURCE_EXHAUSTED: .*an answer of 60 bytes that waited 0\.05 s .*Required: at most 150 "
        r"bytes of answers at once .*Call again later"
    )
    with pytest.raises(CallError, match=message):
        model.answer("forecast", GOOD, (), lambda arrays: bytes(60))
    assert model.answers.taken == 100
    sent()
    # Larger than all of it, and alone.
    _, sent = model.answer("forecast", GOOD, (), lambda arrays: bytes(1000))
    sent()
    assert model.answers.taken == 0


def test_a_damaged_model(tmp_path):
    for content in (b"", b"no protobuf", b"\x08\x01"):
        (tmp_path / "saved_model.pb").write_bytes(content)
        with pytest.raises(
            ValueError, match=r"which TensorFlow cannot load .*Export the model anew"
        ):
            ServedModel(tmp_path, "m", 1, 1, 1)
