"""A SavedModel under service: its signatures, checked inputs, bounded work."""

import contextlib
import copy
import functools
import logging
import threading

import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from st_keras.export.serving.answer_space import AnswerSpace
from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.sent_array import shape_text
from st_keras.export.serving.served_version import FILE
from st_keras.export.serving.server_message import plain_message
from st_keras.export.serving.signature import TensorSpec, signatures_of_protos
from st_keras.export.serving.status_codes import CODES
from st_keras.export.serving.work_estimate import counted_values
from st_keras.validation import error

LOG = logging.getLogger("st_keras.serve")
DEFAULT_SIGNATURE = "serving_default"
LONGEST_NAME = 80  # of a name that came, in a message
PATIENCE = 30.0  # seconds that a request waits for its turn, and its answer for space
TEXT_BYTES = 16  # of a value in the text of an answer, at the most but for odd ones


class ServedModel:
    """One version of one model.

    Args:
        folder: path of a SavedModel.
        name: str. The name it is served under.
        version: int.
        most_values: int. Requests that count as more values than that are refused. Answers that
            are not yet sent take 16 bytes for each of them at most, or are one.
        threads: int. Requests that are computed at once, with the writing of their answers.

    Attributes:
        parsing: a lock. Messages are parsed one at a time: parsed they may take up to 30 times the
            memory of their bytes.

    Raises:
        ValueError: if TensorFlow cannot load it.
    """

    def __init__(self, folder, name, version, most_values, threads):
        self.name, self.version, self.most_values = name, version, most_values
        try:
            graphs = SavedModel.FromString((folder / FILE).read_bytes()).meta_graphs
            # Copies: a part of a message keeps the whole graph in memory.
            self.definitions = copy.deepcopy(dict(graphs[0].signature_def))
            self._loaded = tf.saved_model.load(str(folder))
        # Whatever a damaged file makes TensorFlow and protobuf say.
        except Exception as reason:
            raise error(
                "st-keras serve",
                f"{str(folder)!r}, which TensorFlow cannot load ({plain_message(str(reason))})",
                "a complete SavedModel of this or an earlier TensorFlow",
                "Export the model anew.",
            ) from reason
        self.signatures = {
            name: signature
            for name, signature in signatures_of_protos(self.definitions).items()
            if name in self._loaded.signatures
        }
        self.parsing = threading.Lock()
        self.answers = AnswerSpace(TEXT_BYTES * most_values)
        self._turns = threading.BoundedSemaphore(threads)
        self._lock, self._asked = threading.Lock(), 0  # requests that are here

    @property
    def busy(self):
        """Whether requests are being computed, or wait for their turn."""
        return self._asked > 0

    def function(self, name):
        """Return a signature as TensorFlow loaded it: tensors by name in and out, unchecked."""
        return self._loaded.signatures[name]

    def check_spec(self, name, version=None, label=""):
        """Raise `CallError` unless a request means this model."""
        if name != self.name or version not in (None, self.version) or label:
            chosen = f", version {version}" if version is not None else ""
            chosen += f", label {label[:LONGEST_NAME]!r}" if label else ""
            message = error(
                "st-keras serve",
                f"model {name[:LONGEST_NAME]!r}{chosen}",
                f"model {self.name!r}, version {self.version} or none named",
                "Ask for that, or serve the other.",
            )
            raise CallError("NOT_FOUND", str(message))

    def signature(self, name):
        """Return the name, the default if it is empty, and the `Signature`; or raise."""
        name = name or DEFAULT_SIGNATURE
        if name not in self.signatures:
            raise _invalid(
                f"signature {name[:LONGEST_NAME]!r}",
                f"one of {', '.join(self.signatures)}",
                "Name one of these.",
            )
        return name, self.signatures[name]

    def predict(self, name, inputs, outputs=(), write=dict):
        """Compute a signature.

        Args:
            name: str, or "" for `serving_default`.
            inputs: dict from names to arrays.
            outputs: names of the outputs that are wanted. Default: all.
            write: function of a dict from names to arrays, called in the same turn; it may take
                the arrays out. Default: a dict of them.

        Returns:
            What `write` returns.

        Raises:
            CallError: if the inputs do not fit the signature, ask for too much, or are refused
                by the model.
        """
        name, signature = self.signature(name)
        self._check(name, signature, inputs, outputs)
        tensors = {key: tf.constant(array) for key, array in inputs.items()}
        with self._counted(), self._turn():
            try:
                results = self.function(name)(**tensors)
                # Taken out, so that no tensor stays beside its array.
                wanted = dict.fromkeys(outputs or results)
                arrays = {key: results.pop(key).numpy() for key in wanted}
            except tf.errors.OpError as failure:
                raise _refused(name, failure) from failure
            return write(arrays)

    def answer(self, name, inputs, outputs, write):
        """Compute a signature and write its answer, both in one turn.

        Args:
            name, inputs, outputs: as in `predict`.
            write: function of a dict from names to arrays; returns bytes, or what has a length.

        Returns:
            `(content, sent)`: what `write` returned; and a function to call once that is sent,
            which lets others have its space.

        Raises:
            CallError: as `predict`; if other answers are not read meanwhile, and there is no space.
        """

        def written(arrays):
            content = write(arrays)
            arrays.clear()
            if not self.answers.take(len(content), PATIENCE):
                message = error(
                    "st-keras serve",
                    f"an answer of {len(content)} bytes that waited {PATIENCE:g} s for others to "
                    "be sent",
                    f"at most {self.answers.most_bytes} bytes of answers at once "
                    f"({TEXT_BYTES} for each of --max-values)",
                    "Call again later, or start the server with more --max-values.",
                )
                raise CallError("RESOURCE_EXHAUSTED", str(message))
            return content

        content = self.predict(name, inputs, outputs, written)
        return content, functools.partial(self.answers.give_back, len(content))

    def check_names(self, name, signature, inputs):
        """Raise `CallError` unless `inputs` has the names of the signature."""
        missing = sorted(set(signature.inputs) - set(inputs))
        more = sorted(set(inputs) - set(signature.inputs))
        if missing or more:
            came = [f"no {', '.join(missing)}"] if missing else []
            came += [f"unknown inputs {', '.join(more)[:200]}"] if more else []
            raise _invalid(
                f"{' and '.join(came)} for {name}",
                f"the inputs {', '.join(signature.inputs)}",
                "Send all of these and no others.",
            )

    def check_specs(self, name, specs):
        """Raise `CallError` unless inputs have the shapes and dtypes of the signature.

        Args:
            name: str, of the signature.
            specs: dict from names to `TensorSpec`, of arrays that need not be made yet.
        """
        for key, spec in self.signatures[name].inputs.items():
            came = specs[key]
            if came.dtype != spec.dtype or not spec.accepts(came.shape):
                raise _invalid(
                    f"{key} of shape {came.shape}, {came.dtype}, for {name}",
                    f"shape {shape_text(key, spec.shape)}, {spec.dtype}",
                    "Send that shape and dtype.",
                )
        self.check_values(name, sum(came.most_values for came in specs.values()))

    def check_values(self, name, values):
        """Raise `CallError` if a request counts as more values than are allowed."""
        if values > self.most_values:
            raise _invalid(
                f"a request to {name} that counts as {values} values",
                f"at most {self.most_values} values (--max-values)",
                "Ask for a smaller horizon, context, batch or image, or raise the limit of the "
                "server.",
            )

    def _check(self, name, signature, inputs, outputs):
        self.check_names(name, signature, inputs)
        specs = {key: TensorSpec(each.shape, each.dtype.name) for key, each in inputs.items()}
        self.check_specs(name, specs)
        unknown = sorted(set(outputs) - set(signature.outputs))
        if unknown:
            raise _invalid(
                f"a wish for the outputs {', '.join(unknown)[:200]} of {name}",
                f"outputs among {', '.join(signature.outputs)}",
                "Ask for these.",
            )
        self.check_values(name, counted_values(inputs, signature.outputs))

    @contextlib.contextmanager
    def _counted(self):
        with self._lock:
            self._asked += 1
        try:
            yield
        finally:
            with self._lock:
                self._asked -= 1

    @contextlib.contextmanager
    def _turn(self):
        if not self._turns.acquire(timeout=PATIENCE):
            message = error(
                "st-keras serve",
                f"a request that waited {PATIENCE:g} s for its turn",
                "a server with time for it",
                "Call again later, or start the server with more --threads.",
            )
            raise CallError("RESOURCE_EXHAUSTED", str(message))
        try:
            yield
        finally:
            self._turns.release()


def _invalid(received, required, action):
    return CallError("INVALID_ARGUMENT", str(error("st-keras serve", received, required, action)))


def _refused(name, failure):
    """Return the `CallError` of an error that TensorFlow raised."""
    code = CODES[failure.error_code]
    if code == "INVALID_ARGUMENT":
        return CallError(code, plain_message(failure.message))
    LOG.error("%s failed: %s", name, failure.message)
    action = "The log of the server says more."
    if code == "RESOURCE_EXHAUSTED":
        action = "Ask for less at once."
    message = error("st-keras serve", f"{code} when {name} was computed", "a result", action)
    return CallError(code if code == "RESOURCE_EXHAUSTED" else "INTERNAL", str(message))
