"""A thousand malformed requests; the server stays up and its answers right."""

import json
import socket

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import ServingClient
from st_keras.export.serving.serving_api import require_serving_api
from tests.export.serving.tiny_module import numpy_predictions
from tests.tiny import random_frames

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
API = require_serving_api("tests")
# Of each protocol, and the seed.
COUNTS = pytest.mark.parametrize(
    "count, seed", [(500, 1), pytest.param(5000, 2, marks=pytest.mark.long)]
)
REFUSED = {"INVALID_ARGUMENT", "NOT_FOUND", "RESOURCE_EXHAUSTED"}


def tensor(array):
    return tf.make_tensor_proto(np.asarray(array))


def good_request(random):
    request = API.PredictRequest()
    request.model_spec.name = "nowcast"
    request.model_spec.signature_name = "forecast"
    request.inputs["context"].CopyFrom(tensor(random.random((1, 2, 4, 6, 1), "float32")))
    request.inputs["horizon"].CopyFrom(tensor(np.int32(2)))
    return request


def changed(change):
    """A maker of good requests that `change(request, random, either)` has spoilt."""

    def make(random):
        request = good_request(random)
        change(request, random, request.inputs[random.choice(["context", "horizon"])])
        return request.SerializeToString()

    return make


def random_bytes(random):
    return random.bytes(random.integers(1, 200))


def flipped(random):
    """A good message with a few other bytes; some of these are good as well."""
    return scattered(good_request(random).SerializeToString(), random, random.integers(1, 6))


def scattered(content, random, count):
    content = bytearray(content)
    for place in random.integers(0, len(content), count):
        content[place] = random.integers(256)
    return bytes(content)


def cut(random):
    content = good_request(random).SerializeToString()
    return content[: random.integers(1, len(content))]


@changed
def another_dtype(request, random, either):
    either.dtype = int(random.choice([n for n in range(30) if n != either.dtype]))


@changed
def another_shape(request, random, either):
    # A scalar would be right for the horizon.
    shape = random.integers(-3, 2**40, random.integers(1, 9))
    del either.tensor_shape.dim[:]
    for size in shape:
        either.tensor_shape.dim.add().size = int(size)
    if random.integers(2):
        either.ClearField("tensor_content")
        either.float_val.append(1)
        either.int_val.append(1)


@changed
def other_inputs(request, random, either):
    if random.integers(2):
        del request.inputs[random.choice(["context", "horizon"])]
    else:
        request.inputs[str(random.bytes(4))].dtype = 1


@changed
def another_name(request, random, either):
    field = random.choice(["name", "signature_name", "version_label"])
    setattr(request.model_spec, field, random.bytes(9).hex())


@changed
def another_horizon(request, random, either):
    horizon = random.choice([-(2**31), -1, 0, 10**6, 2**31 - 1])
    request.inputs["horizon"].CopyFrom(tensor(np.int32(horizon)))


@changed
def states_of_another_size(request, random, either):
    request.model_spec.signature_name = "step"
    request.inputs.clear()
    request.inputs["frame"].CopyFrom(tensor(np.zeros((1, 4, 6, 1), "float32")))
    for name in ("state_prediction", "state_h1"):
        shape = (1, *random.integers(7, 20, 2), 1)
        request.inputs[name].CopyFrom(tensor(np.zeros(shape, "float32")))


@changed
def too_large(request, random, either):
    request.inputs["context"].tensor_content = bytes(2**20)


MESSAGES = (
    *(random_bytes, flipped, cut, another_dtype, another_shape, other_inputs, another_name),
    *(another_horizon, states_of_another_size),
)
JUNK = [None, True, -1, 1e300, "text", [], {}, [[1], 2], {"b64": "AA"}, [None], 10**30]


def good_body(random):
    context = random.random((1, 2, 4, 6, 1)).tolist()
    return {"signature_name": "forecast", "inputs": {"context": context, "horizon": 2}}


