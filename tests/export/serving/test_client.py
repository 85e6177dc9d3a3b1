import json
import time

import numpy as np
import pytest

from st_keras.export import ServingClient, ServingError
from st_keras.export.serving.failures import CallError
from st_keras.export.serving.signature import Signature
from tests.export.serving.fake_transport import TOLD, fake_client, spec
from tests.export.serving.tiny_module import numpy_predictions
from tests.fresh_process import run_python
from tests.tiny import random_frames

CONTEXT = np.zeros((1, 3, 4, 6, 1))
WITHOUT_TENSORFLOW = """
import importlib.abc, json, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("keras", "tensorflow", "grpc", "google"):
            raise ModuleNotFoundError(name, name=name.split(".")[0])

sys.meta_path.insert(0, Refuse())
import numpy as np
import st_keras.export
from st_keras.export import ServingClient

with ServingClient(sys.argv[1]) as client:
    future = client.forecast(np.ones((1, 2, 4, 6, 1)), horizon=3)
    with client.stream() as stream:
        next_frame = stream.step(np.ones((1, 4, 6, 1)))
missing = []
for name in ("DevelopmentServer", "export_saved_model", "import_torch_checkpoint"):
    try:
        exec(f"from st_keras.export import {name}")
    except ModuleNotFoundError as reason:
        missing.append(reason.name)
assert len(missing) == 3 and set(missing) <= {"keras", "tensorflow"}, missing
try:
    st_keras.export.nothing
except AttributeError as reason:
    assert str(reason) == "module 'st_keras.export' has no attribute 'nothing'"
print(json.dumps([future[0, :, 0, 0, 0].tolist(), float(next_frame[0, 0, 0, 0])]))
"""


def test_forecast_is_that_of_the_model(client):
    context = random_frames(2, 5, 4, 6, 1)
    future = client.forecast(context, 4)
    assert future.dtype == "float32" and future.shape == (2, 4, 4, 6, 1)
    np.testing.assert_allclose(future[:, 0], numpy_predictions(context)[:, -1], atol=1e-6)
    future[:] = 0  # the user's own
    other = client.forecast(np.uint8(context > 0.5), horizon=np.int64(1))
    np.testing.assert_allclose(other[:, 0], numpy_predictions(1.0 * (context > 0.5))[:, -1], 1e-6)


def test_codes(client):
    images = random_frames(3, 4, 6, 1)
    codes = client.encode(images)
    np.testing.assert_allclose(codes[:, 0], images.mean((1, 2, 3)), rtol=1e-6)
    decoded = client.decode(codes)
    assert decoded.shape == (3, 4, 6, 1)
    traversed = client.traverse(images, latent=0, values=[-1, 0.5])
    assert traversed.shape == (3, 2, 4, 6, 1)
    codes[:, 0] = 0.5
    np.testing.assert_allclose(traversed[:, 1], client.decode(codes), rtol=1e-6)


def test_signatures(client):
    found = client.signatures()
    assert found["forecast"].inputs["context"] == spec(None, None, None, None, 1)
    assert found["forecast"].inputs["horizon"] == spec(dtype="int32")
    assert set(found["step"].outputs) == {"prediction", "state_prediction", "state_h1"}


def test_rest_where_tensorflow_keras_and_grpc_are_not(server):
    frames, one = json.loads(run_python(WITHOUT_TENSORFLOW, server.rest_address))
    predicted = numpy_predictions(np.ones((1, 2, 1, 1, 1)))[0, :, 0, 0, 0]
    assert len(frames) == 3
    assert frames[0] == pytest.approx(predicted[1]) and one == pytest.approx(predicted[0])


def test_what_the_model_refuses(client):
    with pytest.raises(ValueError, match=r"ServingClient.forecast: received horizon=0"):
        client.forecast(CONTEXT, 0)
    inputs = {"context": CONTEXT, "horizon": 0}
    with pytest.raises(ServingError, match=r"here: refused by .*: forecast: received a horizon b"):
        client.predict("here", "forecast", inputs)


def test_unknown_model_and_version(server):
    for scheme in (server.grpc_address, server.rest_address):
        for named in ({"model": "rain"}, {"version": 9}):
            with ServingClient(scheme, **named) as client, pytest.raises(ServingError) as refused:
                client.forecast(CONTEXT, 1)
            assert refused.value.code == "NOT_FOUND"
            assert "Ask for that, or serve the other" in str(refused.value)
        with ServingClient(scheme, version=3) as client:
            assert client.forecast(CONTEXT, 1).shape == (1, 1, 4, 6, 1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"address": "nowhere"}, r"address='nowhere'"),
        ({"model": ""}, r"model=''\. Required: the name it is served under\. Pass a str"),
        ({"model": 3}, r"model=3"),
        ({"version": -1}, r"version=-1"),
        ({"timeout": 0}, r"timeout=0"),
        ({"timeout": np.nan}, r"timeout=nan"),
        ({"retries": -1}, r"retries=-1"),
        ({"retries": 1.5}, r"retries=1.5"),
    ],
)
def test_arguments(arguments, message):
    with pytest.raises(ValueError, match=f"ServingClient: received {message}"):
        ServingClient(**{"address": "http://h", **arguments})


def test_stream_arguments(monkeypatch):
    client, _ = fake_client(monkeypatch)
    for name in ("batch_size", "height", "width"):
        with pytest.raises(ValueError, match=f"ServingClient.stream: received {name}=0"):
            client.stream(**{name: 0})


