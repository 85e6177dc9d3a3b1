"""A small server for development that speaks TF Serving's two protocols."""

import concurrent.futures
import contextlib
import pathlib
import threading

import tensorflow as tf

from st_keras.export.serving.address import Address
from st_keras.export.serving.failures import CallError
from st_keras.export.serving.grpc_service import service_handlers
from st_keras.export.serving.limits import (
    LARGEST_REQUEST_MB,
    MAX_REQUEST_MB,
    MAX_VALUES,
    READ_SECONDS,
    THREADS,
)
from st_keras.export.serving.rest_server import RestServer
from st_keras.export.serving.served_model import ServedModel
from st_keras.export.serving.serving_api import WARM_UP_FILE, require_serving_api
from st_keras.export.serving.tensor_proto import read_tensor
from st_keras.validation import check_int, check_number, error

LAST_PORT = 65535
GRACE_SECONDS = 2.0  # for requests that are being computed at the end
POLL_SECONDS = 0.1  # how soon the REST part sees the end
WAITING = 4  # requests that may wait for each one that is computed
KEEPALIVE = 60_000  # milliseconds after which gRPC asks whether a client is still there
LARGEST_WARM_UP = 2**31  # values; the file is the owner's own


class DevelopmentServer:
    """Serves one version of one SavedModel, from when it is made until `close`.

    For trying out a model and for tests of what calls it; TF Serving is for production. It speaks
    gRPC (`PredictionService.Predict`, `GetModelMetadata`, `ModelService.GetModelStatus`) and the
    REST API (`:predict` with "inputs", metadata, status), runs the SavedModel with TensorFlow
    alone, and replays the warm-up requests of the export first. Nothing in a request is ever
    evaluated; there is no authentication and no encryption, so it listens on this machine alone
    unless `host` says otherwise.

    Args:
        path: folder of a SavedModel, such as "saved_models/nowcast/1", or a base folder with
            numbered versions, of which the highest is served.
        model_name: str. Default: the name of the base folder.
        version: int, or None for the highest. Default None.
        host: str. Default "127.0.0.1".
        port: int, of gRPC; 0 takes a free one. Default 8500.
        rest_port: int, of REST; 0 takes a free one. Default 8501.
        max_request_mb: int. Largest request, in units of 2**20 bytes. Default 64.
        max_values: int. Requests that count as more values are refused: those of the inputs and of
            the answer (horizon x pixels, say), and 4096 at least for each frame of context and
            horizon; values of inputs that are declared and not sent count, too. Activations inside
            of the network are not counted. Default 50,000,000: 200 MB.
        threads: int. Requests that are computed, or whose answers are sent, at once; four times as
            many may wait. Default 4.
        read_seconds: float. Time for a REST request to arrive. Default 20.
        replay_warm_up: bool. Default True.

    Attributes:
        grpc_address: str, such as "127.0.0.1:8500"; `ServingClient` takes it.
        rest_address: str, such as "http://127.0.0.1:8501".
        model: what is served: `name`, `version`, `signatures`.
        warmed_up: int. Warm-up requests that were replayed.

    Raises:
        ValueError: if there is no SavedModel, if it cannot be loaded or warmed up, if a port is
            taken, or if the packages of gRPC are not installed.
    """

    def __init__(
        self,
        path,
        model_name=None,
        version=None,
        host="127.0.0.1",
        port=8500,
        rest_port=8501,
        max_request_mb=MAX_REQUEST_MB,
        max_values=MAX_VALUES,
        threads=THREADS,
        read_seconds=READ_SECONDS,
        replay_warm_up=True,
    ):
        where = "DevelopmentServer"
        self._api = require_serving_api(where, "TensorFlow Serving itself")
        _check_between(where, "port", port, 0, LAST_PORT)
        _check_between(where, "rest_port", rest_port, 0, LAST_PORT)
        _check_between(where, "max_request_mb", max_request_mb, 1, LARGEST_REQUEST_MB)
        most_bytes = max_request_mb << 20
        check_int(where, "max_values", max_values, 1)
        check_int(where, "threads", threads, 1)
        check_number(where, "read_seconds", read_seconds, minimum=1e-3)
        folder, chosen, name = choose_version(where, path, version)
        self.model = ServedModel(folder, model_name or name, chosen, max_values, threads)
        self.warmed_up = warm_up(self._api, self.model, folder) if replay_warm_up else 0
        with contextlib.ExitStack() as undo:
            grpc_port = self._start_grpc(host, port, most_bytes, threads, undo)
            self._rest = _listen(self.model, host, rest_port, most_bytes, threads, read_seconds)
            undo.pop_all()
        self._answering = threading.Thread(
            target=self._rest.serve_forever, args=(POLL_SECONDS,), daemon=True
        )
        self._answering.start()
        self.grpc_address = Address("grpc", host, grpc_port).target
        self.rest_address = str(Address("http", host, self._rest.server_port))

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.close()

    def close(self):
        """Stop to listen.

        gRPC's requests have two seconds to end. What is computed then goes on in its thread, since
        TensorFlow cannot be interrupted, and its result is dropped; `model.busy` tells, and Python
        itself ends after it.
        """
        self._rest.shutdown()
        self._rest.server_close()
        self._answering.join()
        self._grpc.stop(GRACE_SECONDS).wait()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _start_grpc(self, host, port, most_bytes, threads, undo):
        """Start gRPC's part; return its port."""
        self._workers = concurrent.futures.ThreadPoolExecutor(threads)
        undo.callback(self._workers.shutdown)
        self._grpc = self._api.grpc.server(
            self._workers,
            handlers=service_handlers(self._api, self.model),
            maximum_concurrent_rpcs=(1 + WAITING) * threads,
            options=[
                ("grpc.max_receive_message_length", most_bytes),
                ("grpc.max_send_message_length", -1),
                ("grpc.keepalive_time_ms", KEEPALIVE),
                ("grpc.so_reuseport", 0),  # else two servers share a port, unnoticed
            ],
        )
        undo.callback(lambda: self._grpc.stop(None).wait())
        try:
            chosen = self._grpc.add_insecure_port(Address("grpc", host, port).target)
        except RuntimeError as reason:
            raise _taken(host, port, "--port", reason) from reason
        self._grpc.start()
        return chosen


