"""Calls to TF Serving's PredictionService by gRPC."""

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.serving_api import require_serving_api
from st_keras.export.serving.signature import signatures_of_protos
from st_keras.export.serving.tensor_proto import read_tensor, write_tensor

PREDICT = "/tensorflow.serving.PredictionService/Predict"
METADATA = "/tensorflow.serving.PredictionService/GetModelMetadata"
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
    """A channel to one server, to it alone: no `http_proxy` of the environment is used.

    Args:
        where: str. Who asks; the errors begin with it.
        address: `Address` of the scheme "grpc".
    """

    def __init__(self, where, address):
        self.api = require_serving_api(where)
        self.channel = self.api.grpc.insecure_channel(address.target, OPTIONS)
        self._predict = self.channel.unary_unary(
            PREDICT,
            request_serializer=self.api.PredictRequest.SerializeToString,
            response_deserializer=self.api.PredictResponse.FromString,
        )
        self._metadata = self.channel.unary_unary(
            METADATA,
            request_serializer=self.api.GetModelMetadataRequest.SerializeToString,
            response_deserializer=self.api.GetModelMetadataResponse.FromString,
        )

    def predict(self, model, version, signature, inputs, outputs, seconds):
        """Return `{name: array}` of a signature's outputs; `outputs` has their specs by name."""
        request = self.api.PredictRequest()
        self._name(request.model_spec, model, version)
        request.model_spec.signature_name = signature
        for name, array in inputs.items():
            write_tensor(request.inputs[name], array)
        response = self._call(self._predict, request, seconds)
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
        self._name(request.model_spec, model, version)
        response = self._call(self._metadata, request, seconds)
        definitions = self.api.SignatureDefMap()
        response.metadata["signature_def"].Unpack(definitions)
        answered = response.model_spec
        chosen = answered.version.value if answered.HasField("version") else version
        return chosen, signatures_of_protos(definitions.signature_def)

    def close(self):
        """End the connection."""
        self.channel.close()

    def _name(self, spec, model, version):
        spec.name = model
        if version is not None:
            spec.version.value = version

    def _call(self, method, request, seconds):
        try:
            return method(request, timeout=seconds)
        except self.api.grpc.RpcError as failure:
            code, said = failure.code().name, failure.details() or ""
            # The same message will not become smaller.
            transient = False if "larger than max" in said else None
            raise CallError(code, said, transient) from failure