@pytest.mark.parametrize(
    "inputs, message",
    [
        ({"context": CONTEXT[0]}, r"context of shape \(3, 4, 6, 1\)\. Required: shape \(B, T, H"),
        ({"actions": None}, r"no actions\. Required: the inputs context, horizon, actions, as the"),
        (
            {"actions": np.zeros((1, 3, 2))},
            r"actions of shape \(1, 3, 2\) for 3 context frames and horizon=2\. Required: 4 "
            r"actions .*Pass \(B, T",
        ),
        ({"actions": np.zeros(4)}, r"actions of shape \(4,\)\. Required: shape \(B, steps, 2\)"),
        ({"horizon": 0}, r"horizon=0"),
        ({"context": CONTEXT * np.nan}, r"context with 72 values that are NaN"),
    ],
)
def test_nothing_is_sent_that_does_not_fit(inputs, message, monkeypatch):
    client, transport = fake_client(monkeypatch)
    good = {"context": CONTEXT, "horizon": 2, "actions": np.zeros((1, 4, 2))}
    with pytest.raises(ValueError, match=f"ServingClient.forecast: received {message}"):
        client.forecast(**{**good, **inputs})
    assert transport.calls == []
    assert client.forecast(**good).shape == (1, 2, 4, 6, 1)
    with pytest.raises(
        ValueError, match=r"ServingClient.encode: .*signature 'encode'\. Required: a"
    ):
        client.encode(CONTEXT[0])


def test_the_server_is_asked_once_what_it_serves_and_again_if_that_changed(monkeypatch):
    client, transport = fake_client(monkeypatch)
    for _ in range(3):
        client.forecast(CONTEXT, 2, np.zeros((1, 4, 2)))
    assert transport.descriptions == 1
    inputs = {**TOLD["forecast"].inputs, "context": spec(None, None, None, None, 3)}
    transport.signatures = {"forecast": Signature(inputs, TOLD["forecast"].outputs)}
    client.forecast(np.zeros((1, 3, 4, 6, 3)), 2, np.zeros((1, 4, 2)))
    assert transport.descriptions == 2
    with pytest.raises(ValueError, match="context of shape"):
        client.forecast(CONTEXT, 2, np.zeros((1, 4, 2)))
    assert transport.descriptions == 3


def test_a_misfit_is_told_although_the_server_is_gone(monkeypatch):
    client, transport = fake_client(monkeypatch, retries=0)
    actions = np.zeros((1, 4, 2))
    client.forecast(CONTEXT, 2, actions)

    def gone(*arguments, **named):
        transport.descriptions += 1
        raise CallError("UNAVAILABLE", "why")

    monkeypatch.setattr(transport, "metadata", gone)
    with pytest.raises(ValueError, match=r"context of shape \(3, 4, 6, 1\)\. Required: shape"):
        client.forecast(CONTEXT[0], 2, actions)
    assert transport.descriptions == 2
    with pytest.raises(ValueError, match="values that are NaN"):
        client.forecast(CONTEXT * np.nan, 2, actions)
    assert transport.descriptions == 2  # no other version would take it


def test_failures(monkeypatch):
    client, transport = fake_client(monkeypatch, retries=1, version=7)
    monkeypatch.setattr("st_keras.export.serving.failures.FIRST_DELAY", 1e-3)
    told = (CONTEXT, 2, np.zeros((1, 4, 2)))
    transport.failures = [CallError("UNAVAILABLE", "a")]
    assert client.forecast(*told).shape == (1, 2, 4, 6, 1)
    assert [call[:3] for call in transport.calls] == [("m", 7, "forecast")] * 2
    transport.failures = [CallError("UNAVAILABLE", "b"), CallError("UNAVAILABLE", "a")]
    with pytest.raises(
        ServingError, match=r"for model 'm', version 7 \(b\), tried 2 times"
    ) as last:
        client.forecast(*told)
    assert last.value.code == "UNAVAILABLE"


def test_an_answer_without_its_output(monkeypatch):
    client, transport = fake_client(monkeypatch)
    monkeypatch.setattr(transport, "predict", lambda *a, **k: {"other": np.zeros(1)})
    with pytest.raises(ServingError, match=r"INTERNAL .*an answer without 'forecast'"):
        client.forecast(CONTEXT, 2, np.zeros((1, 4, 2)))


def test_ends_its_connections_and_says_what_it_is(monkeypatch):
    client, transport = fake_client(monkeypatch)
    with client as same:
        assert same is client
    assert transport.closed
    assert repr(client) == "ServingClient('grpc://server:8500', model='m', version=None)"


def test_all_calls_of_a_method_share_its_time(monkeypatch):
    client, transport = fake_client(monkeypatch, timeout=10.0)
    left, metadata, predict = [], transport.metadata, transport.predict

    def timed(call):
        def answer(*arguments, seconds, **named):
            left.append(seconds)
            time.sleep(0.1)
            return call(*arguments, seconds=seconds, **named)

        return answer

    transport.metadata, transport.predict = timed(metadata), timed(predict)
    client.forecast(CONTEXT, 2, np.zeros((1, 4, 2)))
    assert len(left) == 2 and left[1] <= left[0] - 0.1 <= 9.9
    left.clear()
    with client.stream() as stream:
        stream.step(np.zeros((1, 4, 6, 1)), np.zeros((1, 2)))
        assert len(left) == 3 and left[2] <= left[1] - 0.1 <= left[0] - 0.2  # of one step
        stream.step(np.zeros((1, 4, 6, 1)), np.zeros((1, 2)))
        assert left[3] > left[2]  # the next has its own
