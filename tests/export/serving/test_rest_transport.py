import http.server
import json
import threading

import numpy as np
import pytest

from st_keras.export import ServingClient, ServingError

CONTEXT = np.zeros((1, 2, 4, 6, 1))
METADATA = {
    "model_spec": {"name": "nowcast", "version": "2"},
    "metadata": {
        "signature_def": {
            "signature_def": {
                "forecast": {
                    "inputs": {
                        "context": {"dtype": "DT_FLOAT", "tensor_shape": {"unknown_rank": True}},
                        "horizon": {"dtype": "DT_INT32", "tensor_shape": {}},
                    },
                    "outputs": {"forecast": {"dtype": "DT_FLOAT", "tensor_shape": {"dim": []}}},
                }
            }
        }
    },
}
GOOD = (200, METADATA)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.path, self.connection.getpeername()[1]))
        answer = self.server.answers.pop(0)
        if callable(answer):
            return answer(self)
        status, content = answer
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def fake(monkeypatch):
    """A server that gives the answers in its list, one after the other."""
    monkeypatch.setattr("st_keras.export.serving.failures.FIRST_DELAY", 1e-3)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    server.answers, server.seen, server.bodies = [], [], []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    server.address = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "answer",
    [
        {"outputs": [1.5, 2.0]},  # as TF Serving answers
        {"outputs": {"forecast": [1.5, 2.0], "another": 3}},
    ],
)
def test_request_and_answer(answer, fake):
    fake.answers = [GOOD, (200, answer)]
    if isinstance(answer["outputs"], dict):
        signatures = METADATA["metadata"]["signature_def"]["signature_def"]
        outputs = {name: {"dtype": "DT_FLOAT"} for name in ("forecast", "another")}
        forecast = {**signatures["forecast"], "outputs": outputs}
        metadata = {"signature_def": {"signature_def": {"forecast": forecast}}}
        fake.answers[0] = (200, {**METADATA, "metadata": metadata})
    with ServingClient(fake.address + "/radar", model="now cast/1", version=2) as client:
        assert client.forecast(np.full((1, 1), 0.1), 3).tolist() == [1.5, 2.0]
    paths, ports = zip(*fake.seen, strict=True)
    model = "/radar/v1/models/now%20cast%2F1/versions/2"
    assert paths == (f"{model}/metadata", f"{model}:predict")
    assert len(set(ports)) == 1  # one connection
    inputs = {"context": [[0.100000001]], "horizon": 3}
    assert json.loads(fake.bodies[0]) == {"signature_name": "forecast", "inputs": inputs}


@pytest.mark.parametrize(
    "status, code, tries",
    [
        (400, "INVALID_ARGUMENT", 1),
        (404, "NOT_FOUND", 1),
        (413, "RESOURCE_EXHAUSTED", 1),
        (429, "RESOURCE_EXHAUSTED", 3),
        (500, "INTERNAL", 1),
        (503, "UNAVAILABLE", 3),
        (504, "DEADLINE_EXCEEDED", 1),
        (302, "UNKNOWN", 1),
    ],
)
def test_statuses_and_how_often_it_is_tried(status, code, tries, fake):
    fake.answers = [(status, {"error": "the reason"}), (status, b"<html>"), (status, b"")]
    with ServingClient(fake.address, retries=2) as client, pytest.raises(ServingError) as failure:
        client.signatures()
    assert failure.value.code == code
    assert len(fake.seen) == tries
    if tries == 1 and status != 504:
        assert "the reason" in str(failure.value)
    if tries == 3:
        assert f"HTTP status {status}" in str(failure.value)


def test_a_server_that_comes_back(fake):
    fake.answers = [(503, b""), GOOD]
    with ServingClient(fake.address, retries=1) as client:
        assert list(client.signatures()) == ["forecast"]


@pytest.mark.parametrize(
    "answer, said",
    [
        ((200, b"{"), "an answer that is no JSON"),
        ((200, {"outputs": None}), "an answer without the outputs of the signature"),
        ((200, [1]), "an answer without the outputs"),
        ((200, {"outputs": [[1], [1, 2]]}), "an unusable answer .*no array of numbers"),
    ],
)
def test_unusable_answers(answer, said, fake):
    fake.answers = [GOOD, answer]
    with ServingClient(fake.address) as client:
        with pytest.raises(ServingError, match=rf"INTERNAL .*\({said}"):
            client.forecast(CONTEXT, 1)


@pytest.mark.parametrize("metadata", [{}, [], {**METADATA, "metadata": {}}])
def test_unusable_metadata(metadata, fake):
    fake.answers = [(200, metadata)]
    with ServingClient(fake.address) as client:
        with pytest.raises(
            ServingError, match=r"INTERNAL .*\(metadata in another form than TF Ser"
        ):
            client.signatures()


def _close(handler):
    handler.close_connection = True
    handler.connection.shutdown(2)


def _cut(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    _close(handler)


def test_a_connection_that_the_server_closed_meanwhile(fake):
    fake.answers = [GOOD, _close, GOOD]
    with ServingClient(fake.address, retries=0) as client:
        client.signatures()
        assert list(client.signatures()) == ["forecast"]  # on a new connection, no retry
        fake.answers = [_close]  # the connection is reused, and the new one fails too
        fake.answers.append(_close)
        with pytest.raises(ServingError, match="UNAVAILABLE"):
            client.signatures()


def test_an_answer_that_ends_too_early(fake):
    fake.answers = [_cut]
    with ServingClient(fake.address, retries=0) as client:
        with pytest.raises(ServingError, match=r"UNAVAILABLE .*IncompleteRead"):
            client.signatures()


def test_a_server_that_is_down_for_good():
    with ServingClient("http://127.0.0.1:1", retries=1) as client:
        with pytest.raises(ServingError, match=r"UNAVAILABLE .*refused.*tried 2 times.*Start it"):
            client.forecast(CONTEXT, 1)


def test_https_with_a_server_that_knows_none(fake):
    with ServingClient(fake.address.replace("http", "https"), retries=3) as client:
        with pytest.raises(ServingError, match=r"UNAVAILABLE from https://.*SSL"):
            client.signatures()
