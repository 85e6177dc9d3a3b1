"""TF Serving's REST API over HTTP/1.1: a request for each connection, bounded in size and time."""

import contextlib
import http.server
import io
import json
import math
import re
import socket
import threading
import time
import urllib.parse

from st_keras.export.serving.checked_inputs import check_names, sent_array
from st_keras.export.serving.deadline import DeadlineReader
from st_keras.export.serving.failures import CallError
from st_keras.export.serving.json_tensor import json_pieces, numbers_of_json
from st_keras.export.serving.served_model import LOG, WHERE, refusal
from st_keras.export.serving.signature import json_of_protos, takes_missing
from st_keras.validation import InputError, error

WRITE_SECONDS = 60.0
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
HTTP_OF_CODE = {"INVALID_ARGUMENT": 400, "NOT_FOUND": 404, "RESOURCE_EXHAUSTED": 429}
MODEL = r"/v1/models/(?P<model>[^/:]+)(?:/versions/(?P<version>[0-9]{1,18}))?"
ROUTES = (
    ("POST", "predict", re.compile(MODEL + ":predict")),
    ("GET", "metadata", re.compile(MODEL + "/metadata")),
    ("GET", "status", re.compile(MODEL)),
)
KEYS = ("signature_name", "inputs")


class RestServer(http.server.ThreadingHTTPServer):
    """A server that listens once it is made; `serve_forever` answers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, model, host, port, most_bytes, connections, read_seconds):
        self.model, self.most_bytes, self.read_seconds = model, most_bytes, read_seconds
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._free = threading.BoundedSemaphore(connections)
        super().__init__((host, port), RestHandler)

    def process_request_thread(self, request, client_address):
        """Answer the request of a connection, or say that there are too many."""
        if not self._free.acquire(blocking=False):
            request.settimeout(1.0)
            with contextlib.suppress(OSError):  # the client has gone
                request.sendall(BUSY)
            self.shutdown_request(request)
            return
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request, client_address):
        """Log what is not the client's going away."""
        LOG.debug("a connection failed", exc_info=True)


class RestHandler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # of lines that name none, so that answers have a status
    server_version, sys_version = "st-keras-serve", ""

    def setup(self):
        """Read until a point in time."""
        super().setup()
        self.rfile.close()
        end = time.monotonic() + self.server.read_seconds
        self.rfile = io.BufferedReader(DeadlineReader(self.connection, end), 1 << 16)

    def handle(self):
        """Answer one request: what follows it may be the rest of its body."""
        self.close_connection = True
        self.handle_one_request()

    def do_GET(self):
        """Answer."""
        try:
            self._answer()
        except CallError as reason:
            self._send(HTTP_OF_CODE.get(reason.code, 500), reason.said)
        except InputError as reason:
            self._send(400, str(reason))
        except OSError:  # the connection, not the request
            raise
        except Exception:  # whatever it was, the client is told, and the log knows more
            LOG.exception("a request failed")
            action = "The log of the server says more."
            self._send(500, str(error(WHERE, "a failure of the server", "a result", action)))

    do_POST = do_GET  # noqa: N815  (as http.server names it)

    def send_error(self, code, message=None, explain=None):
        """Answer what http.server itself refuses, as JSON."""
        received = f"a request that is refused: {message or self.responses.get(code, ('?',))[0]}"
        action = "Send such a request."
        self._send(code, str(error(WHERE, received, "HTTP/1.1 with GET or POST", action)))

    def log_message(self, format, *arguments):
        """Say nothing: each request would be a line."""

    def _answer(self):
        model = self.server.model
        body = self._body() if self.command == "POST" else b""
        if body is None:
            return
        asked, name, version = route(self.command, self.path)
        model.check_spec(name, version)
        if asked == "predict":
            signature, inputs = read_predict(model, body)
            with model.turn():
                self._send(200, outputs_text(model.predict(signature, inputs)))
        elif asked == "metadata":
            spec = {"name": model.name, "signature_name": "", "version": str(model.version)}
            found = {"signature_def": {"signature_def": json_of_protos(model.definitions)}}
            self._send(200, {"model_spec": spec, "metadata": found})
        else:
            status = {"error_code": "OK", "error_message": ""}
            state = {"version": str(model.version), "state": "AVAILABLE", "status": status}
            self._send(200, {"model_version_status": [state]})

    def _body(self):
        """Return the body of a request; None if the answer was given already."""
        length, most = self.headers.get("Content-Length", ""), self.server.most_bytes
        if not (length.isascii() and length.isdecimal()):
            return self._refuse_body(411, "no usable Content-Length", "a number of bytes")
        if len(length) > 18 or int(length) > most:
            received = f"a body of {length[:20]} bytes"
            return self._refuse_body(413, received, f"at most {most} (--max-request-mb)")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            return self._refuse_body(400, "a body that ends too early", f"{length} bytes")
        return body

    def _refuse_body(self, code, received, required):
        self._send(code, str(error(WHERE, received, required, "Send a smaller or complete one.")))
        # A client that is cut off while it sends would never read the answer.
        self.connection.shutdown(socket.SHUT_WR)
        for _ in range(2 * self.server.most_bytes >> 16):
            if not self.rfile.read1(1 << 16):
                break

    def _send(self, code, answer):
        """Send bytes as they are, a dict as JSON, a text as what is refused."""
        if isinstance(answer, str):
            answer = {"error": answer}
        content = json.dumps(answer).encode() if isinstance(answer, dict) else answer
        self.close_connection = True
        self.connection.settimeout(WRITE_SECONDS)
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


