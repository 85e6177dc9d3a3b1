"""Calls to TF Serving's REST API, with Python's standard library alone."""

import http.client
import json
import ssl
import threading
import time
import urllib.parse

from st_keras.export.serving.address import PORTS
from st_keras.export.serving.deadline import connect
from st_keras.export.serving.failures import CODE_OF_HTTP, CallError
from st_keras.export.serving.json_tensor import json_of_array, numbers_of_json
from st_keras.export.serving.signature import signatures_of_json

HEADERS = {"Content-Type": "application/json"}
# What a server that closed an idle connection looks like to the next request on it.
STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class RestTransport:
    """Connections to one server, kept open between calls; any number of threads may call."""

    def __init__(self, where, address):
        self.address = address
        self.idle = []  # connections that no thread uses
        self.lock = threading.Lock()

    def predict(self, model, version, signature, inputs, outputs, seconds):
        """Return `{name: array}` of a signature's outputs; `outputs` has their specs by name."""
        tensors = ",".join(
            f"{json.dumps(name)}:{json_of_array(array)}" for name, array in inputs.items()
        )
        body = f'{{"signature_name":{json.dumps(signature)},"inputs":{{{tensors}}}}}'
        answer = self._call("POST", self._path(model, version) + ":predict", body, seconds)
        found = answer.get("outputs") if isinstance(answer, dict) else None
        # A single output comes without its name.
        named = {next(iter(outputs)): found} if len(outputs) == 1 else found
        if found is None or not isinstance(named, dict) or not set(outputs) <= set(named):
            raise CallError("INTERNAL", "an answer without the outputs of the signature")
        try:
            return {
                name: numbers_of_json(signature, f"output {name!r}", named[name]).astype(spec.dtype)
                for name, spec in outputs.items()
            }
        except (TypeError, ValueError) as reason:
            raise CallError("INTERNAL", f"an unusable answer ({reason})") from reason

    def metadata(self, model, version, seconds):
        """Return the version that answered, and its signatures."""
        answer = self._call("GET", self._path(model, version) + "/metadata", None, seconds)
        try:
            found = answer["metadata"]["signature_def"]["signature_def"]
            return int(answer["model_spec"]["version"]), signatures_of_json(found)
        except (AttributeError, KeyError, TypeError, ValueError) as reason:
            raise CallError("INTERNAL", "metadata in another form than TF Serving's") from reason

    def close(self):
        """Close the connections."""
        with self.lock:
            idle, self.idle = self.idle, []
        for connection in idle:
            connection.close()

    def _path(self, model, version):
        chosen = "" if version is None else f"/versions/{version}"
        return f"{self.address.path}/v1/models/{urllib.parse.quote(model, safe='')}{chosen}"

    def _call(self, method, path, body, seconds):
        """Return the parsed JSON of an answer."""
        body, end = None if body is None else body.encode(), time.monotonic() + seconds
        with self.lock:
            connection = self.idle.pop() if self.idle else None
        reused = connection is not None
        try:
            try:
                connection = connection or self._connect(end)
                status, content = _exchange(connection, method, path, body, end)
            except STALE:
                if not reused:
                    raise
                connection.close()
                connection = self._connect(end)
                status, content = _exchange(connection, method, path, body, end)
        except (OSError, http.client.HTTPException) as reason:
            if connection is not None:
                connection.close()
            raise _failure(reason, seconds) from reason
        if connection.sock is not None:  # else the server has closed it
            with self.lock:
                self.idle.append(connection)
        return _parsed(status, content)

    def _connect(self, end):
        # Of either scheme: the socket encrypts.
        connection = http.client.HTTPConnection(self.address.host, self.address.port)
        connection.default_port = PORTS[self.address.scheme]  # left out of the head
        connection.sock = connect(self.address, end)
        return connection


def _exchange(connection, method, path, body, end):
    """Send a request; return status and content."""
    connection.sock.end = end
    connection.request(method, path, body, HEADERS)
    with connection.getresponse() as response:
        return response.status, response.read()


def _failure(reason, seconds):
    if isinstance(reason, TimeoutError):
        return CallError("DEADLINE_EXCEEDED", f"no answer within {seconds:.3g} s")
    certificate = isinstance(reason, ssl.SSLError)
    return CallError("UNAVAILABLE", str(reason) or type(reason).__name__, not certificate)


def _parsed(status, content):
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        answer = None
    if status == http.client.OK and answer is not None:
        return answer
    said = answer.get("error") if isinstance(answer, dict) else None
    if status == http.client.OK:
        raise CallError("INTERNAL", "an answer that is no JSON")
    code = CODE_OF_HTTP.get(status, "INTERNAL" if status >= 500 else "UNKNOWN")
    said = str(said) if said else f"HTTP status {status}"
    transient = False if status == http.client.REQUEST_ENTITY_TOO_LARGE else None
    raise CallError(code, said, transient)
