"""Flags of each network: they are its constructor arguments, and what does not go together."""

import keras
import pytest

from st_keras.cli.network_flags import CONSTRUCTOR_FLAGS
from st_keras.training.forecaster_presets import NETWORKS


@pytest.mark.parametrize("model", NETWORKS)
def test_every_constructor_argument_is_a_flag(model):
    network = NETWORKS[model]((4, 4), patch_size=8)
    arguments = set(network.get_config()) - set(keras.Model().get_config())
    # Two that the command line says otherwise or leaves at their default.
    assert arguments - set(CONSTRUCTOR_FLAGS[model]) <= {"decoupling", "forget_bias"}


def test_presets_of_each_network(run):
    status, _, err = run("train", "convlstm", "--data", "digits", "--out", "x", "--preset", "kth")
    assert status == 2
    assert "'moving_mnist', 'smoke'" in err


@pytest.mark.parametrize(
    "command", [("train", "predrnn", "--data", "digits", "--out", "x"), ("doctor", "predrnn")]
)
def test_version_one_has_no_decoupling(command, run):
    status, _, err = run(*command, "--no-decoupling", "--decoupling-weight", 0.1)
    assert status == 2
    assert "--decoupling-weight: received 0.1 with --no-decoupling. Required: memory dec" in err
