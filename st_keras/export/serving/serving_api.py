"""The packages of TF Serving's own protocol, loaded when gRPC is asked for."""

import types

from st_keras.validation import error


def require_serving_api(where):
    """Return a namespace with `grpc` and the messages and stubs of TF Serving.

    Args:
        where: str. Who asks; the error begins with it.

    Raises:
        ValueError: if they are not installed.
    """
    try:
        import grpc
        from google.protobuf.message import DecodeError
        from tensorflow_serving.apis import (
            get_model_metadata_pb2,
            get_model_status_pb2,
            predict_pb2,
            prediction_log_pb2,
        )
    except ImportError as reason:
        raise error(
            where,
            f"a request for gRPC, whose packages are not installed ({reason})",
            "the packages grpcio and tensorflow-serving-api; REST (http://...) needs neither",
            "Install them with: pip install 'st_keras[serving]'",
        ) from reason
    return types.SimpleNamespace(
        grpc=grpc,
        DecodeError=DecodeError,
        PredictRequest=predict_pb2.PredictRequest,
        PredictResponse=predict_pb2.PredictResponse,
        GetModelMetadataRequest=get_model_metadata_pb2.GetModelMetadataRequest,
        GetModelMetadataResponse=get_model_metadata_pb2.GetModelMetadataResponse,
        SignatureDefMap=get_model_metadata_pb2.SignatureDefMap,
        GetModelStatusRequest=get_model_status_pb2.GetModelStatusRequest,
        GetModelStatusResponse=get_model_status_pb2.GetModelStatusResponse,
        PredictionLog=prediction_log_pb2.PredictionLog,
    )
