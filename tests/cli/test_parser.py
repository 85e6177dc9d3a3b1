"""The grammar: defaults, and refusals in three parts before anything is imported or built."""

import pytest

from st_keras.cli import parser as grammar
from st_keras.training import RECIPES, SAMPLINGS
from st_keras.training.forecaster_presets import NETWORKS

TRAIN = ["train", "predrnn", "--data", "digits", "--out", "run"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "COMMAND"),
        (["paint"], "invalid choice: 'paint'"),
        (["train", "predrnn"], "--data, --out"),
        (["train", "resnet", "--data", "digits", "--out", "x"], "invalid choice: 'resnet'"),
        ([*TRAIN, "--colour", "red"], "unrecognized arguments: --colour red"),
        ([*TRAIN, "--step", "3"], "unrecognized arguments: --step 3"),
        ([*TRAIN, "--steps", "0"], "received '0'. Required: a whole number of at least 1"),
        ([*TRAIN, "--steps", "many"], "received 'many'"),
        ([*TRAIN, "--batch-size", "2.5"], "received '2.5'"),
        ([*TRAIN, "--learning-rate", "0"], "a finite number above 0"),
        ([*TRAIN, "--seed", "5000000000"], "at most 4294967295"),
        ([*TRAIN, "--missing-value", "lots"], "received 'lots'. Required: a number, nan, or none"),
        ([*TRAIN, "--missing-value", "-1e30"], "expected one argument"),
        ([*TRAIN, "--learning-rate", "nan"], "received 'nan'. Required: a finite number"),
        ([*TRAIN, "--filters", "64,x"], "received '64,x'. Required: whole numbers with commas"),
        ([*TRAIN, "--filters", "0"], "received '0'"),
        ([*TRAIN, "--precision", "float8"], "invalid choice: 'float8'"),
        ([*TRAIN, "--sampling", "never"], "invalid choice: 'never'"),
        (["export", "model.keras", "--out", " "], "received ' '. Required: the name"),
        (["forecast", "model.keras", "--out", "f.npy"], "--data"),
        (["train", "--data", "digits", "--out", "run"], "argument MODEL: invalid choice"),
        (["train", "--replay", "run.json"], "--out"),
        ([*TRAIN, "--replay", "run.json"], "unrecognized arguments: --replay run.json"),
    ],
)
def test_refuses_in_three_parts(arguments, reason, run):
    status, out, err = run(*arguments)
    assert status == 2
    assert out == ""
    assert reason in err
    assert "received" in err
    assert "Required:" in err
    assert "Traceback" not in err


def test_choices_are_those_of_the_package():
    for model, network in NETWORKS.items():
        train = ["train", model, "--data", "digits", "--out", "x"]
        for flag, choices in (("--preset", network.PRESETS), ("--sampling", SAMPLINGS)):
            for choice in choices:
                options = grammar.build_parser().parse_args([*train, flag, choice])
                assert getattr(options, flag[2:]) == choice
        assert set(network.PRESETS) <= set(RECIPES)


@pytest.mark.parametrize(
    "command",
    [
        *("demo", "train", "evaluate", "forecast", "export", "import-torch", "preset", "serve"),
        *("study", "launch", "tune"),
    ],
)
def test_help(command, run):
    status, out, _ = run(command, "--help")
    assert status == 0
    assert f"st-keras {command}" in out


def test_replay_stands_in_place_of_a_model():
    for arguments in (["--replay", "r.json", "--out", "x"], ["--out", "x", "--replay=r.json"]):
        options = grammar.build_parser().parse_args(["train", *arguments])
        assert (options.model, options.replay.name) == ("recorded", "r.json")


def test_what_follows_the_dashes_is_left_alone():
    parse = grammar.build_parser().parse_args
    inner = [*TRAIN, "--resume"]
    options = parse(["launch", "--workers", "3", "--", *inner])
    assert options.workers == 3
    assert options.inner == inner
    assert not hasattr(options, "resume")


def test_demo_defaults():
    options = grammar.build_parser().parse_args(["demo"])
    assert (options.model, options.data, options.context_length, options.horizon) == (
        *("predrnn", "digits"),
        *(10, 10),
    )
