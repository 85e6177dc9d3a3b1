"""From options to settings, model and optimizer."""

import numpy as np
import pytest

from st_keras.cli.network_settings import settings_of
from st_keras.cli.parser import build_parser
from st_keras.cli.training_run import FITTING, prepare
from st_keras.training import ReverseScheduledSampling
from tests.cli.conftest import squares


def options_of(*more):
    base = ["train", "predrnn", "--data", "digits", "--out", "unused"]
    return build_parser().parse_args([*base, *(str(m) for m in more)])


def test_preset_gives_the_published_recipe():
    network, recipe = settings_of(options_of("--preset", "moving_mnist"))
    assert network["filters"] == (128,) * 4
    assert (recipe["learning_rate"], recipe["batch_size"], recipe["steps"]) == (1e-4, 8, 80_000)
    assert (recipe["decoupling_weight"], recipe["reverse_input"]) == (0.1, True)
    assert (recipe["sampling"], recipe["epsilon"]) == ("reverse", 1e-8)


def test_published_recipe_of_version_one():
    options = options_of("--preset", "moving_mnist", "--no-decoupling")
    network, recipe = settings_of(options)
    assert network["decoupling"] is False
    assert (recipe["learning_rate"], recipe["sampling"]) == (3e-4, "scheduled")
    options.filters = (4, 4)
    model, _, _ = prepare(options)
    assert float(model.sampling.horizon(25_000)) == pytest.approx(0.5, abs=1e-6)
    assert model.sampling.horizon.stop == 50_000


def test_flags_replace_the_preset():
    more = ("--filters", "8,8", "--layer-norm", "--no-reverse-input", "--decoupling-weight", 0.5)
    network, recipe = settings_of(options_of("--preset", "kth", *more))
    assert network["filters"] == (8, 8)
    assert network["layer_norm"] is True
    assert network["kernel_size"] == 5
    assert recipe["reverse_input"] is False
    assert recipe["decoupling_weight"] == 0.5


def test_version_one_has_no_decoupling():
    network, recipe = settings_of(options_of("--no-decoupling"))
    assert network["decoupling"] is False
    assert recipe["decoupling_weight"] == 0.0


def test_sampling_is_scaled_to_the_steps():
    small = ("--filters", "4", "--kernel-size", 3, "--preset", "moving_mnist")
    model, _, _ = prepare(options_of(*small, "--steps", 800, "--sampling", "reverse"))
    assert isinstance(model.sampling, ReverseScheduledSampling)
    assert (model.sampling.context.begin, model.sampling.context.stop) == (250, 500)
    model, _, _ = prepare(options_of(*small, "--sampling", "teacher_forcing"))
    assert model.sampling is None


def test_demo_takes_the_patch_size_that_fits(tmp_path):
    for size, patch_size in (((16, 24), 8), ((20, 24), 4), ((18, 24), 2), ((15, 24), 1)):
        np.save(tmp_path / f"{size}.npy", squares(8, 8, size=size))
        options = options_of("--filters", "4", "--context-length", 3, "--horizon", 3)
        options.data, options.patch_size = str(tmp_path / f"{size}.npy"), FITTING
        assert prepare(options)[0].network.patch_size == patch_size


def test_learning_rate_warms_up_and_decays():
    model, _, recipe = prepare(options_of("--filters", "4", "--steps", 100, "--decay", "cosine"))
    rate = model.optimizer._learning_rate
    values = np.array([float(rate(k)) for k in range(101)])
    assert values[0] < values[10]
    assert values.max() == pytest.approx(recipe["learning_rate"], rel=1e-5)
    assert values[-1] < 0.05 * recipe["learning_rate"]


def test_precision_and_seed():
    arguments = ("--filters", "4", "--precision", "mixed_float16", "--seed", 3)
    model, _, _ = prepare(options_of(*arguments))
    assert model.network.dtype_policy.name == "mixed_float16"
    assert type(model.optimizer).__name__ == "LossScaleOptimizer"
    again, _, _ = prepare(options_of(*arguments))
    for one, other in zip(model.weights, again.weights, strict=True):
        assert np.array_equal(one.numpy(), other.numpy())
