"""Every mode of PyTorch's stand-in runs, eagerly and under autocast."""

import argparse

import numpy as np
import pytest

from benchmarks.speed.contestant import COMPILED_PEER, PEER, Contestant
from tests.benchmarks.speed.tiny_options import tiny_options

torch = pytest.importorskip("torch", reason="the stand-in needs PyTorch: pip install torch")


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("mode", ["train", "inference", "forecast", "step"])
def test_predrnn(mode, policy):
    from benchmarks.speed.torch_contestant import prepare

    run = prepare(Contestant(PEER, "predrnn_v2", policy, mode), tiny_options())
    first, second = run(), run()
    assert np.all(np.isfinite(first))
    if mode == "train":
        assert first != second  # it learns
    if mode == "forecast":
        assert first.shape == (2, 3, 4, 4, 4) and first.dtype == "float32"
    if mode == "step":
        assert np.any(first != second)  # the states go on


@pytest.mark.parametrize("mode", ["train", "inference"])
def test_slowvae(mode):
    from benchmarks.speed.torch_contestant import prepare

    options = argparse.Namespace(**{**vars(tiny_options()), "size": 64})
    assert np.isfinite(prepare(Contestant(PEER, "slowvae", "float32", mode), options)())


def test_compiled_by_whatever_torch_compile_is(monkeypatch):
    from benchmarks.speed.torch_contestant import prepare

    compiled = []
    monkeypatch.setattr(torch, "compile", lambda function: compiled.append(function) or function)
    for mode in ("train", "inference", "step"):
        prepare(Contestant(COMPILED_PEER, "predrnn_v1", "float32", mode), tiny_options())()
    assert len(compiled) == 3


def test_patches_are_ours():
    from benchmarks.speed.torch_contestant import _patched
    from st_keras.ops import frames_to_patches

    frames = np.random.default_rng(0).random((2, 3, 4, 6, 2), "float32")
    np.testing.assert_array_equal(_patched(frames, 2), frames_to_patches(frames, 2))
