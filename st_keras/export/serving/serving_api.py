"""The packages of TF Serving's own protocol, loaded when gRPC or warm-up is asked for."""

import types

from st_keras.validation import require

# Where TF Serving looks for requests to warm up with, below the folder of a version.
WARM_UP_FILE = "assets.extra/tf_serving_warmup_requests"
MESSAGES = {
    "predict": ("PredictRequest", "PredictResponse"),
    "get_model_metadata": (
        *("GetModelMetadataRequest", "GetModelMetadataResponse", "SignatureDefMap"),
    ),
    "get_model_status": ("GetModelStatusRequest", "GetModelStatusResponse"),
    "prediction_log": ("PredictionLog", "PredictLog"),
}


def require_serving_api(where, instead="REST (http://...), which needs none"):
    """Return a namespace with `grpc`, `DecodeError` and the messages of TF Serving."""
    package = "tensorflow-serving-api"
    api = types.SimpleNamespace(grpc=require(where, "grpc", "grpcio", "serving", instead))
    for name, messages in MESSAGES.items():
        module = require(where, f"tensorflow_serving.apis.{name}_pb2", package, "serving", instead)
        for message in messages:
            setattr(api, message, getattr(module, message))
    from google.protobuf.message import DecodeError

    api.DecodeError = DecodeError
    return api
