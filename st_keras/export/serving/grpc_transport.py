"""Calls to TF Serving's PredictionService by gRPC."""

from st_keras.export.serving.failures import CallError
from st_keras.export.serving.serving_api import require_serving_api
from st_keras.export.serving.signature import json_of_protos, signatures_of_json
from st_keras.export.serving.tensor_proto import read_tensor

SERVICE = "/tensorflow.serving.PredictionService/"
LARGEST_REPLY = 2**29  # values: what 2 GiB, gRPC's own limit, hold as float32
OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    # A channel that found no server waits before it looks again: shorter than our own waits.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.enable_http_proxy", 0),  # which it would use even for this machine
]


class GrpcTransport:
    """A channel to one server, to it alone: no `http_proxy` of the environment is used."""

    def __init__(self, where, address):
        self.api = require_serving_api(where)
        self.channel = self.api.grpc.insecure_channel(address.target, OPTIONS)

    def predict(self, model, version, signature, inputs, outputs, seconds):
        """Return `{name: array}` of a signature's outputs; `outputs` has their specs by name."""
        import tensorflow as tf

        request = self.api.PredictRequest()
        request.model_spec.signature_name = signature
        for name, array in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
        response = self._call("Predict", request, model, version, seconds)
        try:
            return {
                name: read_tensor(f"output {name!r}", proto, LARGEST_REPLY)
                for name, proto in response.outputs.items()
            }
        except ValueError as reason:
            raise CallError("INTERNAL", f"an unusable answer ({reason})") from reason

    def metadata(self, model, version, seconds):
        """Return the version that answered, and its signatures."""
        request = self.api.GetModelMetadataRequest(metadata_field=["signature_def"])
        response = self._call("GetModelMetadata", request, model, version, seconds)
        definitions = self.api.SignatureDefMap()
        response.metadata["signature_def"].Unpack(definitions)
        answered = response.model_spec
        chosen = answered.version.value if answered.HasField("version") else version
        return chosen, signatures_of_json(json_of_protos(definitions.signature_def))

    def close(self):
        """End the connection."""
        self.channel.close()

    def _call(self, method, request, model, version, seconds):
        request.model_spec.name = model
        if version is not None:
            request.model_spec.version.value = version
        response = getattr(self.api, f"{method}Response")
        call = self.channel.unary_unary(
            SERVICE + method, type(request).SerializeToString, response.FromString
        )
        try:
            return call(request, timeout=seconds)
        except self.api.grpc.RpcError as failure:
            code, said = failure.code().name, failure.details() or ""
            # The same message will not become smaller.
            transient = False if "larger than max" in said else None
            raise CallError(code, said, transient) from failure
