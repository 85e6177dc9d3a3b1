"""`st-keras serve`: a process that says where it listens, answers, and ends when it is told to."""

import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from st_keras.cli import serve_command
from st_keras.export import ServingClient, ServingError
from st_keras.export.serving import development_server
from tests.export.serving.tiny_module import numpy_predictions, save_tiny_module

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")


class FakeServer:
    """Remembers how it was made; is told to end as soon as it serves."""

    made, number, busy = [], signal.SIGTERM, False

    def __init__(self, path, **arguments):
        self.arguments, self.closed = {"path": path, **arguments}, False
        self.grpc_address, self.rest_address, self.warmed_up = "h:1", "http://h:2", 5
        self.model = type("Model", (), {"name": "nowcast", "version": 3, "busy": self.busy})
        FakeServer.made.append(self)

    def __enter__(self):
        signal.raise_signal(self.number)
        return self

    def __exit__(self, *reason):
        self.closed = True


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(FakeServer, "made", [])
    monkeypatch.setattr(development_server, "DevelopmentServer", FakeServer)
    return FakeServer


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_it_is_told_to_end(number, run, fake, monkeypatch):
    before = signal.getsignal(number)
    monkeypatch.setattr(fake, "number", number)
    status, out, err = run(
        *("serve", "saved_models/nowcast", "--model-name", "n", "--version", 2, "--port", 0),
        *("--rest-port", 7, "--max-request-mb", 3, "--max-values", 4, "--threads", 5),
    )
    assert (status, err) == (0, "")
    assert out == (
        "Serving 'nowcast', version 3, after 5 warm-up requests: gRPC h:1, "
        "REST http://h:2/v1/models/nowcast\n"
    )
    (server,) = fake.made
    assert server.closed
    assert str(server.arguments.pop("path")) == "saved_models/nowcast"
    assert server.arguments == {
        **{"model_name": "n", "version": 2, "host": "127.0.0.1", "port": 0, "rest_port": 7},
        **{"max_request_mb": 3, "max_values": 4, "threads": 5},
    }
    assert signal.getsignal(number) == before


def test_the_second_time_it_ends_at_once(run, fake, monkeypatch):
    monkeypatch.setattr(fake, "number", signal.SIGINT)
    monkeypatch.setattr(fake, "__exit__", lambda *_: signal.raise_signal(signal.SIGINT))
    status, _, err = run("serve", "nowcast")
    assert (status, err) == (130, "st-keras serve: interrupted\n")


@pytest.mark.parametrize("again, left_with", [(False, 0), (True, 130)])
def test_leaves_what_is_still_computed(again, left_with, run, fake, monkeypatch):
    def leave(status):
        raise SystemExit(f"left with {status}")

    monkeypatch.setattr(serve_command.os, "_exit", leave)
    monkeypatch.setattr(fake, "busy", True)
    if again:
        monkeypatch.setattr(fake, "number", signal.SIGINT)
        monkeypatch.setattr(fake, "__exit__", lambda *_: signal.raise_signal(signal.SIGINT))
    assert run("serve", "nowcast")[0] == f"left with {left_with}"


@pytest.mark.parametrize(
    "host, warns",
    [
        *(("127.0.0.1", False), ("localhost", False), ("::1", False), ("127.0.0.2", False)),
        *(("0.0.0.0", True), ("10.1.2.3", True), ("example.org", True), ("::", True)),
    ],
)
def test_warns_where_others_can_connect(host, warns, run, fake):
    status, _, err = run("serve", "nowcast", "--host", host)
    assert status == 0
    assert ("knows no authentication" in err) == warns
    assert err.count("\n") == warns


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("absent",), "where no SavedModel is. Required: a folder with saved_model.pb"),
        (("x", "--port", "65536"), "received '65536'. Required: a whole number of at least 0 and"),
        (("x", "--threads", "0"), "received '0'. Required: a whole number of at least 1"),
        (("x", "--max-values", "many"), "received 'many'"),
        ((), "the following arguments are required: path"),
    ],
)
def test_refusals(arguments, message, run):
    status, out, err = run("serve", *arguments)
    assert (status, out) == (2, "")
    assert message in err


@pytest.mark.long
def test_the_process(tmp_path):
    save_tiny_module(tmp_path / "nowcast" / "1")
    command = [sys.executable, "-m", "st_keras.cli.main", "serve", str(tmp_path / "nowcast")]
    process = subprocess.Popen(
        [*command, "--port", "0", "--rest-port", "0"],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ready = process.stdout.readline()
        found = re.search(r"gRPC (\S+), REST (http://\S+)/v1/models/nowcast$", ready.strip())
        assert found, process.stderr.read() if process.poll() is not None else ready
        context = np.random.default_rng(0).random((1, 3, 4, 6, 1))
        for address in found.groups():
            with ServingClient(address) as client:
                answer = client.forecast(context, 2)
            np.testing.assert_allclose(answer[:, 0], numpy_predictions(context)[:, -1], atol=1e-6)
        with ServingClient(found[1], retries=0, timeout=120) as client:
            endless = {"rounds": 2**31 - 1}  # more than half an hour
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                asked = pool.submit(client.predict, "here", "spin", endless)
                time.sleep(1)  # for it to come
                assert not asked.done()
                process.send_signal(signal.SIGTERM)
                out, err = process.communicate(timeout=30)
                assert isinstance(asked.exception(10), ServingError)
        assert process.returncode == 0, err
        assert "Traceback" not in err and out == ""
    finally:
        process.kill()
        process.communicate()
