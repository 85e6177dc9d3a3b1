"""`st-keras serve saved_models/nowcast`: a development server for an exported model."""

import contextlib
import ipaddress
import os
import signal
import sys
import threading

from st_keras.export.serving.development_server import DevelopmentServer


def run(options):
    """Serve until SIGTERM or Ctrl-C."""
    with _ending() as ended:
        server = DevelopmentServer(
            options.path,
            model_name=options.model_name,
            version=options.version,
            host=options.host,
            port=options.port,
            rest_port=options.rest_port,
            max_request_mb=options.max_request_mb,
            max_values=options.max_values,
            threads=options.threads,
        )
        with _left_when_interrupted(server), server:
            if not _is_loopback(options.host):
                print(
                    f"Warning: {options.host} is open to other machines, and this server knows no "
                    "authentication and no encryption. Use it in a trusted network alone.",
                    file=sys.stderr,
                )
            model = server.model
            print(
                f"Serving {model.name!r}, version {model.version}, after {server.warmed_up} "
                f"warm-up requests: gRPC {server.grpc_address}, "
                f"REST {server.rest_address}/v1/models/{model.name}",
                flush=True,
            )
            ended.wait()
        _leave(server, 0)


def _leave(server, status):
    """End the process now if it still computes: Python would wait for that, for hours maybe."""
    if server.model.busy:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


@contextlib.contextmanager
def _left_when_interrupted(server):
    try:
        yield
    except KeyboardInterrupt:
        _leave(server, 130)
        raise


@contextlib.contextmanager
def _ending():
    """Give an event that SIGTERM and SIGINT set; the second one acts as it would without this."""
    ended = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in numbers}

    def restore():
        for number, handler in before.items():
            signal.signal(number, handler)

    def end(number, frame):
        restore()
        ended.set()

    for number in numbers:
        signal.signal(number, end)
    try:
        yield ended
    finally:
        restore()


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
