"""What the file of a suite says, as runs and their commands."""

import pathlib

import pytest

from st_keras.cli.benchmark.suite import read_suite
from st_keras.cli.grammar import parse
from tests.cli.benchmark.conftest import SUITE
from tests.refusals import refused


def read(text, out=None):
    pathlib.Path("suite.yaml").write_text(text)
    return read_suite("suite.yaml", out)


def test_the_runs_by_model_dataset_and_seed(suite):
    assert [(run.model, run.dataset, run.seed) for run in suite.runs] == [
        *(("wide", "digits", 0), ("wide", "digits", 1)),
        *(("plain", "digits", 0), ("plain", "digits", 1)),
    ]
    assert (suite.title, suite.out) == ("Small", pathlib.Path("suite"))
    assert len({run.folder for run in suite.runs}) == 4
    assert [run.name for run in suite.pairs()] == ["wide, digits, seed 0", "plain, digits, seed 0"]


def test_the_commands_are_those_that_a_user_would_type(suite):
    run = suite.runs[1]
    train, evaluate = run.commands()
    command, settings, _ = parse(list(train))
    assert (command.name, settings.model, settings.resume) == ("train", "predrnn", True)
    assert (settings.fit.steps, settings.fit.batch_size, settings.fit.seed) == (5, 4, 1)
    assert settings.network.filters == (8, 8) and settings.data == "digits"
    assert settings == run.settings
    command, settings, _ = parse(list(evaluate))
    assert command.name == "evaluate"
    assert settings.model_file == run.training / "model.keras"
    assert (settings.out, settings.forecasts.sequences) == (run.evaluation, 8)


def test_the_last_that_names_a_flag_wins(in_folder):
    text = SUITE.replace("family: convlstm", "family: convlstm, steps: 7, evaluate: {horizon: 2}")
    text = text.replace(
        "data: digits}", "data: digits, steps: 6, horizon: 5, evaluate: {horizon: 4}}"
    )
    wide, plain = read(text).pairs()
    assert (wide.settings.fit.steps, plain.settings.fit.steps) == (6, 7)
    assert wide.settings.windows.horizon == plain.settings.windows.horizon == 5
    assert "--horizon=4" in wide.evaluate and "--horizon=2" in plain.evaluate


def test_a_flag_that_is_turned_off_has_its_plain_name_too(in_folder):
    wide = read(SUITE.replace("filters: [8, 8]", "decoupling: false")).runs[0]
    assert "--no-decoupling" in wide.train
    wide = read(SUITE.replace("filters: [8, 8]", "decoupling: true")).runs[0]
    assert "--no-decoupling" not in wide.train


def test_a_model_may_say_on_which_datasets_it_runs(in_folder):
    text = SUITE.replace("  digits: {data: digits}", "  digits: {data: digits}\n  b: {data: modes}")
    text = text.replace("family: convlstm", "family: convlstm, datasets: [b]")
    runs = [(run.model, run.dataset) for run in read(text).pairs()]
    assert runs == [("wide", "digits"), ("wide", "b"), ("plain", "b")]


def test_other_kinds_of_models_stand_beside_forecasters(in_folder):
    text = """
models:
  slow: {family: slowvae, datasets: [sprites], evaluate: {protocol: quick}}
  net: {family: predrnn, datasets: [digits], evaluate: {sequences: 4}}
datasets:
  digits: {data: digits}
  sprites: {data: sprites=hue}
"""
    slow, net = read(text).runs
    assert slow.train[:2] == ("slowvae", "--data=sprites=hue")
    assert slow.evaluate == ("--data=sprites=hue", "--protocol=quick")
    assert net.evaluate == ("--data=digits", "--sequences=4")
    assert slow.seed == 0 and slow.folder.parts[0] == "suite"  # the name of the file


def test_what_is_scored_may_be_other_data(in_folder):
    run = read(SUITE.replace("data: digits}", "data: digits, evaluate: {data: modes}}")).runs[0]
    assert "--data=digits" in run.train and "--data=modes" in run.evaluate


