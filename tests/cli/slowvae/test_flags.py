"""Defaults, and choices that are those of the package."""

import pytest

from st_keras.cli.parser import build_parser
from st_keras.cli.slowvae import flags
from st_keras.metrics.disentanglement import PROTOCOLS
from st_keras.models import SlowVAE

TRAIN = ["train", "slowvae", "--data", "sprites", "--out", "run"]


def test_choices_are_those_of_the_package():
    assert set(flags.PROTOCOLS) == set(PROTOCOLS)


def test_defaults_are_those_of_the_model():
    options, model = build_parser().parse_args(TRAIN), SlowVAE()
    names = ("latent_size", "beta", "gamma", "rate", "objective", "likelihood", "seed")
    for name in names:
        assert getattr(options, name) == getattr(model, name)
    assert options.learning_rate == 1e-4
    assert options.batch_size == 32


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ([*TRAIN, "--latent-size", "0"], "received '0'"),
        ([*TRAIN, "--rate", "0"], "a finite number above 0"),
        ([*TRAIN, "--beta", "-1"], "a finite number of at least 0"),
        ([*TRAIN, "--horizon", "3"], "unrecognized arguments: --horizon 3"),
        ([*TRAIN, "--objective", "paper"], "invalid choice: 'paper'"),
        (["train", "slowvae", "--out", "run"], "--data"),
        (["study"], "MODEL"),
        (["study", "predrnn"], "invalid choice: 'predrnn'"),
        (["study", "slowvae", "--seeds", "0"], "received '0'"),
        (["demo", "slowvae", "--context-length", "3"], "unrecognized arguments"),
    ],
)
def test_refuses_in_three_parts(arguments, reason, run):
    status, out, err = run(*arguments)
    assert status == 2 and out == ""
    assert reason in err and "Required:" in err


@pytest.mark.parametrize("command", ["demo", "train", "study"])
def test_help_of_the_model(command, run):
    status, out, _ = run(command, "slowvae", "--help")
    assert status == 0
    assert f"st-keras {command} slowvae" in out
    assert "kitti-masks=FILE" in " ".join(out.split())
