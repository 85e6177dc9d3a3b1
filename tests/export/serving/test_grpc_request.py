"""What is refused as it is declared: no array has been made by then."""

import tracemalloc

import numpy as np
import pytest

from st_keras.export.serving import grpc_request
from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.served_model import ServedModel
from st_keras.export.serving.serving_api import require_serving_api
from st_keras.export.serving.tensor_proto import write_tensor

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
API = require_serving_api("tests")
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
    call = grpc_request.read_predict(API, model, request.SerializeToString())
    assert (call.signature, call.outputs) == ("forecast", ("forecast",))
    np.testing.assert_array_equal(call.inputs["context"], np.ones((1, 2, 4, 6, 1)))
    assert call.inputs["horizon"] == 1
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
        ({"context": (*CONTEXT, 1, None), "horizon": HORIZON}, r"0 bytes and 0 single values"),
    ],
)
def test_refused_without_an_array(model, inputs, message):
    content = asking(**inputs).SerializeToString()
    tracemalloc.start()
    try:
        with pytest.raises(CallError, match=rf"INVALID_ARGUMENT: .*{message}"):
            grpc_request.read_predict(API, model, content)
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
    with pytest.raises(CallError, match=r"request to step that counts as 3000000 values"):
        grpc_request.read_predict(API, model, content)


def test_other_models_are_refused_before_their_inputs(model):
    request = asking(context=CONTEXT)
    request.model_spec.name = "rain"
    with pytest.raises(CallError, match=r"NOT_FOUND: .*model 'rain'"):
        grpc_request.read_predict(API, model, request.SerializeToString())
    with pytest.raises(CallError, match=r"6 bytes that are no PredictRequest\. .*Use its own"):
        grpc_request.read_predict(API, model, b"\xff" * 6)


def test_no_compression_gets_round_the_limit(server):
    """A message of a few KB that unpacks to 8 MB, where 1 MB is allowed."""
    request = API.PredictRequest()
    request.model_spec.name = "nowcast"
    write_tensor(request.inputs["context"], np.zeros((1, 2, 1024, 1024, 1), "float32"))
    options = [("grpc.max_send_message_length", -1)]
    with API.grpc.insecure_channel(server.grpc_address, options) as channel:
        predict = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        content, gzip = request.SerializeToString(), API.grpc.Compression.Gzip
        with pytest.raises(API.grpc.RpcError) as refused:
            predict(content, timeout=20, compression=gzip)
    assert refused.value.code().name == "RESOURCE_EXHAUSTED"
