import time
import tracemalloc
import types

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.serving.failures import CallError
from st_keras.export.serving.grpc_service import read_predict, service_handlers
from st_keras.export.serving.served_model import ServedModel
from st_keras.export.serving.serving_api import require_serving_api

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
API = require_serving_api("tests")


@pytest.fixture(scope="module")
def channel(server):
    with API.grpc.insecure_channel(server.grpc_address) as channel:
        yield channel


def call(channel, method, content, service="PredictionService"):
    """Call with bytes; return bytes."""
    return channel.unary_unary(f"/tensorflow.serving.{service}/{method}")(content, timeout=10)


def request(**changes):
    message = API.PredictRequest()
    message.model_spec.name = "nowcast"
    message.model_spec.signature_name = changes.get("signature", "encode")
    message.inputs["images"].CopyFrom(tf.make_tensor_proto(np.ones((1, 4, 6, 1), "float32")))
    message.output_filter.extend(changes.get("outputs", ()))
    return message


def test_predict_with_the_official_stub(server):
    from tensorflow_serving.apis import prediction_service_pb2_grpc

    with API.grpc.insecure_channel(server.grpc_address) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        response = stub.Predict(request(), timeout=10)
        assert response.model_spec.name == "nowcast"
        assert response.model_spec.version.value == 3
        assert response.model_spec.signature_name == "encode"
        assert set(response.outputs) == {"codes", "log_variance"}
        assert tf.make_ndarray(response.outputs["codes"]).tolist() == [[1, 1]]
        response = stub.Predict(request(outputs=["codes"]), timeout=10)
        assert set(response.outputs) == {"codes"}


def test_a_turn_ends_with_its_call(server, channel):
    for _ in range(3):
        call(channel, "Predict", request().SerializeToString())
    deadline = time.monotonic() + 20
    while server.model.busy and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not server.model.busy


def test_the_turn_of_a_client_that_has_gone(server):
    class Gone:
        def add_callback(self, callback):
            return False

    (service, _) = service_handlers(API, server.model)
    details = types.SimpleNamespace(method="/tensorflow.serving.PredictionService/Predict")
    predict = service.service(details).unary_unary
    assert API.PredictResponse.FromString(predict(request().SerializeToString(), Gone())).outputs
    assert not server.model.busy


def test_status_with_the_official_stub(server):
    from tensorflow_serving.apis import get_model_status_pb2, model_service_pb2_grpc

    with API.grpc.insecure_channel(server.grpc_address) as channel:
        ask = API.GetModelStatusRequest()
        ask.model_spec.name = "nowcast"
        answer = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(ask, timeout=10)
    (status,) = answer.model_version_status
    assert status.version == 3
    assert status.state == get_model_status_pb2.ModelVersionStatus.AVAILABLE
    assert status.status.error_code == 0


def test_metadata(channel):
    ask = API.GetModelMetadataRequest(metadata_field=["signature_def"])
    ask.model_spec.name = "nowcast"
    content = call(channel, "GetModelMetadata", ask.SerializeToString())
    answer = API.GetModelMetadataResponse.FromString(content)
    definitions = API.SignatureDefMap()
    assert answer.metadata["signature_def"].Unpack(definitions)
    assert answer.model_spec.version.value == 3
    assert "forecast" in definitions.signature_def
    del ask.metadata_field[:]
    with pytest.raises(API.grpc.RpcError, match=r"Required: the field signature_def") as failure:
        call(channel, "GetModelMetadata", ask.SerializeToString())
    assert failure.value.code().name == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "method, service",
    [
        ("Classify", "PredictionService"),
        ("MultiInference", "PredictionService"),
        ("HandleReloadConfigRequest", "ModelService"),
        ("Run", "SessionService"),
    ],
)
def test_the_rest_is_unimplemented(method, service, channel):
    with pytest.raises(API.grpc.RpcError) as failure:
        call(channel, method, b"", service)
    assert failure.value.code().name == "UNIMPLEMENTED"


@pytest.mark.parametrize("method", ["Predict", "GetModelMetadata"])
def test_bytes_that_are_no_message(method, channel):
    with pytest.raises(API.grpc.RpcError) as failure:
        call(channel, method, b"\xff" * 20)
    assert failure.value.code().name == "INVALID_ARGUMENT"
    assert "received 20 bytes that are no " in failure.value.details()


def test_a_version_label(channel):
    message = request()
    message.model_spec.version_label = "stable"
    with pytest.raises(API.grpc.RpcError, match="label 'stable'") as failure:
        call(channel, "Predict", message.SerializeToString())
    assert failure.value.code().name == "NOT_FOUND"


def test_what_nobody_foresaw_is_not_told(channel, server, monkeypatch, caplog):
    monkeypatch.setattr(server.model, "signature", lambda name: 1 / 0)
    with pytest.raises(API.grpc.RpcError) as failure:
        call(channel, "Predict", request().SerializeToString())
    assert failure.value.code().name == "INTERNAL"
    assert "Traceback" not in failure.value.details()
    assert "division" not in failure.value.details()
    assert "ZeroDivisionError" in caplog.text


