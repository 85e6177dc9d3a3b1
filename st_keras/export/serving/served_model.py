"""A SavedModel under service: its signatures, checked inputs, bounded work."""

import contextlib
import copy
import logging
import math
import threading

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from st_keras.export.serving.checked_inputs import (
    LONGEST_NAME,
    check_names,
    find_signature,
    shape_text,
)
from st_keras.export.serving.failures import CallError, plain_message
from st_keras.export.serving.limits import LEAST_OF_A_FRAME
from st_keras.export.serving.signature import TensorSpec, json_of_protos, signatures_of_json
from st_keras.validation import error

LOG = logging.getLogger("st_keras.serve")
WHERE = "st-keras serve"
DEFAULT_SIGNATURE = "serving_default"
PATIENCE = 30.0  # seconds that a request waits for its turn


class ServedModel:
    """One version of one model.

    Attributes:
        parsing: a lock. Messages are parsed one at a time: parsed they may take up to 30 times the
            memory of their bytes.
    """

    def __init__(self, folder, name, version, most_values, threads):
        self.name, self.version, self.most_values = name, version, most_values
        try:
            graphs = SavedModel.FromString((folder / "saved_model.pb").read_bytes()).meta_graphs
            # Copies: a part of a message keeps the whole graph in memory.
            self.definitions = copy.deepcopy(dict(graphs[0].signature_def))
            self._loaded = tf.saved_model.load(str(folder))
        # Whatever a damaged file makes TensorFlow and protobuf say.
        except Exception as reason:
            raise error(
                WHERE,
                f"{str(folder)!r}, which TensorFlow cannot load ({plain_message(str(reason))})",
                "a complete SavedModel of this or an earlier TensorFlow",
                "Export the model anew.",
            ) from reason
        self.signatures = {
            name: signature
            for name, signature in signatures_of_json(json_of_protos(self.definitions)).items()
            if name in self._loaded.signatures
        }
        self.parsing = threading.Lock()
        self._turns, self._running = threading.BoundedSemaphore(threads), set()

    @property
    def busy(self):
        """Whether requests are being answered."""
        return bool(self._running)

    @contextlib.contextmanager
    def turn(self):
        """Wait for a turn, which lasts until the answer is sent: so many are in memory at once."""
        if not self._turns.acquire(timeout=PATIENCE):
            raise refusal(
                f"a request that waited {PATIENCE:g} s for its turn",
                "a server with time for it, and clients that read their answers",
                "Call again later, or start the server with more --threads.",
                "RESOURCE_EXHAUSTED",
            )
        mine = object()
        self._running.add(mine)
        try:
            yield
        finally:
            self._running.discard(mine)
            self._turns.release()

    def function(self, name):
        """Return a signature as TensorFlow loaded it: tensors by name in and out, unchecked."""
        return self._loaded.signatures[name]

    def check_spec(self, name, version=None, label=""):
        """Raise `CallError` unless a request means this model."""
        if name != self.name or version not in (None, self.version) or label:
            chosen = f", version {version}" if version is not None else ""
            chosen += f", label {label[:LONGEST_NAME]!r}" if label else ""
            raise refusal(
                f"model {name[:LONGEST_NAME]!r}{chosen}",
                f"model {self.name!r}, version {self.version} or none named",
                "Ask for that, or serve the other.",
                "NOT_FOUND",
            )

    def signature(self, name):
        """Return the name, the default if it is empty, and the `Signature`; or raise."""
        name = name or DEFAULT_SIGNATURE
        return name, find_signature(WHERE, self.signatures, name)

    def check_specs(self, name, specs):
        """Raise `ValueError` unless declared inputs have the shapes and dtypes of a signature."""
        for key, spec in self.signatures[name].inputs.items():
            came = specs[key]
            if came.dtype != spec.dtype or not spec.accepts(came.shape):
                raise error(
                    WHERE,
                    f"{key} of shape {came.shape}, {came.dtype}, for {name}",
                    f"shape {shape_text(key, spec.shape)}, {spec.dtype}",
                    "Send that shape and dtype.",
                )
        self._check_values(name, sum(came.most_values for came in specs.values()))

    def predict(self, name, inputs, outputs=()):
        """Compute a signature, in a `turn`."""
        name, signature = self.signature(name)
        check_names(WHERE, inputs, signature)
        specs = {key: TensorSpec(each.shape, each.dtype.name) for key, each in inputs.items()}
        self.check_specs(name, specs)
        unknown = sorted(set(outputs) - set(signature.outputs))
        if unknown:
            raise error(
                WHERE,
                f"a wish for the outputs {', '.join(unknown)[:200]} of {name}",
                f"outputs among {', '.join(signature.outputs)}",
                "Ask for these.",
            )
        self._check_values(name, counted_values(inputs, signature.outputs))
        tensors = {key: tf.constant(array) for key, array in inputs.items()}
        try:
            results = self.function(name)(**tensors)
            # Taken out, so that no tensor stays beside its array.
            return {key: results.pop(key).numpy() for key in dict.fromkeys(outputs or results)}
        except tf.errors.OpError as failure:
            raise _failed(name, failure) from failure

    def _check_values(self, name, values):
        if values > self.most_values:
            raise error(
                WHERE,
                f"a request to {name} that counts as {values} values",
                f"at most {self.most_values} values (--max-values)",
                "Ask for a smaller horizon, context, batch or image, or raise the limit of the "
                "server.",
            )


