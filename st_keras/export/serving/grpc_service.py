"""TF Serving's PredictionService and ModelService, as far as a development server needs them."""

import contextlib

import tensorflow as tf

from st_keras.export.serving.checked_inputs import check_names
from st_keras.export.serving.failures import CallError
from st_keras.export.serving.served_model import LOG, WHERE, refusal
from st_keras.export.serving.tensor_proto import declared_spec, read_tensor
from st_keras.validation import InputError, error

AVAILABLE = 30  # a state in get_model_status.proto


def service_handlers(api, model):
    """Return the handlers of both services; gRPC answers UNIMPLEMENTED for all other methods."""

    def handler(answer):
        # gRPC itself would answer INTERNAL to what is no message, so bytes come here.
        def handle(content, context):
            try:
                return answer(api, model, content, context)
            except CallError as reason:
                failure = reason
            except InputError as reason:
                failure = CallError("INVALID_ARGUMENT", str(reason))
            except Exception:  # whatever it was, the client is told, and the log knows more
                LOG.exception("a request failed")
                failure = refusal(
                    "a failure of the server",
                    "a result",
                    "The log of the server says more.",
                    "INTERNAL",
                )
            context.abort(getattr(api.grpc.StatusCode, failure.code), failure.said)

        return api.grpc.unary_unary_rpc_method_handler(handle)

    services = {
        "PredictionService": {
            "Predict": handler(_predict),
            "GetModelMetadata": handler(_metadata),
        },
        "ModelService": {"GetModelStatus": handler(_status)},
    }
    return [
        api.grpc.method_handlers_generic_handler(f"tensorflow.serving.{service}", methods)
        for service, methods in services.items()
    ]


def read_predict(api, model, content):
    """Return signature, inputs as arrays, and wanted outputs of the bytes of a request.

    Names, dtypes, shapes and the values of all inputs together are checked as they are declared,
    before any becomes an array: a few bytes may declare many values.
    """
    # A parsed message may take far more memory than its bytes, and is gone afterwards.
    with model.parsing:
        request = _parsed(model, api.PredictRequest, content, api)
        name, signature = model.signature(request.model_spec.signature_name)
        check_names(WHERE, request.inputs, signature)
        protos = {key: request.inputs[key] for key in signature.inputs}
        model.check_specs(name, {k: declared_spec(f"input {k!r}", p) for k, p in protos.items()})
        most = model.most_values
        inputs = {key: read_tensor(f"input {key!r}", proto, most) for key, proto in protos.items()}
        return name, inputs, tuple(request.output_filter)


def _predict(api, model, content, context):
    name, inputs, outputs = read_predict(api, model, content)
    with contextlib.ExitStack() as stack:
        stack.enter_context(model.turn())
        arrays = model.predict(name, inputs, outputs)
        response = api.PredictResponse()
        _name(response.model_spec, model, name)
        for key in list(arrays):
            response.outputs[key].CopyFrom(tf.make_tensor_proto(arrays.pop(key)))
        answer = response.SerializeToString()
        sent = stack.pop_all().close
    if not context.add_callback(sent):  # the client has gone
        sent()
    return answer


def _metadata(api, model, content, context):
    with model.parsing:
        request = _parsed(model, api.GetModelMetadataRequest, content, api)
    if list(request.metadata_field) != ["signature_def"]:
        raise error(
            WHERE,
            f"metadata_field {str(list(request.metadata_field[:3]))[:200]}",
            "the field signature_def",
            "Ask for that.",
        )
    definitions = api.SignatureDefMap()
    for name, definition in model.definitions.items():
        definitions.signature_def[name].CopyFrom(definition)
    response = api.GetModelMetadataResponse()
    _name(response.model_spec, model)
    response.metadata["signature_def"].Pack(definitions)
    return response.SerializeToString()


def _status(api, model, content, context):
    with model.parsing:
        _parsed(model, api.GetModelStatusRequest, content, api)
    response = api.GetModelStatusResponse()
    response.model_version_status.add(version=model.version, state=AVAILABLE)
    return response.SerializeToString()


def _parsed(model, request_type, content, api):
    """Return the message that bytes are, if it is for this model."""
    try:
        request = request_type.FromString(content)
    except api.DecodeError as reason:
        raise error(
            WHERE,
            f"{len(content)} bytes that are no {request_type.DESCRIPTOR.name}",
            "a message of TF Serving's protocol",
            "Use its own client, or st_keras.export.ServingClient.",
        ) from reason
    spec = request.model_spec
    version = spec.version.value if spec.HasField("version") else None
    model.check_spec(spec.name, version, spec.version_label)
    return request


def _name(spec, model, signature=""):
    spec.name, spec.version.value, spec.signature_name = model.name, model.version, signature
