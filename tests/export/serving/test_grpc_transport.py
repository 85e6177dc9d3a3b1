import concurrent.futures
import threading
import time

import numpy as np
import pytest

from st_keras.export import ServingClient, ServingError
from st_keras.export.serving.serving_api import require_serving_api

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
API = require_serving_api("tests")
CONTEXT = np.zeros((1, 2, 4, 6, 1))


def handlers(behaviour):
    """Handlers that answer every method of PredictionService by `behaviour(content, context)`."""
    handler = API.grpc.unary_unary_rpc_method_handler(behaviour)
    methods = {"Predict": handler, "GetModelMetadata": handler}
    return [
        API.grpc.method_handlers_generic_handler("tensorflow.serving.PredictionService", methods)
    ]


class FakeServer:
    """A gRPC server that can be started later, on a port that is known before."""

    def __init__(self, behaviour, port=0):
        self.workers = concurrent.futures.ThreadPoolExecutor(1)
        options = [("grpc.so_reuseport", 0)]
        self.server = API.grpc.server(self.workers, handlers(behaviour), options=options)
        self.port = self.server.add_insecure_port(f"127.0.0.1:{port}")

    def __enter__(self):
        self.server.start()
        return f"127.0.0.1:{self.port}"

    def __exit__(self, *reason):
        self.server.stop(None).wait()
        self.workers.shutdown()


def failing(code, said, answered):
    """A behaviour that notes each call and fails."""

    def behave(content, context):
        answered.append(content)
        context.abort(code, said)

    return behave


@pytest.mark.parametrize(
    "code, tries", [("UNAVAILABLE", 3), ("RESOURCE_EXHAUSTED", 3), ("INVALID_ARGUMENT", 1)]
)
def test_codes_and_how_often_it_is_tried(code, tries, monkeypatch):
    monkeypatch.setattr("st_keras.export.serving.failures.FIRST_DELAY", 1e-3)
    answered = []
    status = getattr(API.grpc.StatusCode, code)
    with FakeServer(failing(status, "the reason", answered)) as address:
        with ServingClient(address, retries=2) as client, pytest.raises(ServingError) as failure:
            client.forecast(CONTEXT, 1)
    assert failure.value.code == code and "the reason" in str(failure.value)
    assert len(answered) == tries


def test_a_message_that_is_too_large_is_not_sent_again():
    answered = []
    exhausted = API.grpc.StatusCode.RESOURCE_EXHAUSTED
    said = "Received message larger than max (5 vs. 4)"
    with FakeServer(failing(exhausted, said, answered)) as address:
        with ServingClient(address) as client, pytest.raises(ServingError, match="Send less at"):
            client.forecast(CONTEXT, 1)
    assert len(answered) == 1


def test_the_deadline():
    ended = threading.Event()

    def wait(content, context):
        ended.wait(30)
        return b""

    with FakeServer(wait) as address, ServingClient(address, timeout=0.2) as client:
        begin = time.monotonic()
        with pytest.raises(ServingError, match=r"no answer from .* within 0\.2 s\. .*larger timeo"):
            client.signatures()
        assert time.monotonic() - begin < 10
        ended.set()


def test_a_server_that_is_down_for_good():
    with ServingClient("127.0.0.1:1", retries=1) as client:
        with pytest.raises(
            ServingError, match=r"UNAVAILABLE from grpc://127.0.0.1:1 .*tried 2 tim"
        ):
            client.forecast(CONTEXT, 1)


def test_no_proxy_of_the_environment(monkeypatch):
    for name in ("grpc_proxy", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_grpc_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    status = API.grpc.StatusCode.NOT_FOUND
    with FakeServer(failing(status, "the server itself", [])) as address:
        with ServingClient(address, retries=0) as client:
            with pytest.raises(ServingError, match="the server itself"):
                client.signatures()


def test_an_unusable_answer():
    response = API.PredictResponse()
    response.outputs["forecast"].dtype = 7
    metadata = API.GetModelMetadataResponse()
    definitions = API.SignatureDefMap()
    inputs = definitions.signature_def["forecast"].inputs
    inputs["context"].dtype, inputs["horizon"].dtype = 1, 3
    inputs["context"].tensor_shape.unknown_rank = True
    metadata.metadata["signature_def"].Pack(definitions)
    answers = [metadata.SerializeToString(), response.SerializeToString()]
    with FakeServer(lambda *_: answers.pop(0)) as address, ServingClient(address) as client:
        with pytest.raises(ServingError, match=r"an unusable answer \(output 'forecast': received"):
            client.forecast(CONTEXT, 1)
