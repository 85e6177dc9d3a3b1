"""`st-keras serve saved_models/nowcast`: a development server for an exported model."""

import contextlib
import ipaddress
import os
import pathlib
import signal
import sys
import threading
from dataclasses import dataclass

from st_keras.cli.command import Command, CommandSettings
from st_keras.export.serving import limits
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting, values_of


def _port(default, protocol):
    return setting(
        types.whole(0, 65535), default, f"of {protocol}; 0: a free one (default: {default})"
    )


def _limit(default, help, most=None):
    return setting(types.whole(1, most), default, f"{help} (default: {default})")


@dataclass(frozen=True, kw_only=True)
class Serve(CommandSettings):
    """Serve an exported model on this machine, with TF Serving's protocols; for development."""

    path: pathlib.Path = setting(
        types.path, help="folder with versions, such as nowcast, or one of these", flag=None
    )
    model_name: str | None = setting(
        default=None, help="name to be asked for (default: the folder's)"
    )
    version: int | None = setting(types.whole(0), None, "default: the highest")
    host: str = setting(
        default="127.0.0.1",
        help="address to listen on (default: 127.0.0.1, this machine alone; there is no "
        "authentication)",
    )
    port: int = _port(8500, "gRPC")
    rest_port: int = _port(8501, "REST")
    max_request_mb: int = _limit(
        limits.MAX_REQUEST_MB, "largest request", limits.LARGEST_REQUEST_MB
    )
    max_values: int = _limit(
        limits.MAX_VALUES,
        "values a request may count as: horizon x pixels, 4096 at least for each frame",
    )
    threads: int = _limit(limits.THREADS, "requests computed at once")


def serve(settings):
    """Serve until SIGTERM or Ctrl-C."""
    from st_keras.export.serving.development_server import DevelopmentServer

    with _ending() as ended:
        server = DevelopmentServer(**values_of(settings))
        with _left_when_interrupted(server), server:
            if not _is_loopback(settings.host):
                print(
                    f"Warning: {settings.host} is open to other machines, and this server knows no "
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


COMMAND = Command(name="serve", settings=Serve, work=serve, hears_signals=True)
