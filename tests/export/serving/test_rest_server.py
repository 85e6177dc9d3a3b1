import http.client
import json
import socket
import time
import tracemalloc

import numpy as np
import pytest

from st_keras.export import DevelopmentServer
from st_keras.export.serving.failures import CallError
from st_keras.export.serving.rest_server import outputs_text, read_predict, route
from st_keras.export.serving.served_model import ServedModel

FORECAST = {"context": np.zeros((1, 2, 4, 6, 1)).tolist(), "horizon": 1}
PREDICT = "/v1/models/nowcast:predict"


def ask(server, method, path, body=None, headers=None):
    """Return status and parsed answer."""
    connection = http.client.HTTPConnection(server.rest_address.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def raw(server, content, wait=10.0):
    """Send bytes, stop to send, return all that comes back."""
    host, port = server.rest_address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        chunks = []
        while chunk := connection.recv(65536):
            chunks.append(chunk)
    return b"".join(chunks)


def test_predict_with_and_without_a_version(server):
    for path in (PREDICT, "/v1/models/nowcast/versions/3:predict"):
        status, answer = ask(server, "POST", path, json.dumps({"inputs": FORECAST}))
        assert status == 200
        assert np.shape(answer["outputs"]) == (1, 1, 4, 6, 1)  # a single output, without its name
    body = {"signature_name": "encode", "inputs": np.ones((1, 4, 6, 1)).tolist()}
    status, answer = ask(server, "POST", PREDICT, json.dumps(body))
    assert answer["outputs"] == {"codes": [[1, 1]], "log_variance": [[-1, -1]]}


def test_status_and_metadata(server):
    status, answer = ask(server, "GET", "/v1/models/nowcast")
    assert status == 200
    (version,) = answer["model_version_status"]
    assert version == {
        "version": "3",
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }
    assert ask(server, "GET", "/v1/models/nowcast/versions/3")[1] == answer
    status, answer = ask(server, "GET", "/v1/models/nowcast/metadata")
    assert answer["model_spec"] == {"name": "nowcast", "signature_name": "", "version": "3"}
    definitions = answer["metadata"]["signature_def"]["signature_def"]
    assert definitions["forecast"]["inputs"]["horizon"]["dtype"] == "DT_INT32"
    assert definitions["forecast"]["method_name"] == "tensorflow/serving/predict"


@pytest.mark.parametrize(
    "method, path, body, status, message",
    [
        ("GET", "/", None, 404, "See TF Serving's RESTful API"),
        ("GET", "/v1/models/rain", None, 404, "model 'rain'"),
        ("GET", "/v1/models/nowcast/versions/4/metadata", None, 404, "version 4"),
        ("POST", PREDICT, "{}", 400, "JSON of another form"),
        ("POST", PREDICT, json.dumps({"inputs": {**FORECAST, "horizon": 0}}), 400, "forecast: rec"),
        ("POST", PREDICT, json.dumps({"inputs": {**FORECAST, "horizon": 10**9}}), 400, "--max-val"),
        (
            "POST",
            PREDICT,
            b"x" * (2**20 + 1),
            413,
            "a body of 1048577 bytes. Required: at most 104",
        ),
        ("PUT", PREDICT, "{}", 501, "a request that is refused: Unsupported method"),
    ],
)
def test_refusals(method, path, body, status, message, server):
    found, answer = ask(server, method, path, body)
    assert found == status
    assert list(answer) == ["error"] and message in answer["error"]
    assert "Required:" in answer["error"]


START = b"POST /v1/models/nowcast:predict HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "content, status",
    [
        (START + b"\r\n{}", 411),
        (START + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411),
        (START + b"Content-Length: -1\r\n\r\n{}", 411),
        (START + b"Content-Length: two\r\n\r\n{}", 411),
        (START + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n{}", 413),
        (START + b"Content-Length: 50\r\n\r\n{}", 400),  # the body ends too early
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"GET / HTP\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
    ],
)
def test_unusable_http(content, status, server):
    answer = raw(server, content)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert "Required:" in json.loads(body)["error"]
    assert b"Connection: close" in head  # nothing that follows is taken for a request
    assert b"Traceback" not in answer


def test_the_body_of_a_get_is_no_request(server):
    inner = b"GET /v1/models/nowcast HTTP/1.1\r\n\r\n"
    outer = b"GET /v1/models/nowcast HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(inner)
    assert raw(server, outer + inner).count(b"HTTP/1.1 ") == 1


def test_what_nobody_foresaw_is_not_told(server, monkeypatch, caplog):
    monkeypatch.setattr(server.model, "signature", lambda name: 1 / 0)
    status, answer = ask(server, "POST", PREDICT, json.dumps({"inputs": FORECAST}))
    assert status == 500
    assert "a failure of the server" in answer["error"] and "division" not in answer["error"]
    assert "ZeroDivisionError" in caplog.text


@pytest.fixture
def hasty(tiny_folder):
    """A server whose requests have 0.4 seconds to come."""
    with DevelopmentServer(
        tiny_folder, port=0, rest_port=0, threads=1, read_seconds=0.4, max_request_mb=1
    ) as server:
        yield server


def connect(server):
    host, port = server.rest_address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


@pytest.mark.parametrize("begin", [b"", START, START + b"Content-Length: 9000\r\n\r\n"])
def test_a_slow_client_is_cut_off(begin, hasty):
    start = time.monotonic()
    with connect(hasty) as connection:
        connection.sendall(begin)
        connection.settimeout(0.05)
        while time.monotonic() < start + 10:
            try:
                connection.sendall(b"x")
                if connection.recv(1000) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
    assert 0.2 < time.monotonic() - start < 5


@pytest.fixture
def narrow(tiny_folder):
    """A server with five connections."""
    with DevelopmentServer(tiny_folder, port=0, rest_port=0, threads=1) as server:
        yield server


def test_connections_are_bounded_and_come_back(narrow):
    idle = [connect(narrow) for _ in range(5)]
    for connection in idle:
        connection.sendall(b"G")
    time.sleep(0.1)
    with connect(narrow) as one_more:
        assert one_more.recv(1000).startswith(b"HTTP/1.1 503 ")
    for connection in idle:
        connection.close()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with connect(narrow) as again:
            again.sendall(b"GET /v1/models/nowcast HTTP/1.1\r\n\r\n")
            if again.recv(1000).startswith(b"HTTP/1.1 200 "):
                return
        time.sleep(0.05)
    pytest.fail("the connections did not come back")


def test_an_answer_takes_little_more_than_its_text():
    array = np.random.default_rng(0).random((5, 60_000), "float32")
    tracemalloc.start()
    text = outputs_text({"forecast": array})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    answer = json.loads(bytes(text))
    assert list(answer) == ["outputs"]
    np.testing.assert_array_equal(np.float32(answer["outputs"]), array)
    # The text, its growth, and one piece of 65,536 values.
    assert peak < 2 * len(text) + 100 * 65_536


def test_answers_that_nobody_reads_are_as_many_as_turns(tiny_folder, monkeypatch):
    monkeypatch.setattr("st_keras.export.serving.served_model.PATIENCE", 0.2)
    inputs = {"context": np.zeros((1, 1, 100, 100, 1)).tolist(), "horizon": 300}
    large, small = (json.dumps({"inputs": each}).encode() for each in (inputs, FORECAST))
    with DevelopmentServer(tiny_folder, port=0, rest_port=0, threads=1) as server:
        with connect(server) as deaf:
            deaf.sendall(START + b"Content-Length: %d\r\n\r\n" % len(large) + large)
            deadline = time.monotonic() + 30
            while not server.model.busy and time.monotonic() < deadline:
                time.sleep(0.02)
            # Its answer of 6 MB is more than the sockets hold.
            status, answer = ask(server, "POST", PREDICT, small)
            assert status == 429
            assert "Required: a server with time for it, and clients that read" in answer["error"]
        deadline = time.monotonic() + 30
        while server.model.busy and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not server.model.busy
        assert ask(server, "POST", PREDICT, small)[0] == 200


@pytest.fixture(scope="module")
def model(tiny_folder):
    return ServedModel(tiny_folder / "3", "nowcast", 3, most_values=10_000, threads=1)


def test_paths():
    assert route("GET", "/v1/models/nowcast") == ("status", "nowcast", None)
    assert route("GET", "/v1/models/now%20cast/versions/12") == ("status", "now cast", 12)
    assert route("GET", "/v1/models/nowcast/versions/0/metadata") == ("metadata", "nowcast", 0)
    assert route("POST", "/v1/models/nowcast:predict") == ("predict", "nowcast", None)


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/"),
        ("GET", "/v1/models/nowcast:predict"),
        ("POST", "/v1/models/nowcast"),
        ("POST", "/v1/models/nowcast:classify"),
        ("GET", "/v1/models/nowcast/versions/-1"),
        ("GET", "/v1/models/nowcast/versions/" + "9" * 40),
        ("GET", "/v1/models/../etc/passwd"),
        ("GET", "/v1/models/nowcast/metadata/more"),
    ],
)
def test_other_paths(method, path):
    with pytest.raises(CallError, match=r"NOT_FOUND: st-keras serve: received .*See TF Serving's"):
        route(method, path)


