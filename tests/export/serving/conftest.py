"""One small served model for all tests of a process."""

import pytest

from st_keras.export import DevelopmentServer, ServingClient
from tests.export.serving.tiny_module import save_tiny_module


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """Base folder with version 3 of `TinyModule`."""
    folder = tmp_path_factory.mktemp("served") / "nowcast"
    save_tiny_module(folder / "3")
    return folder


@pytest.fixture(scope="session")
def server(tiny_folder):
    """It is served, with small limits."""
    pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")
    with DevelopmentServer(
        tiny_folder,
        port=0,
        rest_port=0,
        max_request_mb=1,
        max_values=1_000_000,
        threads=2,
        read_seconds=5.0,
    ) as server:
        yield server


@pytest.fixture(params=["grpc", "rest"])
def client(request, server):
    """A client for either protocol."""
    address = getattr(server, f"{request.param}_address")
    with ServingClient(address, retries=0) as client:
        yield client