def route(method, path):
    """Return what is asked of a model: "predict", "metadata" or "status"; its name; its version.

    Example:

    >>> route("POST", "/v1/models/nowcast/versions/3:predict")
    ('predict', 'nowcast', 3)
    """
    for known, asked, pattern in ROUTES:
        match = pattern.fullmatch(path)
        if match and method == known:
            version = match["version"] and int(match["version"])
            return asked, urllib.parse.unquote(match["model"]), version
    raise refusal(
        f"{method} {path[:200]!r}",
        "GET /v1/models/NAME[/versions/N], the same with /metadata, or POST to it with :predict",
        "See TF Serving's RESTful API.",
        "NOT_FOUND",
    )


def read_predict(model, body):
    """Return the name of the signature, and the inputs as arrays."""
    values = body.count(b",")  # which stand between values: told before they are parsed
    if values > model.most_values:
        most = f"at most {model.most_values} values (--max-values)"
        raise _unusable(f"a body of about {values} values", most)
    with model.parsing:
        missing = takes_missing(model.signatures)
        request = _parsed(body, missing)
        name, signature = model.signature(request.get("signature_name", ""))
        given = request["inputs"]
        if not isinstance(given, dict) and len(signature.inputs) == 1:
            given = {next(iter(signature.inputs)): given}
        if not isinstance(given, dict):
            raise _unusable("inputs without names", "an object from names of inputs to tensors")
        # Texts inside of tensors would be read as numbers; told without walking these.
        texts = len(request) + ("signature_name" in request)
        texts += len(given) if given is request["inputs"] else 0
        if body.count(b'"') != 2 * texts:
            raise _unusable("texts or objects inside of tensors", "numbers alone")
        check_names(WHERE, given, signature)
        return name, {
            key: sent_array(
                WHERE, key, numbers_of_json(WHERE, key, value), signature.inputs[key], missing
            )
            for key, value in given.items()
        }


def outputs_text(arrays):
    """Return the JSON of an answer, as bytes that were written piece by piece."""
    text = io.BytesIO()
    alone = len(arrays) == 1  # without its name, as TF Serving does it
    text.write(b'{"outputs":' if alone else b'{"outputs":{')
    for number, name in enumerate(list(arrays)):
        if not alone:
            text.write(f"{',' if number else ''}{json.dumps(name)}:".encode())
        for piece in json_pieces(arrays.pop(name)):
            text.write(piece.encode())
    text.write(b"}" if alone else b"}}")
    return text.getbuffer()


def _parsed(body, missing):
    try:
        request = json.loads(body, parse_constant=_nan_alone if missing else _no_constant)
    except (ValueError, RecursionError) as reason:
        raise _unusable("a body that is no JSON", "a JSON object") from reason
    if not isinstance(request, dict) or "inputs" not in request or set(request) - set(KEYS):
        raise _unusable(
            "JSON of another form",
            'an object with "inputs", all tensors by name, and perhaps "signature_name" '
            '(the row format, "instances", is not served here)',
        )
    if not isinstance(request.get("signature_name", ""), str):
        raise _unusable("a signature_name that is no text", "a text")
    return request


def _no_constant(text):
    raise ValueError(f"{text} is no JSON")


def _nan_alone(text):
    """NaN is no JSON either, but what TF Serving reads and writes for it."""
    return math.nan if text == "NaN" else _no_constant(text)


def _unusable(received, required):
    return error(WHERE, received, required, "Correct the body of the request.")
