"""TF Serving's REST API over HTTP/1.1, bounded in connections, sizes and time."""

import http.server
import io
import json
import logging
import socket
import threading

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.deadline_reader import DeadlineReader
from st_keras.export.serving.json_tensor import json_pieces
from st_keras.export.serving.rest_request import read_predict, route
from st_keras.export.serving.signature import json_of_protos
from st_keras.export.serving.status_codes import http_of_code
from st_keras.validation import error

LOG = logging.getLogger("st_keras.serve")
WRITE_SECONDS = 60.0
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class RestServer(http.server.ThreadingHTTPServer):
    """A server that listens once it is made; `serve_forever` answers.

    Args:
        model: `ServedModel`.
        host: str.
        port: int, 0 for a free one.
        most_bytes: int. Longest body of a request.
        connections: int. How many may be open at once; others get HTTP 503.
        read_seconds: float. Time for a request to come, from the end of the one before it.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, model, host, port, most_bytes, connections, read_seconds):
        self.model, self.most_bytes, self.read_seconds = model, most_bytes, read_seconds
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._free = threading.BoundedSemaphore(connections)
        self._open, self._lock = set(), threading.Lock()
        super().__init__((host, port), RestHandler)

    def process_request(self, request, client_address):
        """Start a thread for a connection, or refuse it."""
        if not self._free.acquire(blocking=False):
            request.settimeout(1.0)
            try:
                request.sendall(BUSY)
            finally:
                self.shutdown_request(request)
            return
        with self._lock:
            self._open.add(request)
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._released(request)
            raise

    def process_request_thread(self, request, client_address):
        """Answer the requests of one connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._released(request)

    def handle_error(self, request, client_address):
        """Log what is not the client's going away."""
        LOG.debug("a connection failed", exc_info=True)

    def close(self):
        """Stop to listen, and end all connections."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # ended already
                    pass

    def _released(self, request):
        with self._lock:
            known = request in self._open
            self._open.discard(request)
        if known:
            self._free.release()


class RestHandler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # of lines that name none, so that answers have a status
    server_version, sys_version = "st-keras-serve", ""

    def setup(self):
        """Read through a clock."""
        super().setup()
        self.rfile.close()
        self.clock = DeadlineReader(self.connection)
        self.rfile = io.BufferedReader(self.clock, 1 << 16)

    def handle_one_request(self):
        """Answer one request that comes in time."""
        self.clock.allow(self.server.read_seconds)
        super().handle_one_request()

    def do_GET(self):
        """Answer what the model is and whether it is there."""
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # a body is not read, and is no next request
        self._answer("GET")

    def do_POST(self):
        """Answer a prediction."""
        self._answer("POST")

    def send_error(self, code, message=None, explain=None):
        """Answer what http.server itself refuses, as JSON."""
        said = error(
            "st-keras serve",
            f"a request that is refused: {message or self.responses.get(code, ('?',))[0]}",
            "HTTP/1.1 with GET or POST",
            "Send such a request.",
        )
        self._refuse(code, str(said))

    def log_message(self, format, *arguments):
        """Say nothing: each request would be a line."""

    def _answer(self, method):
        try:
            body = self._body() if method == "POST" else b""
            if body is None:
                return
            asked, name, version = route(method, self.path)
            self.server.model.check_spec(name, version)
            text, sent = getattr(self, f"_{asked}")(body)
        except CallError as refusal:
            self._send(http_of_code(refusal.code), json.dumps({"error": refusal.said}))
        except OSError:  # the connection, not the request
            raise
        except Exception:
            LOG.exception("a request failed")
            said = error(
                "st-keras serve",
                "a failure of the server",
                "a result",
                "The log of the server says more.",
            )
            self._send(500, json.dumps({"error": str(said)}))
        else:
            try:
                self._send(200, text)
            finally:
                sent()

    def _body(self):
        """Return the body of a request; None if the answer was given already."""
        length = self.headers.get_all("Content-Length", [])
        most = self.server.most_bytes
        if "Transfer-Encoding" in self.headers or not length:
            return self._refuse_body(411, "no Content-Length", "one")
        if len(length) > 1 or not (length[0].isascii() and length[0].isdecimal()):
            return self._refuse_body(400, "an unusable Content-Length", "a number of bytes")
        if len(length[0]) > 18 or int(length[0]) > most:
            received = f"a body of {length[0][:20]} bytes"
            return self._refuse_body(413, received, f"at most {most} (--max-request-mb)")
        body = self.rfile.read(int(length[0]))
        if len(body) < int(length[0]):
            return self._refuse_body(400, "a body that ends too early", f"{length[0]} bytes")
        return body

    def _refuse_body(self, code, received, required):
        said = error("st-keras serve", received, required, "Send a smaller or complete request.")
        self._refuse(code, str(said))
        # A client that is cut off while it sends would never read the answer.
        self.connection.shutdown(socket.SHUT_WR)
        for _ in range(2 * self.server.most_bytes >> 16):
            if not self.rfile.read1(1 << 16):
                break
        return None

    def _refuse(self, code, message):
        """Answer, and end the connection: what follows may be the rest of this request."""
        self.close_connection = True
        self._send(code, json.dumps({"error": message}))

    def _send(self, code, text):
        content = text.encode() if isinstance(text, str) else text
        self.connection.settimeout(WRITE_SECONDS)
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _predict(self, body):
        model = self.server.model
        return model.answer(*read_predict(model, body), (), outputs_text)

    def _metadata(self, body):
        model = self.server.model
        definitions = {"signature_def": json_of_protos(model.definitions)}
        spec = {"name": model.name, "signature_name": "", "version": str(model.version)}
        metadata = {"signature_def": definitions}
        return json.dumps({"model_spec": spec, "metadata": metadata}), _nothing

    def _status(self, body):
        status = {
            "version": str(self.server.model.version),
            "state": "AVAILABLE",
            "status": {"error_code": "OK", "error_message": ""},
        }
        return json.dumps({"model_version_status": [status]}), _nothing


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


def _nothing():
    """Small answers take no space from others."""