def test_the_command_line_decides_where(in_folder):
    assert read(SUITE, out="there").runs[0].training.parts[0] == "there"


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("title: Small", "titel: Small", r"suite\.yaml: received the key 'titel'"),
        ("title: Small", "title: [a]", r"suite\.yaml: title: received \['a'\]\. Required: text"),
        ("seeds: [0, 1]", "seeds: 3", r"seeds: received 3\. Required: a list of different whole"),
        ("seeds: [0, 1]", "seeds: [0, 0]", r"seeds: received \[0, 0\]"),
        ("seeds: [0, 1]", "seeds: [true]", r"seeds: received \[True\]"),
        ("seeds: [0, 1]", "seeds: [5000000000]", "to 4294967295"),
        ("family: convlstm", "family: resnet", r"models\.plain\.family: received 'resnet'"),
        ("family: convlstm", "family: recorded", r"models\.plain\.family: received 'recorded'"),
        ("family: convlstm", "filters: [4]", r"models\.plain\.family: received nothing"),
        ("plain: {family: convlstm}", "plain: convlstm", r"models\.plain: received a str"),
        ("plain:", "a/b:", r"models: received the name 'a/b'\. Required: letters"),
        ("plain:", "..:", r"models: received the name '\.\.'"),
        ("plain:", "WIDE:", "models: received names that differ in case alone"),
        ("data: digits}", "dat: digits}", r"datasets\.digits\.data: received nothing"),
        ("data: digits}", "data: paint}", r"datasets\.digits\.data: .*received 'paint'"),
        ("steps: 5", "stepz: 5", r"suite\.yaml: train: received 'stepz'.* nearest is steps"),
        ("steps: 5", "steps: many", r"suite\.yaml: train\.steps: --steps: received 'many'"),
        ("sequences: 8", "beside: a.keras", r"evaluate: .*'beside'.*`models` of the suite says it"),
        ("steps: 5", "seed: 5", r"train: received the flag 'seed'.*`seeds` of the suite says it"),
        ("steps: 5", "resume: true", "train: received the flag 'resume'"),
        ("steps: 5", "steps: {a: 1}", r"train: received a dict for 'steps'"),
        ("train: {steps: 5, batch: 4}", "train: 5", "train: received the flags of st-keras train"),
        ("[8, 8]", "[8, x]", r"models\.wide\.filters: --filters: received '8,x'"),
        ("[8, 8]", "[8, 8], preset: best", r"models\.wide\.preset: .*invalid choice: 'best'"),
        ("[8, 8]", "[8], decoupling: 3", r"models\.wide: received 'decoupling'"),
        ("[8, 8]", "[8], datasets: [c]", r"models\.wide\.datasets: received \['c'\]"),
        (
            "[8, 8]",
            "[8], decoupling: false, decoupling-weight: 1",
            r"models\.wide\.decoupling-weight: .*with --no-decoupling",
        ),
        ("data: digits}", "data: digits, stride: 2}", r"datasets\.digits\.stride: .*moving digits"),
        ("sequences: 8", "sequence: 8", r"evaluate: received 'sequence'"),
        ("sequences: 8", "sequences: 0", r"evaluate\.sequences: .*received '0'"),
        ("sequences: 8", "out: e", r"evaluate: received the flag 'out'"),
        ("sequences: 8", "seed: 1", r"evaluate: .*received --seed for a file that holds a Forec"),
        ("sequences: 8", "sequences: 8, seed: 1", r"evaluate: .*of forecasters with --seed"),
        (
            "family: convlstm",
            "family: slowvae, data: x",
            r"models\.plain: received the flag 'data'",
        ),
    ],
)
def test_refusals_name_the_key(old, new, match, in_folder):
    assert old in SUITE
    refused(match, read, SUITE.replace(old, new))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "received nothing"),
        ("[1]", "received a list"),
        ("models: {a: {family: convlstm}}", "datasets: received nothing"),
        ("a: !!python/object/apply:os.system ['touch hit']", "which cannot be read"),
        ("a: [", "which cannot be read"),
    ],
)
def test_a_file_that_is_no_suite(text, match, in_folder):
    refused(match, read, text)
    assert not pathlib.Path("hit").exists()


def test_a_file_that_is_not_there(in_folder):
    refused(r"SUITE\.yaml: received 'none\.yaml'", read_suite, "none.yaml")