MOST = 2_500_000


@pytest.fixture(scope="module")
def model(tiny_folder):
    return ServedModel(tiny_folder / "3", "nowcast", 3, most_values=MOST, threads=1)


def declare(request, name, shape, dtype=1, field="float_val"):
    """Add an input whose one value stands for all."""
    tensor = request.inputs[name]
    tensor.dtype = dtype
    for size in shape:
        tensor.tensor_shape.dim.add().size = size
    if field:
        getattr(tensor, field).append(b"x" if field == "string_val" else 1)


def asking(signature="forecast", **inputs):
    """A request, with arguments of `declare` by the names of inputs."""
    request = API.PredictRequest()
    request.model_spec.name = "nowcast"
    request.model_spec.signature_name = signature
    for name, arguments in inputs.items():
        declare(request, name, *arguments)
    return request


CONTEXT = ((1, 2, 4, 6, 1),)
HORIZON = ((), 3, "int_val")


def test_what_is_right(model):
    request = asking(context=CONTEXT, horizon=HORIZON)
    request.output_filter.append("forecast")
    name, inputs, outputs = read_predict(API, model, request.SerializeToString())
    assert (name, outputs) == ("forecast", ("forecast",))
    np.testing.assert_array_equal(inputs["context"], np.ones((1, 2, 4, 6, 1)))
    assert inputs["horizon"] == 1
    assert not model.parsing.locked()


@pytest.mark.parametrize(
    "inputs, message",
    [
        (
            {f"invented_{i}": ((MOST,), 2, "double_val") for i in range(20)},
            r"no context, horizon and unknown inputs invented_0, .*Required: the inputs context",
        ),
        (
            {"context": CONTEXT, "horizon": ((MOST,), 3, "int_val")},
            r"horizon of shape \(2500000,\)",
        ),
        (
            {"context": ((1, 5, 1000, 500, 1), 2, "double_val"), "horizon": HORIZON},
            r"context of shape .*, float64, for forecast\. Required: shape \(B, T, H, W, 1\), f",
        ),
        (
            {"context": ((1, 5, 1000, 500, 1),), "horizon": HORIZON},
            r"request to forecast that counts as 2500001 values\. Required: at most 2500000 values",
        ),
        (
            {"context": ((2**40, 2**40, 2**40, 0, 1),), "horizon": HORIZON},
            rf"counts as {2**120 + 1} values",
        ),
        ({"context": ((1, -2, 4, 6, 1),), "horizon": HORIZON}, r"sizes of at least 0"),
        (
            {"context": ((MOST,), 7, "string_val"), "horizon": HORIZON},
            r"dtype number 7\. Required: one of float32",
        ),
        ({"context": ((1,) * 5000,), "horizon": HORIZON}, r"a shape of 5000 axes"),
    ],
)
def test_refused_without_an_array(model, inputs, message):
    content = asking(**inputs).SerializeToString()
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=message):
            read_predict(API, model, content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000  # any of them would be 10 MB
    assert not model.parsing.locked()


def test_all_inputs_together_are_bounded(model):
    """Each is within the limit; of the four together the bytes are a hundred."""
    shape = (1, 1000, 1000, 1)
    names = ("frame", "state_prediction", "state_h1")
    content = asking("step", **dict.fromkeys(names, (shape,))).SerializeToString()
    assert len(content) < 300
    with pytest.raises(ValueError, match=r"request to step that counts as 3000000 values"):
        read_predict(API, model, content)


def test_other_models_are_refused_before_their_inputs(model):
    request = asking(context=CONTEXT)
    request.model_spec.name = "rain"
    with pytest.raises(CallError, match=r"NOT_FOUND: .*model 'rain'"):
        read_predict(API, model, request.SerializeToString())
    with pytest.raises(ValueError, match=r"6 bytes that are no PredictRequest\. .*Use its own"):
        read_predict(API, model, b"\xff" * 6)


def test_no_compression_gets_round_the_limit(server):
    """A message of a few KB that unpacks to 8 MB, where 1 MB is allowed."""
    request = API.PredictRequest()
    request.model_spec.name = "nowcast"
    context = np.zeros((1, 2, 1024, 1024, 1), "float32")
    request.inputs["context"].CopyFrom(tf.make_tensor_proto(context))
    options = [("grpc.max_send_message_length", -1)]
    with API.grpc.insecure_channel(server.grpc_address, options) as channel:
        predict = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        content, gzip = request.SerializeToString(), API.grpc.Compression.Gzip
        with pytest.raises(API.grpc.RpcError) as refused:
            predict(content, timeout=20, compression=gzip)
    assert refused.value.code().name == "RESOURCE_EXHAUSTED"
