"""TF Serving's PredictionService and ModelService, as far as a development server needs them."""

import logging

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.serving_api import require_serving_api
from st_keras.export.serving.tensor_proto import read_tensor, write_tensor
from st_keras.validation import error

LOG = logging.getLogger("st_keras.serve")
PREDICTION_SERVICE = "tensorflow.serving.PredictionService"
MODEL_SERVICE = "tensorflow.serving.ModelService"
AVAILABLE = 30  # a state in get_model_status.proto


def service_handlers(model):
    """Return the handlers of both services; gRPC answers UNIMPLEMENTED for all other methods.

    Args:
        model: `ServedModel`.
    """
    api = require_serving_api("st-keras serve")

    def handler(request_type, answer):
        # gRPC itself would answer INTERNAL to what is no message, so bytes come here.
        def handle(content, context):
            try:
                return answer(api, model, _parsed(api, request_type, content)).SerializeToString()
            except CallError as refusal:
                code, message = refusal.code, refusal.said
            except Exception:
                LOG.exception("a request failed")
                code, message = "INTERNAL", str(_failed())
            context.abort(getattr(api.grpc.StatusCode, code), message)

        return api.grpc.unary_unary_rpc_method_handler(handle)

    services = {
        PREDICTION_SERVICE: {
            "Predict": handler(api.PredictRequest, _predict),
            "GetModelMetadata": handler(api.GetModelMetadataRequest, _metadata),
        },
        MODEL_SERVICE: {"GetModelStatus": handler(api.GetModelStatusRequest, _status)},
    }
    return [
        api.grpc.method_handlers_generic_handler(service, methods)
        for service, methods in services.items()
    ]


def _parsed(api, request_type, content):
    try:
        return request_type.FromString(content)
    except api.DecodeError as reason:
        message = error(
            "st-keras serve",
            f"{len(content)} bytes that are no {request_type.DESCRIPTOR.name}",
            "a message of TF Serving's protocol",
            "Use its own client, or st_keras.export.ServingClient.",
        )
        raise CallError("INVALID_ARGUMENT", str(message)) from reason


def _predict(api, model, request):
    _check_spec(model, request.model_spec)
    try:
        inputs = {
            name: read_tensor(f"input {name[:80]!r}", proto, model.most_values)
            for name, proto in request.inputs.items()
        }
    except ValueError as reason:
        raise CallError("INVALID_ARGUMENT", str(reason)) from reason
    signature = request.model_spec.signature_name
    results = model.predict(signature, inputs, tuple(request.output_filter))
    response = api.PredictResponse()
    _name(response.model_spec, model, signature or "serving_default")
    for name, array in results.items():
        write_tensor(response.outputs[name], array)
    return response


def _metadata(api, model, request):
    _check_spec(model, request.model_spec)
    if list(request.metadata_field) != ["signature_def"]:
        message = error(
            "st-keras serve",
            f"metadata_field {str(list(request.metadata_field[:3]))[:200]}",
            "the field signature_def",
            "Ask for that.",
        )
        raise CallError("INVALID_ARGUMENT", str(message))
    definitions = api.SignatureDefMap()
    for name, definition in model.definitions.items():
        definitions.signature_def[name].CopyFrom(definition)
    response = api.GetModelMetadataResponse()
    _name(response.model_spec, model)
    response.metadata["signature_def"].Pack(definitions)
    return response


def _status(api, model, request):
    _check_spec(model, request.model_spec)
    response = api.GetModelStatusResponse()
    response.model_version_status.add(version=model.version, state=AVAILABLE)
    return response


def _check_spec(model, spec):
    version = spec.version.value if spec.HasField("version") else None
    model.check_spec(spec.name, version, spec.version_label)


def _name(spec, model, signature=""):
    spec.name, spec.version.value, spec.signature_name = model.name, model.version, signature


def _failed():
    return error(
        "st-keras serve", "a failure of the server", "a result", "The log of the server says more."
    )
