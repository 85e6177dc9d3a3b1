"""Which variables a process has, and which devices it asks for."""

import sys
import types

import pytest
import tensorflow as tf

from benchmarks.gpu import devices
from tests.fresh_process import run_python


def test_environment(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--own")
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    full = devices.environment("jax", smoke=False)
    assert (full["KERAS_BACKEND"], full["XLA_FLAGS"]) == ("jax", "--own")
    assert full["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
    assert full["CUDA_VISIBLE_DEVICES"] == "1" and "JAX_PLATFORMS" not in full
    smoke = devices.environment("jax", smoke=True)
    assert smoke["CUDA_VISIBLE_DEVICES"] == "-1" and smoke["JAX_PLATFORMS"] == "cpu"
    assert smoke["XLA_FLAGS"] == "--own --xla_force_host_platform_device_count=2"
    other = devices.environment("tensorflow", smoke=True)
    assert (other["KERAS_BACKEND"], other["XLA_FLAGS"]) == ("tensorflow", "--own")
    assert other["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


@pytest.mark.long
def test_two_parts_of_the_processor_stand_for_gpus():
    code = "from benchmarks.gpu.devices import *\n"
    code += "print(*tensorflow_devices(True), tensorflow_reference(), tensorflow_devices(False))"
    printed = run_python(code, CUDA_VISIBLE_DEVICES="-1").splitlines()[-1]
    assert printed == "/device:CPU:1 /device:CPU:0 /device:CPU:0 []"


def test_gpus_of_tensorflow(monkeypatch):
    gpus = [types.SimpleNamespace(name=f"/device:GPU:{k}") for k in range(2)]
    monkeypatch.setattr(tf.config, "list_logical_devices", {"GPU": gpus}.get)
    assert devices.tensorflow_devices(smoke=False) == ["/device:GPU:0", "/device:GPU:1"]


def test_devices_of_jax(monkeypatch):
    found = {"cpu": ["cpu:0", "cpu:1"], "gpu": ["gpu:0"]}
    told = []
    config = types.SimpleNamespace(update=lambda *given: told.append(given))
    jax = types.SimpleNamespace(devices=found.get, config=config)
    monkeypatch.setitem(sys.modules, "jax", jax)
    assert devices.jax_devices(smoke=False) == ["gpu:0"]
    assert devices.jax_devices(smoke=True) == ["cpu:1", "cpu:0"]
    assert devices.jax_reference() == "cpu:0"
    devices.allow_tensor_float("jax", False)
    devices.allow_tensor_float("jax", True)
    assert told == [
        ("jax_default_matmul_precision", "highest"),
        ("jax_default_matmul_precision", None),
    ]


@pytest.mark.parametrize("allowed", [False, True])
def test_tensor_float_of_tensorflow(allowed):
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    try:
        devices.allow_tensor_float("tensorflow", allowed)
        assert tf.config.experimental.tensor_float_32_execution_enabled() is allowed
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)
