import types

import pytest

from benchmarks.gpu import devices, replicas
from tests.benchmarks.gpu.tiny_settings import tiny_settings


def test_one_gpu(monkeypatch):
    monkeypatch.setattr(devices, "tensorflow_devices", lambda smoke: ["/device:GPU:0"])
    found = replicas.run({}, types.SimpleNamespace(smoke=False))
    assert found["status"] == "one GPU" and found["text"].startswith("one GPU here")


@pytest.fixture
def two(monkeypatch, two_replicas):
    monkeypatch.setattr(devices, "tensorflow_devices", lambda smoke: ["CPU:1", "CPU:0"])
    monkeypatch.setattr(devices, "allow_tensor_float", lambda *given: None)
    monkeypatch.setattr(replicas, "make_strategy", lambda name: two_replicas)
    return two_replicas


@pytest.mark.long
def test_two_replicas_make_the_update_of_one(two):
    found = replicas.run({}, tiny_settings())
    assert found["status"] == "ok" and found["difference"] <= 1e-5
    assert found["text"].startswith("2 replicas: weights differ by")
    assert all(rate > 0 for rate in found["sequences_per_second"])


def test_a_difference_is_said(two, monkeypatch):
    models = iter([1.0, 1.1])

    def trained():
        value = next(models)
        return types.SimpleNamespace(get_weights=lambda: [value])

    monkeypatch.setattr(replicas, "trained", trained)
    monkeypatch.setattr(replicas, "sequences_per_second", lambda *given: 1.0)
    assert replicas.run({}, types.SimpleNamespace(smoke=True, batch=2))["status"] == "differs"
