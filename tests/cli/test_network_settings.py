"""Flags of each network reach its constructor."""

import pytest

from st_keras.cli.network_settings import settings_of
from st_keras.cli.parser import build_parser
from st_keras.cli.training_run import prepare

SLOT_FLAGS = ("softmax-importance", "separate-slots", "learned-initial-slots", "slot-scale")


def options_of(model, *more):
    base = ["train", model, "--data", "digits", "--out", "unused"]
    return build_parser().parse_args([*base, *(str(m) for m in more)])


def test_slots():
    flags = [f"--{name}" for name in SLOT_FLAGS]
    options = options_of(
        "modernn",
        "--filters",
        "6,6",
        "--num-slots",
        3,
        "--no-batch-norm",
        "--no-layer-norm",
        *flags,
    )
    model, _, recipe = prepare(options)
    config = model.network.get_config()
    assert config["filters"] == (6, 6) and config["num_slots"] == 3
    assert not config["batch_norm"] and not config["layer_norm"]
    assert all(config[name.replace("-", "_")] for name in SLOT_FLAGS)
    assert recipe["decoupling_weight"] == 0.0 == model.decoupling_weight


@pytest.mark.parametrize("model", ["modernn", "convlstm"])
def test_networks_without_decoupling_take_the_recipe_without(model):
    preset = "robonet" if model == "modernn" else "moving_mnist"
    _, recipe = settings_of(options_of(model, "--preset", preset))
    assert recipe["decoupling_weight"] == 0.0
    assert recipe["sampling"] == "scheduled"