def other_json(random):
    """A body whose JSON is right and means nothing."""
    body, value = good_body(random), JUNK[random.integers(len(JUNK))]
    place = random.integers(4)
    if place == 0:
        body = value
    elif place == 1:
        body["inputs"] = value
    elif place == 2:
        body["inputs"]["context"] = value
    else:
        body["inputs"]["horizon"] = -1 if value is True else value
    return json.dumps(body).encode()


def post(body, length=None):
    head = b"POST /v1/models/nowcast:predict HTTP/1.1\r\nConnection: close\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


def body_that_is_cut(random):
    body = json.dumps(good_body(random)).encode()
    return post(body[: random.integers(1, len(body))], len(body))


REQUESTS = (
    lambda random: post(other_json(random)),
    lambda random: post(scattered(json.dumps(good_body(random)).encode(), random, 5)),
    lambda random: post(random_bytes(random)),
    body_that_is_cut,
    lambda random: random.bytes(random.integers(1, 300)) + b"\r\n\r\n",
    lambda random: b"GET /v1/models/" + random.bytes(9).hex().encode() + b" HTTP/1.1\r\n\r\n",
)


def exchange(server, content):
    """Send bytes; return what comes back until the connection ends."""
    host, port = server.rest_address.removeprefix("http://").split(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        try:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionError:  # ended before all was sent
            pass
    return answer


def check_the_server(server, caplog):
    """Its answers are right, and nothing happened that it did not foresee."""
    context = random_frames(2, 3, 4, 6, 1)
    for address in (server.grpc_address, server.rest_address):
        with ServingClient(address, retries=0) as client:
            answer = client.forecast(context, 1)[:, 0]
        np.testing.assert_allclose(answer, numpy_predictions(context)[:, -1], atol=1e-6)
    assert [record for record in caplog.records if record.name == "st_keras.serve"] == []


@COUNTS
def test_by_grpc(count, seed, server, caplog):
    random = np.random.default_rng(seed)
    options = [("grpc.max_send_message_length", -1)]
    good = 0
    with API.grpc.insecure_channel(server.grpc_address, options) as channel:
        predict = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        for number in range(count):
            # One in a hundred: gRPC takes a quarter of a second to cut it off.
            make = too_large if number % 100 == 99 else MESSAGES[number % len(MESSAGES)]
            content = make(random)
            try:
                predict(content, timeout=20)
            except API.grpc.RpcError as failure:
                assert failure.code().name in REFUSED, (number, failure)
                assert "Traceback" not in failure.details()
            else:
                assert make is flipped, (number, content)
                good += 1
    assert good < count / 10
    check_the_server(server, caplog)


def test_a_refusal_fits_into_the_head_of_an_answer(server):
    """gRPC has no room for a whole request there."""
    axes, fields = good_request(np.random.default_rng(0)), API.GetModelMetadataRequest()
    for _ in range(5000):
        axes.inputs["context"].tensor_shape.dim.add().size = 1
    fields.model_spec.name = "nowcast"
    fields.metadata_field.append("x" * 100_000)
    with API.grpc.insecure_channel(server.grpc_address) as channel:
        for method, request in (("Predict", axes), ("GetModelMetadata", fields)):
            call = channel.unary_unary(f"/tensorflow.serving.PredictionService/{method}")
            with pytest.raises(API.grpc.RpcError) as refused:
                call(request.SerializeToString(), timeout=20)
            assert refused.value.code().name == "INVALID_ARGUMENT"


@COUNTS
def test_by_rest(count, seed, server, caplog):
    random = np.random.default_rng(seed)
    good = 0
    for number in range(count):
        content = REQUESTS[number % len(REQUESTS)](random)
        answer = exchange(server, content)
        assert b"Traceback" not in answer
        head, _, body = answer.partition(b"\r\n\r\n")
        status = int(head.split()[1]) if head else 0
        good += status == 200
        # An empty line is no request, and gets no answer.
        assert status in (0, 200) or (400 <= status < 506 and status != 500), (content, answer)
        assert status in (0, 200) or "Required:" in json.loads(body)["error"]
    assert good < count / 10
    check_the_server(server, caplog)
