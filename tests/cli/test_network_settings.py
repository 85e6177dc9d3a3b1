"""What flags and presets come to: arguments of the network, and a recipe."""

import pytest

from st_keras.cli.grammar import parse
from st_keras.cli.network_settings import resolved
from st_keras.training.recipes import scaled


def resolve(model, *more):
    settings = parse(["train", model, "--data", "digits", "--out", "unused", *more])[1]
    said = {"steps": settings.fit.steps, "batch_size": settings.fit.batch_size}
    return resolved(model, settings.network, settings.recipe, **said)


@pytest.mark.parametrize("flag", ["--recipe predrnn_v2_moving_mnist", "--preset moving_mnist"])
def test_the_published_recipe(flag, capsys):
    network, recipe = resolve("predrnn", *flag.split())
    told = "Note: --preset is the former name of --recipe.\n"
    assert capsys.readouterr().err == (told if "preset" in flag else "")
    assert network["filters"] == (128,) * 4
    assert (recipe["learning_rate"], recipe["batch_size"], recipe["steps"]) == (1e-4, 8, 80_000)
    assert (recipe["decoupling_weight"], recipe["reverse_input"]) == (0.1, True)
    assert (recipe["sampling"], recipe["epsilon"]) == ("reverse", 1e-8)


def test_version_one():
    for flags in (
        ("--recipe", "predrnn_v1_moving_mnist"),
        ("--recipe", "predrnn_v2_moving_mnist", "--no-decoupling"),
    ):
        network, recipe = resolve("predrnn", *flags)
        assert not network["decoupling"] and recipe["decoupling_weight"] == 0
        assert (recipe["learning_rate"], recipe["sampling"]) == (3e-4, "scheduled")


def test_a_scale_shrinks_what_flags_do_not_say():
    network, recipe = resolve("predrnn", "--recipe", "predrnn_v2_kth", "--scale", "tiny")
    assert (network["filters"], network["kernel_size"]) == ((16, 16), 5)
    assert (recipe["steps"], recipe["learning_rate"], recipe["batch_size"]) == (200, 1e-4, 4)
    more = ("--recipe", "predrnn_v2_kth", "--scale", "small", "--filters", "8", "--steps", "7")
    network, recipe = resolve("predrnn", *more)
    assert (network["filters"], recipe["steps"]) == ((8,), 7)


def test_flags_replace_the_recipe():
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


def test_a_scale_that_does_not_fit_and_a_short_recipe():
    assert scaled("tiny", {"filters": (8,)}, {"steps": 300})[1]["steps"] == 1
    with pytest.raises(ValueError, match="--scale: received tiny for a network without filters"):
        scaled("tiny", {"width": 8}, {"steps": 300})


def test_version_one_has_no_decoupling_weight():
    for flags in ("--recipe predrnn_v1_kth", "--no-decoupling"):
        line = f"train predrnn --data digits --out x --decoupling-weight 0.1 {flags}"
        with pytest.raises(SystemExit):
            parse(line.split())
