"""What is asked of each library, told by stand-ins: tests have no GPU."""

import sys
import types

import pytest
import tensorflow as tf

from benchmarks.speed import gpu


@pytest.fixture
def one_gpu(monkeypatch):
    """TensorFlow that sees one GPU; returns what it was told."""
    told = []
    device = types.SimpleNamespace(name="GPU:0")
    experimental = tf.config.experimental
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [device])
    monkeypatch.setattr(
        experimental, "get_device_details", lambda gpu: {"device_name": "Kind"}, raising=False
    )
    monkeypatch.setattr(experimental, "set_memory_growth", lambda *given: told.append(given))
    monkeypatch.setattr(experimental, "get_memory_info", lambda name: {"peak": 7})
    return device, told


def test_tensorflow(one_gpu):
    device, told = one_gpu
    assert gpu.gpu_names("tensorflow") == ["Kind"]
    gpu.share_memory("tensorflow")
    assert told == [(device, True)]
    assert gpu.device_peak("tensorflow") == 7


def test_jax(monkeypatch):
    device = types.SimpleNamespace(
        platform="gpu", device_kind="Kind", memory_stats=lambda: {"peak_bytes_in_use": 5}
    )
    jax = types.SimpleNamespace(devices=lambda: [device])
    monkeypatch.setitem(sys.modules, "jax", jax)
    assert gpu.gpu_names("jax") == ["Kind"]
    assert gpu.device_peak("jax") == 5
    gpu.share_memory("jax")


def test_torch(monkeypatch):
    cuda = types.SimpleNamespace(
        device_count=lambda: 1,
        get_device_name=lambda index: f"Kind {index}",
        max_memory_allocated=lambda: 3,
    )
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(cuda=cuda))
    assert gpu.gpu_names("torch") == ["Kind 0"]
    assert gpu.device_peak("torch") == 3


def test_none_here():
    if not tf.config.list_physical_devices("GPU"):
        assert gpu.gpu_names("tensorflow") == []
