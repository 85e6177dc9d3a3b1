"""The Predict requests of gRPC: nothing becomes an array before all that is declared is checked."""

import dataclasses

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.tensor_proto import declared_spec, read_tensor
from st_keras.validation import error


@dataclasses.dataclass(frozen=True)
class PredictCall:
    """What is asked of a model.

    Args:
        signature: str, or "" for the default.
        inputs: dict from names to arrays.
        outputs: tuple of names of the outputs that are wanted; empty: all.
    """

    signature: str
    inputs: dict
    outputs: tuple


def parse_request(api, request_type, content):
    """Return a message of TF Serving's protocol, or raise `CallError` if the bytes are none."""
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


def check_model(model, spec):
    """Raise `CallError` unless a `ModelSpec` means this model."""
    version = spec.version.value if spec.HasField("version") else None
    model.check_spec(spec.name, version, spec.version_label)


def read_predict(api, model, content):
    """Return the `PredictCall` of the bytes of a request.

    Names, dtypes, shapes and the values of all inputs together are checked as they are declared: a
    few bytes may declare many values.

    Args:
        api: what `require_serving_api` returned.
        model: `ServedModel`.
        content: bytes.

    Raises:
        CallError: if the request is not for this model, or does not fit it.
    """
    # A parsed message may take far more memory than its bytes, and is gone afterwards.
    with model.parsing:
        request = parse_request(api, api.PredictRequest, content)
        check_model(model, request.model_spec)
        name, signature = model.signature(request.model_spec.signature_name)
        model.check_names(name, signature, request.inputs)
        protos = {f"input {key!r}": request.inputs[key] for key in signature.inputs}
        try:
            declared = [declared_spec(where, proto) for where, proto in protos.items()]
            model.check_specs(name, dict(zip(signature.inputs, declared, strict=True)))
            arrays = [
                read_tensor(where, proto, model.most_values) for where, proto in protos.items()
            ]
        except ValueError as reason:
            raise CallError("INVALID_ARGUMENT", str(reason)) from reason
        inputs = dict(zip(signature.inputs, arrays, strict=True))
        outputs = tuple(request.output_filter)
        return PredictCall(request.model_spec.signature_name, inputs, outputs)
