import importlib.util

import pytest

from benchmarks.speed.options import JAX_MODES, MODELS, MODES, checked, modes_of, parsed
from tests.benchmarks.speed.tiny_options import TINY
from tests.refusals import refused


def test_defaults_are_the_standard_configuration():
    options = checked(parsed([]))
    assert options.filters == (64, 64, 64, 64)
    assert (options.batch, options.frames, options.size, options.patch) == (4, 20, 64, 4)
    assert options.models == MODELS and options.modes == MODES
    assert options.peer == (importlib.util.find_spec("torch") is not None)
    assert modes_of(options, "predrnn_v1") == list(MODES)
    assert modes_of(options, "slowvae") == ["train", "inference"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--models=lstm"], "--models='lstm'.*'predrnn_v2'"),
        (["--modes=train,fly"], "--modes='fly'.*'forecast'"),
        (["--policies=int8"], "--policies='int8'.*'mixed_bfloat16'"),
        (["--filters=64,wide"], "--filters with 'wide'.*one whole number per layer"),
        (["--filters=0"], "--filters=0.*at least 1"),
        (["--frames=1"], "--frames=1.*at least 2"),
        (["--batch=0"], "--batch=0.*at least 1"),
        (["--rounds=0"], "--rounds=0.*at least 1"),
        (["--size=30"], "--size=30 with --patch=4.*Crop or pad"),
        (["--images=7"], "--images=7.*divisible"),
        (["--models=slowvae", "--size=24"], "--size=24 with slowvae.*a multiple of 16"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments, message):
    refused(message, checked, parsed(arguments))


@pytest.mark.parametrize("arguments", [["--models=slowvae", "--size=16"], ["--modes=forecast"]])
def test_jax_has_no_training_of_slowvae_and_no_forecast(monkeypatch, arguments):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    refused("need TensorFlow", checked, parsed([*TINY, "--backend=jax", *arguments]))


def test_jax_measures_what_it_can_by_default(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    options = checked(parsed(["--backend=jax"]))
    assert options.models == MODELS[:-1] and options.modes == JAX_MODES


@pytest.mark.parametrize(
    "arguments, message",
    [(["--backend=jax", "--no-peer"], "the package jax"), (["--peer"], "the package torch")],
)
def test_missing_packages_are_named(monkeypatch, arguments, message):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    refused(message, checked, parsed(arguments))
