"""Real data, where the folder beside the repository exists; TensorFlow Datasets off line."""

import pathlib
import socket

import pytest

DATA = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "data"


@pytest.fixture
def data_file():
    """Function from a file name to its path; skips the test where there is no such file."""

    def find(name):
        path = DATA / name
        if not path.is_file():
            pytest.skip(f"needs {name} in the data folder ../shared/data beside the repository")
        return path

    return find


@pytest.fixture
def tfds(monkeypatch):
    """TensorFlow Datasets, which fails if it goes for the network."""
    module = pytest.importorskip("tensorflow_datasets")
    module.disable_progress_bar()

    def refuse(*args, **kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    # Cloud storage goes through TensorFlow, past Python's sockets.
    monkeypatch.setattr(module.core.utils.gcs_utils, "exists", refuse)
    return module
