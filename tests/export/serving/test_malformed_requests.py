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


def good_request(random):
    request = API.PredictRequest()
    request.model_spec.name = "nowcast"
    request.model_spec.signature_name = "forecast"
    context = random.random((1, 2, 4, 6, 1), "float32")
    request.inputs["context"].CopyFrom(tf.make_tensor_proto(context))
    request.inputs["horizon"].CopyFrom(tf.make_tensor_proto(np.int32(2).reshape(())))
    return request


def random_bytes(random):
    return random.bytes(random.integers(1, 200))


def flipped(random):
    """A good message with a few other bytes; some of these are good as well."""
    content = bytearray(good_request(random).SerializeToString())
    for place in random.integers(0, len(content), random.integers(1, 6)):
        content[place] = random.integers(256)
    return bytes(content)


def cut(random):
    content = good_request(random).SerializeToString()
    return content[: random.integers(1, len(content))]


def another_dtype(random):
    request = good_request(random)
    name = random.choice(["context", "horizon"])
    wrong = [n for n in range(30) if n != request.inputs[name].dtype]
    request.inputs[name].dtype = int(random.choice(wrong))
    return request.SerializeToString()


def another_shape(random):
    request = good_request(random)
    shape = random.integers(-3, 2**40, random.integers(0, 9))
    proto = request.inputs[random.choice(["context", "horizon"])]
    del proto.tensor_shape.dim[:]
    for size in shape:
        proto.tensor_shape.dim.add().size = int(size)
    if random.integers(2):
        proto.ClearField("tensor_content")
        proto.float_val.append(1)
        proto.int_val.append(1)
    # By chance () for the horizon, which is right.
    return request.SerializeToString() + (b"" if len(shape) else b"\xff")


def other_inputs(random):
    request = good_request(random)
    if random.integers(2):
        del request.inputs[random.choice(["context", "horizon"])]
    else:
        request.inputs[str(random.bytes(4))].dtype = 1
    return request.SerializeToString()


def another_name(random):
    request = good_request(random)
    field = random.choice(["name", "signature_name", "version_label"])
    setattr(request.model_spec, field, random.bytes(9).hex())
    return request.SerializeToString()


def another_horizon(random):
    request = good_request(random)
    horizon = random.choice([-(2**31), -1, 0, 10**6, 2**31 - 1])
    request.inputs["horizon"].Clear()
    request.inputs["horizon"].CopyFrom(tf.make_tensor_proto(np.int32(horizon).reshape(())))
    return request.SerializeToString()


def states_of_another_size(random):
    request = API.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = "nowcast", "step"
    request.inputs["frame"].CopyFrom(tf.make_tensor_proto(np.zeros((1, 4, 6, 1), "float32")))
    for name in ("state_prediction", "state_h1"):
        shape = (1, *random.integers(7, 20, 2), 1)
        request.inputs[name].CopyFrom(tf.make_tensor_proto(np.zeros(shape, "float32")))
    return request.SerializeToString()


def too_large(random):
    request = good_request(random)
    request.inputs["context"].tensor_content = bytes(2**20)
    return request.SerializeToString()


MESSAGES = (
    *(random_bytes, flipped, cut, another_dtype, another_shape, other_inputs, another_name),
    *(another_horizon, states_of_another_size),
)
MAY_BE_GOOD = {flipped}


def good_body(random):
    context = random.random((1, 2, 4, 6, 1)).tolist()
    return {"signature_name": "forecast", "inputs": {"context": context, "horizon": 2}}


def other_json(random):
    """A body whose JSON is right and means nothing."""
    body = good_body(random)
    junk = [None, True, -1, 1e300, "text", [], {}, [[1], 2], {"b64": "AA"}, [None], 10**30]
    value = junk[random.integers(len(junk))]
    place = random.integers(4)
    if place == 0:
        return json.dumps(value).encode()
    if place == 1:
        body["inputs"] = value
    elif place == 2:
        body["inputs"]["context"] = value
    else:
        body["inputs"]["horizon"] = -1 if value is True else value
    return json.dumps(body).encode()


def damaged_json(random):
    content = bytearray(json.dumps(good_body(random)).encode())
    for place in random.integers(0, len(content), 5):
        content[place] = random.integers(256)
    return bytes(content)


def post(body, length=None):
    head = b"POST /v1/models/nowcast:predict HTTP/1.1\r\nConnection: close\r\n"
    return head + b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


def body_that_is_cut(random):
    body = json.dumps(good_body(random)).encode()
    return post(body[: random.integers(1, len(body))], len(body))


def head_of_random_bytes(random):
    return random.bytes(random.integers(1, 300)) + b"\r\n\r\n"


def another_path(random):
    return b"GET /v1/models/" + random.bytes(9).hex().encode() + b" HTTP/1.1\r\n\r\n"


REQUESTS = (
    lambda random: post(other_json(random)),
    lambda random: post(damaged_json(random)),
    lambda random: post(random_bytes(random)),
    *(body_that_is_cut, head_of_random_bytes, another_path),
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
                assert failure.code().name in REFUSED, (make.__name__, failure)
                assert "Traceback" not in failure.details()
            else:
                assert make in MAY_BE_GOOD, (make.__name__, content)
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
