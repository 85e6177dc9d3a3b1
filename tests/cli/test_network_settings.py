"""What flags and presets come to: arguments of the network, and a recipe."""

import pytest

from st_keras.cli.grammar import parse
from st_keras.cli.network_settings import resolved


def resolve(model, *more):
    settings = parse(["train", model, "--data", "digits", "--out", "unused", *more])[1]
    said = {"steps": settings.fit.steps, "batch_size": settings.fit.batch_size}
    return resolved(model, settings.network, settings.recipe, **said)


def test_preset_gives_the_published_recipe():
    network, recipe = resolve("predrnn", "--preset", "moving_mnist")
    assert network["filters"] == (128,) * 4
    assert (recipe["learning_rate"], recipe["batch_size"], recipe["steps"]) == (1e-4, 8, 80_000)
    assert (recipe["decoupling_weight"], recipe["reverse_input"]) == (0.1, True)
    assert (recipe["sampling"], recipe["epsilon"]) == ("reverse", 1e-8)


def test_flags_replace_the_preset():
    more = ("--filters", "8,8", "--layer-norm", "--no-reverse-input", "--decoupling-weight", "0.5")
    network, recipe = resolve("predrnn", "--preset", "kth", "--steps", "9", *more)
    assert (network["filters"], network["layer_norm"], network["kernel_size"]) == ((8, 8), True, 5)
    assert (recipe["reverse_input"], recipe["decoupling_weight"]) == (False, 0.5)
    assert (recipe["steps"], recipe["batch_size"]) == (9, 4)


def test_slots():
    names = ("softmax-importance", "separate-slots", "learned-initial-slots", "slot-scale")
    flags = [*(f"--{name}" for name in names), "--no-batch-norm", "--num-slots", "3"]
    network, _ = resolve("modernn", *flags)
    assert (network["num_slots"], network["batch_norm"]) == (3, False)
    assert all(network[name.replace("-", "_")] for name in names)


@pytest.mark.parametrize(
    ("model", "flags"),
    [
        ("modernn", ("--preset", "robonet")),
        ("convlstm", ("--preset", "moving_mnist")),
        ("predrnn", ("--preset", "moving_mnist", "--no-decoupling")),
    ],
)
def test_networks_without_decoupling_take_the_recipe_without(model, flags):
    network, recipe = resolve(model, *flags)
    assert not network.get("decoupling")
    assert (recipe["decoupling_weight"], recipe["sampling"]) == (0.0, "scheduled")
