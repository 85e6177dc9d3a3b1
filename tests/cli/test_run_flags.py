"""Flags that say where and how long a run lasts: on every model of `train`."""

import pytest

from st_keras.cli.parser import MODELS, build_parser
from st_keras.cli.run_flags import RESUME_EVERY
from st_keras.training.strategies import STRATEGIES


@pytest.mark.parametrize("model", MODELS)
def test_every_model_has_them(model):
    data = "sprites" if model == "slowvae" else "digits"
    train = ["train", model, "--data", data, "--out", "run"]
    options = build_parser().parse_args(train)
    assert (options.strategy, options.resume, options.deterministic) == ("auto", False, False)
    assert options.resume_every == RESUME_EVERY == 100
    more = ["--resume", "--deterministic", "--resume-every", "7"]
    for strategy in STRATEGIES:
        options = build_parser().parse_args([*train, *more, "--strategy", strategy])
        assert options.strategy == strategy
    assert (options.resume, options.deterministic, options.resume_every) == (True, True, 7)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--strategy", "magic"), "invalid choice: 'magic'"),
        (("--resume-every", "0"), "received '0'. Required: a whole number of at least 1"),
    ],
)
def test_refusals(more, reason, run):
    status, _, err = run("train", "predrnn", "--data", "digits", "--out", "run", *more)
    assert status == 2
    assert reason in err


def test_the_help_says_what_deterministic_is_for(run):
    _, out, _ = run("train", "predrnn", "--help")
    assert "the same bits in every run" in " ".join(out.split())
