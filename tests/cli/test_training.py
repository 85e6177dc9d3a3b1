"""From options to settings, model and optimizer."""

import dataclasses

import numpy as np
import pytest

from st_keras.cli.grammar import parse
from st_keras.cli.training import prepare_forecaster
from st_keras.models.family_settings import FITTING
from st_keras.training import ReverseScheduledSampling
from tests.cli.conftest import squares


def asked(*more):
    base = ["train", "predrnn", "--data", "digits", "--out", "unused"]
    return parse([*base, *(str(m) for m in more)])[1]


def test_published_recipe_of_version_one():
    small = ("--filters", "4,4", "--no-decoupling")
    model, _, recipe = prepare_forecaster(asked("--preset", "moving_mnist", *small))
    assert (recipe["learning_rate"], recipe["sampling"]) == (3e-4, "scheduled")
    assert not model.network.decoupling
    assert float(model.sampling.horizon(25_000)) == pytest.approx(0.5, abs=1e-6)
    assert model.sampling.horizon.stop == 50_000


def test_sampling_is_scaled_to_the_steps():
    small = ("--filters", "4", "--kernel-size", 3, "--preset", "moving_mnist")
    model, _, _ = prepare_forecaster(asked(*small, "--steps", 800, "--sampling", "reverse"))
    assert isinstance(model.sampling, ReverseScheduledSampling)
    assert (model.sampling.context.begin, model.sampling.context.stop) == (250, 500)
    model, _, _ = prepare_forecaster(asked(*small, "--sampling", "teacher_forcing"))
    assert model.sampling is None


def test_demo_takes_the_patch_size_that_fits(tmp_path):
    for size, patch_size in (((16, 24), 8), ((20, 24), 4), ((18, 24), 2), ((15, 24), 1)):
        np.save(tmp_path / f"{size}.npy", squares(8, 8, size=size))
        data = ("--data", tmp_path / f"{size}.npy", "--context-length", 3, "--horizon", 3)
        settings = asked("--filters", "4", *data)
        network = dataclasses.replace(settings.network, patch_size=FITTING)
        model = prepare_forecaster(dataclasses.replace(settings, network=network))[0]
        assert model.network.patch_size == patch_size


def test_learning_rate_warms_up_and_decays():
    model, _, recipe = prepare_forecaster(
        asked("--filters", "4", "--steps", 100, "--decay", "cosine")
    )
    rate = model.optimizer._learning_rate
    values = np.array([float(rate(k)) for k in range(101)])
    assert values[0] < values[10]
    assert values.max() == pytest.approx(recipe["learning_rate"], rel=1e-5)
    assert values[-1] < 0.05 * recipe["learning_rate"]


def test_precision_and_seed():
    arguments = ("--filters", "4", "--precision", "mixed_float16", "--seed", 3)
    model, _, _ = prepare_forecaster(asked(*arguments))
    assert model.network.dtype_policy.name == "mixed_float16"
    assert type(model.optimizer).__name__ == "LossScaleOptimizer"
    again, _, _ = prepare_forecaster(asked(*arguments))
    for one, other in zip(model.weights, again.weights, strict=True):
        assert np.array_equal(one.numpy(), other.numpy())