def choose_version(where, path, version=None):
    """Return the folder of a SavedModel, its version and the name of its model.

    As TF Serving: `path` is a base folder whose subfolders 1, 2, ... are versions, of which the
    highest is chosen, or one such version; a SavedModel of another name counts as version 1.
    """
    path = pathlib.Path(path).resolve()
    if _holds_model(path):
        number = _number(path)
        found = {1 if number is None else number: path}
        name = path.name if number is None else path.parent.name
    else:
        folders = path.iterdir() if path.is_dir() else ()
        found = {_number(each): each for each in folders if _holds_model(each)}
        found.pop(None, None)
        name = path.name
    if not found:
        raise error(
            where,
            f"path {str(path)!r}, where no SavedModel is",
            "a folder with saved_model.pb, or a base folder with such folders named 1, 2, ...",
            "Export one: st-keras export model.keras --out nowcast/1",
        )
    chosen = max(found) if version is None else version
    if chosen not in found:
        raise error(
            where,
            f"version {version}, which {str(path)!r} does not have",
            f"one of the versions {', '.join(map(str, sorted(found)))}",
            "Leave --version out for the highest.",
        )
    return found[chosen], chosen, name


def _holds_model(folder):
    return (folder / "saved_model.pb").is_file()


def _number(folder):
    """Version that a folder's name says, or None."""
    return int(folder.name) if folder.name.isascii() and folder.name.isdecimal() else None


def warm_up(api, model, folder):
    """Compute all warm-up requests of a SavedModel; return how many the export has."""
    path, count = folder / WARM_UP_FILE, 0
    if not path.is_file():
        return 0
    try:
        for record in tf.data.TFRecordDataset(str(path)):
            request = api.PredictionLog.FromString(record.numpy()).predict_log.request
            inputs = {
                name: read_tensor(f"input {name!r}", proto, LARGEST_WARM_UP)
                for name, proto in request.inputs.items()
            }
            model.predict(request.model_spec.signature_name, inputs)
            count += 1
    except (tf.errors.OpError, api.DecodeError, ValueError, CallError) as reason:
        raise error(
            "st-keras serve",
            f"warm-up request {count + 1} of {str(path)!r}, which fails ({str(reason)[:300]})",
            "requests that the model answers",
            "Export the model anew, or remove the file.",
        ) from reason
    return count


def _check_between(where, name, number, least, most):
    if check_int(where, name, number, least) > most:
        raise error(where, f"{name}={number}", f"an int from {least} to {most}", "Choose another.")


def _listen(model, host, port, most_bytes, threads, read_seconds):
    connections = (1 + WAITING) * threads
    try:
        return RestServer(model, host, port, most_bytes, connections, read_seconds)
    except (OSError, OverflowError) as reason:
        raise _taken(host, port, "--rest-port", reason) from reason


def _taken(host, port, flag, reason):
    return error(
        "st-keras serve",
        f"{flag} {port} of {host}, where it cannot listen ({str(reason)[:200]})",
        "a free port of this machine",
        f"Choose another, or {flag} 0 for a free one.",
    )