def refusal(received, required, action, code):
    """Return the `CallError` with which the server answers for another reason than its inputs."""
    return CallError(code, str(error(WHERE, received, required, action)))


def counted_values(inputs, outputs):
    """Return the number of values of the inputs and of the answer, by the signatures' contract.

    A horizon makes frames, values of a latent make images, a size makes states. Of signatures that
    know none of these it is the number of values that came. A frame, of the context or of the
    horizon, counts as 4096 values at least, since steps follow one another: the number bounds time
    as well as memory. Thresholds and members make so many fields of a frame of the horizon.
    Activations inside of the network are not counted.

    Example:

    >>> import numpy as np
    >>> inputs = {"context": np.zeros((1, 10, 64, 64, 1)), "horizon": np.array(10**9)}
    >>> counted_values(inputs, {}) - 10**9 * 64 * 64  # what came, beside the frames
    40961
    """
    came = sum(array.size for array in inputs.values())
    if "batch_size" in inputs:
        # As if states had the size of frames; with patches they are smaller.
        channels = sum(spec.shape[-1] or 1 for spec in outputs.values() if spec.shape)
        return math.prod(max(int(size), 0) for size in inputs.values()) * max(channels, 1)
    if "values" in inputs and "images" in inputs:
        return came + inputs["values"].size * inputs["images"].size
    if "horizon" in inputs:
        observed, size, frames = 0, getattr(inputs.get("state_prediction"), "size", 1), 0
        if "context" in inputs:
            frames = inputs["context"].size
            observed = inputs["context"].shape[1] if inputs["context"].ndim > 1 else 1
            size = frames // max(observed, 1)
        fields = inputs["thresholds"].size if "thresholds" in inputs else 1
        fields *= max(int(inputs.get("members", 1)), 0)
        steps = observed + fields * max(int(inputs["horizon"]), 0)
        return came - frames + steps * max(size, LEAST_OF_A_FRAME)
    images = [spec.shape for spec in outputs.values() if spec.shape and None not in spec.shape[1:]]
    batch = max((array.shape[0] for array in inputs.values() if array.ndim), default=1)
    return came + batch * sum(math.prod(shape[1:]) for shape in images)


def _failed(name, failure):
    """Return the `CallError` of an error that TensorFlow raised."""
    if isinstance(failure, tf.errors.InvalidArgumentError):
        return CallError("INVALID_ARGUMENT", plain_message(failure.message))
    LOG.error("%s failed: %s", name, failure.message)
    code, action = "INTERNAL", "The log of the server says more."
    if isinstance(failure, tf.errors.ResourceExhaustedError):
        code, action = "RESOURCE_EXHAUSTED", "Ask for less at once."
    return refusal(f"{code} when {name} was computed", "a result", action, code)