def test_by_name_and_alone(model):
    body = json.dumps({"signature_name": "encode", "inputs": np.ones((1, 4, 6, 1)).tolist()})
    name, inputs = read_predict(model, body.encode())
    assert name == "encode" and inputs["images"].shape == (1, 4, 6, 1)
    body = json.dumps({"inputs": {"context": [[[[[1]]]]], "horizon": 2}})
    name, inputs = read_predict(model, body.encode())
    assert name == "serving_default" and inputs["horizon"] == 2
    assert inputs["horizon"].dtype == "int32" and inputs["context"].dtype == "float32"


GOOD = '"context": [[[[[1]]]]]'


@pytest.mark.parametrize(
    "body, message",
    [
        ("", "a body that is no JSON"),
        ("{", "a body that is no JSON"),
        ("[" * 100_000, "a body that is no JSON"),
        ("[1]", r"JSON of another form\. Required: an object with .inputs., all tensors by name"),
        ('{"instances": [1]}', r"JSON of another form.*the row format, .instances., is not served"),
        ('{"inputs": {}, "more": 1}', "JSON of another form"),
        ('{"inputs": {}, "signature_name": 3}', "a signature_name that is no text"),
        (
            '{"inputs": {}, "signature_name": "none"}',
            r"signature 'none'\. Required: a signature of .* decode",
        ),
        ('{"inputs": 3}', r"inputs without names\. Required: an object from names of inputs"),
        (f'{{"inputs": {{{GOOD}, "horizon": NaN}}}}', "a body that is no JSON"),
        (f'{{"inputs": {{{GOOD}, "horizon": "1"}}}}', "texts or objects inside of tensors"),
        (f'{{"inputs": {{{GOOD}, "horizon": {{"b64": "AAAA"}}}}}}', "texts or objects inside"),
        (f'{{"inputs": {{{GOOD}, "horizon": {{}}}}}}', "horizon that is no array of numbers"),
        (f'{{"inputs": {{{GOOD}, "horizon": 1.5}}}}', "horizon with other values"),
        ('{"inputs": {"context": [[1], 2], "horizon": 1}}', "context that is no array of numb"),
        ('{"inputs": {"context": [null], "horizon": 1}}', r"context of shape \(1,\)"),
        (b'\xff\xfe{"inputs": 1}', "a body that is no JSON"),
        ('{"inputs": ' + "9" * 5000 + "}", "a body that is no JSON|inputs without names"),
    ],
)
def test_what_is_refused(body, message, model):
    body = body if isinstance(body, bytes) else body.encode()
    with pytest.raises(ValueError, match=message):
        read_predict(model, body)


def test_too_many_values_are_refused_before_they_are_parsed(model, monkeypatch):
    body = json.dumps({"inputs": {"context": [[0] * 10_002], "horizon": 1}}).encode()
    message = r"a body of about 10002 values\. Required: at most 10000 values \(--max-values\)"
    with pytest.raises(ValueError, match=message):
        with monkeypatch.context() as patch:
            patch.setattr(json, "loads", None)
            read_predict(model, body)
