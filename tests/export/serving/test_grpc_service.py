import time
import types

import numpy as np
import pytest

from st_keras.export.serving.grpc_service import service_handlers
from st_keras.export.serving.serving_api import require_serving_api
from st_keras.export.serving.tensor_proto import read_tensor, write_tensor

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
    write_tensor(message.inputs["images"], np.ones((1, 4, 6, 1), "float32"))
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
        assert read_tensor("codes", response.outputs["codes"], 9).tolist() == [[1, 1]]
        response = stub.Predict(request(outputs=["codes"]), timeout=10)
        assert set(response.outputs) == {"codes"}


def test_the_space_of_an_answer_is_free_once_the_call_has_ended(server, channel):
    for _ in range(3):
        call(channel, "Predict", request().SerializeToString())
    deadline = time.monotonic() + 20
    while server.model.answers.taken and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.model.answers.taken == 0


def test_the_space_of_an_answer_whose_client_has_gone(server):
    class Gone:
        def add_callback(self, callback):
            return False

    (service, _) = service_handlers(server.model)
    details = types.SimpleNamespace(method="/tensorflow.serving.PredictionService/Predict")
    predict = service.service(details).unary_unary
    assert API.PredictResponse.FromString(predict(request().SerializeToString(), Gone())).outputs
    assert server.model.answers.taken == 0


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
