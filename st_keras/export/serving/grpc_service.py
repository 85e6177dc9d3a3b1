"""TF Serving's PredictionService and ModelService, as far as a development server needs them."""

import logging

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.grpc_request import check_model, parse_request, read_predict
from st_keras.export.serving.serving_api import require_serving_api
from st_keras.export.serving.tensor_proto import write_tensor
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

    def handler(answer):
        # gRPC itself would answer INTERNAL to what is no message, so bytes come here.
        def handle(content, context):
            try:
                return answer(api, model, content, context)
            except CallError as refusal:
                code, message = refusal.code, refusal.said
            except Exception:
                LOG.exception("a request failed")
                code, message = "INTERNAL", str(_failed())
            context.abort(getattr(api.grpc.StatusCode, code), message)

        return api.grpc.unary_unary_rpc_method_handler(handle)

    services = {
        PREDICTION_SERVICE: {
            "Predict": handler(_predict),
            "GetModelMetadata": handler(_metadata),
        },
        MODEL_SERVICE: {"GetModelStatus": handler(_status)},
    }
    return [
        api.grpc.method_handlers_generic_handler(service, methods)
        for service, methods in services.items()
    ]


def _predict(api, model, content, context):
    call = read_predict(api, model, content)

    def write(arrays):
        response = api.PredictResponse()
        _name(response.model_spec, model, call.signature or "serving_default")
        for name in list(arrays):
            write_tensor(response.outputs[name], arrays.pop(name))
        return response.SerializeToString()

    answer, sent = model.answer(call.signature, call.inputs, call.outputs, write)
    if not context.add_callback(sent):  # the client has gone
        sent()
    return answer


def _metadata(api, model, content, context):
    with model.parsing:
        request = parse_request(api, api.GetModelMetadataRequest, content)
    check_model(model, request.model_spec)
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
    return response.SerializeToString()


def _status(api, model, content, context):
    with model.parsing:
        request = parse_request(api, api.GetModelStatusRequest, content)
    check_model(model, request.model_spec)
    response = api.GetModelStatusResponse()
    response.model_version_status.add(version=model.version, state=AVAILABLE)
    return response.SerializeToString()


def _name(spec, model, signature=""):
    spec.name, spec.version.value, spec.signature_name = model.name, model.version, signature


def _failed():
    return error(
        "st-keras serve", "a failure of the server", "a result", "The log of the server says more."
    )
