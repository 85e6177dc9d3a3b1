import types

import pytest
import tensorflow as tf

from benchmarks.gpu import devices, platform

SMOKE, FULL = (types.SimpleNamespace(smoke=smoke) for smoke in (True, False))


def test_what_tensorflow_sees(monkeypatch):
    info = {"cuda_version": "12.5.1", "cudnn_version": "9"}
    monkeypatch.setattr(tf.sysconfig, "get_build_info", lambda: info)
    monkeypatch.setattr(platform, "gpu_names", lambda library: ["Kind", "Kind"])
    found = platform.run({"library": "tensorflow"}, FULL)
    assert found["status"] == "ok" and found["gpus"] == ["Kind", "Kind"]
    assert found["built"] == {"CUDA": "12.5.1", "cuDNN": "9"}
    assert found["text"] == f"{tf.__version__} (CUDA 12.5.1, cuDNN 9) sees Kind, Kind"


def test_a_library_that_sees_none_says_what_to_install(monkeypatch):
    monkeypatch.setattr(tf.sysconfig, "get_build_info", dict)
    monkeypatch.setattr(platform, "gpu_names", lambda library: [])
    found = platform.run({"library": "tensorflow"}, FULL)
    assert found["status"] == "no GPU"
    assert found["text"].endswith("(without CUDA) sees none: pip install 'tensorflow[and-cuda]'")


def test_stand_ins(monkeypatch):
    monkeypatch.setattr(devices, "tensorflow_devices", lambda smoke: ["CPU:1", "CPU:0"])
    assert platform.run({"library": "tensorflow"}, SMOKE)["gpus"] == ["CPU:1", "CPU:0"]


def test_what_pytorch_sees():
    pytest.importorskip("torch", reason="needs PyTorch: pip install 'st_keras[torch]'")
    found = platform.run({"library": "torch"}, SMOKE)
    assert found["status"] == "ok" and found["gpus"] == ["CPU"]
