"""What every command line is taken for, and what is refused, with neither TensorFlow nor Keras."""

import json
import shlex

import pytest

from st_keras.cli.grammar import all_commands, checked, parse
from st_keras.settings.setting import settings_in, values_of
from st_keras.validation import InputError
from tests.fresh_process import run_python

RUN = """
import contextlib, io, json, sys


class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tensorflow", "keras", "tf_keras", "scipy", "matplotlib"):
            raise ImportError(name + " is blocked")


sys.meta_path.insert(0, Refuse())
from st_keras.cli.main import main

answers = []
for arguments in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = stop.code
        except ImportError as reason:
            status = str(reason)
    answers.append([status, out.getvalue(), err.getvalue()])
print(json.dumps(answers))
"""
LEAVES = [
    (name, *([model] if model else []))
    for name, command in all_commands().items()
    for model in (command.models() if isinstance(command.settings, dict) else [None])
]


def answers(lines):
    """[status, output, error text] of each command line, all in one process without Keras."""
    return json.loads(run_python(RUN, json.dumps(lines)))


TRAIN = "train predrnn --data digits --out x"
REFUSED = {
    "": "COMMAND",
    "paint": "invalid choice: 'paint'",
    "train": "MODEL",
    "train predrnn": "--out, --data",
    "train predrnn --data digits": "--out",
    "train --data digits --out run": "argument MODEL: invalid choice",
    "train resnet --data digits --out x": "invalid choice: 'resnet'",
    "train --replay run.json": "--out",
    "train --replay none.json --out x": "--replay: received 'none.json', which cannot be read",
    f"{TRAIN} --replay run.json": "unrecognized arguments: --replay run.json",
    f"{TRAIN} --colour red": "unrecognized arguments: --colour red",
    f"{TRAIN} --step 3": "unrecognized arguments: --step 3",
    f"{TRAIN} --steps 0": "received '0'. Required: a whole number of at least 1",
    f"{TRAIN} --steps many": "received 'many'",
    f"{TRAIN} --batch-size 2.5": "received '2.5'",
    f"{TRAIN} --learning-rate 0": "a finite number above 0",
    f"{TRAIN} --learning-rate nan": "received 'nan'. Required: a finite number",
    f"{TRAIN} --seed 5000000000": "at most 4294967295",
    f"{TRAIN} --missing-value lots": "received 'lots'. Required: a number, nan, several with",
    f"{TRAIN} --missing-value -1e30": "expected one argument",
    f"{TRAIN} --filters 64,x": "received '64,x'. Required: whole numbers with commas",
    f"{TRAIN} --preset best": "invalid choice: 'best'",
    f"{TRAIN} --precision float8": "invalid choice: 'float8'",
    f"{TRAIN} --sampling never": "invalid choice: 'never'",
    f"{TRAIN} --strategy magic": "invalid choice: 'magic'",
    f"{TRAIN} --resume-every 0": "received '0'. Required: a whole number of at least 1",
    f"{TRAIN} --stride 2": "--stride: received 2 with moving digits. Required: an array",
    f"{TRAIN} --no-decoupling --decoupling-weight 1": "1.0 with --no-decoupling",
    f"{TRAIN} --config": "expected one argument",
    f"{TRAIN} --config none.yaml": "--config: received 'none.yaml', which cannot be read",
    "train predrnn --data paint --out x": "received 'paint'. Required: 'digits'",
    "train predrnn --data digits:straight --out x": "received 'digits:straight'",
    "train predrnn --data modes:waltz --out x": "where 'waltz' is no mode",
    "train predrnn --data none.npz:key --out x": "path 'none.npz', which is no file",
    f"train predrnn --data digits --out {__file__}": "which exists. Required: a folder",
    f"train predrnn --data digits --out {__file__}/run": "is no folder",
    "train slowvae --data paint --out x": "received 'paint'. Required: one of sprites",
    "train slowvae --data kitti-masks --out x": "received kitti-masks without a file",
    "train slowvae --data sprites --out x --horizon 3": "unrecognized arguments: --horizon 3",
    "demo modernn --axes THW": "--axes: received THW with moving digits",
    "demo --data none.npy": "path 'none.npy', which is no file",
    f"demo --out {__file__}": "which exists",
    "demo slowvae --context-length 3": "unrecognized arguments",
    "tune predrnn --data digits --out s --learning-rate 1,2,3": "received '1,2,3'. Required: one",
    "tune predrnn --data digits --out s --learning-rate fast": "received 'fast'",
    "tune predrnn --data digits --out s --layers 0": "received '0'. Required: whole numbers",
    "tune predrnn --data digits --out s --decoupling yes": "received 'yes'. Required: at least 1",
    "tune predrnn --data digits --out s --tuner grid": "invalid choice: 'grid'",
    "tune predrnn --data digits --out s --objective mcc": "invalid choice: 'mcc'",
    "tune predrnn --data none.npy --out s": "path 'none.npy', which is no file",
    f"tune predrnn --data digits --out {__file__}": "which exists",
    "tune slowvae --data sprites=red --out s": "received sprites=red",
    "tune slowvae --data sprites --out s --objective udr --tuner hyperband": "hyperband with",
    "study": "MODEL",
    "study predrnn": "invalid choice: 'predrnn'",
    "study slowvae --max-delta-t 3": "--max-delta-t: received 3 with sprites",
    "study slowvae --seeds 0": "received '0'",
    "study modes --modes one_digit": "at least 2 different names out of one_digit, two_digits",
    "study modes --test-sequences 20 --modes one_digit,straight,accelerating,two_digits"
    ",three_digits": "20 for 5 modes. Required: at least 5 for each mode",
    "evaluate": "MODEL.keras",
    "evaluate none.keras --out e": "'none.keras', which is no file. Required: a .keras file",
    f"evaluate {__file__} --out e": "which is no Keras file or a damaged one",
    "evaluate m.keras --out e --horizon 3 --seed 1": "--horizon of forecasters with --seed of Slo",
    "forecast m.keras --out f.npy": "--data",
    "forecast m.keras --data f.npy --out f.txt": "a name that ends in .npy",
    "forecast none.keras --data f.npy --out f.npy": "'none.keras', which is no file",
    "import-torch a.ckpt model.h5": "a name that ends in .keras",
    "import-torch a.ckpt model.keras --image-shape 64,64": "three numbers H,W,C",
    "export m.keras --out ' '": "received ' '. Required: the name",
    "export none.keras --out s": "'none.keras', which is no file",
    f"export m.keras --out {__file__}/s": "is no folder",
    "preset m.keras --out p --weights-dtype int8": "invalid choice: 'int8'",
    "preset none.keras --out p": "'none.keras', which is no file",
    "serve nowcast --port 70000": "at most 65535",
    "launch": "received nothing after --. Required: a train command",
    "launch --": "received nothing after --",
    "launch -- demo": "received 'demo' after --. Required: a train command",
    "launch train": "unrecognized arguments: train",
    "launch -- train predrnn --data paint --out x": "received 'paint'",
    "launch -- train predrnn --data none.npy --out x": "path 'none.npy', which is no file",
    f"launch --workers 0 -- {TRAIN}": "received '0'. Required: a whole number of at least 1",
    f"launch -- {TRAIN} --colour red": "unrecognized arguments: --colour red",
    "benchmark": "SUITE.yaml",
    "benchmark none.yaml": "SUITE.yaml: received 'none.yaml', which cannot be read",
    f"benchmark {__file__}": "which cannot be read",
    "benchmark s.yaml --engine dask": "invalid choice: 'dask'",
    "benchmark s.yaml --jobs 0": "received '0'. Required: a whole number of at least 1",
    "benchmark s.yaml --address auto": "--address: received auto with --engine processes",
    "benchmark s.yaml --only 1 --collect": "--collect: received it with --only",
    "doctor --precision float8": "invalid choice: 'float8'",
    "doctor --batch 8": "received --batch-size without a model. Required: --model",
    "doctor --frames 9": "received --frames without a model",
    "doctor --verify": "received --verify without a model",
    "doctor --model none.keras": "'none.keras', which is no file",
    "doctor predrnn --no-decoupling --decoupling-weight 1": "1.0 with --no-decoupling",
}
WITHOUT_KERAS = [*([*leaf, "--help"] for leaf in LEAVES), ["train", "--help"], ["--help"]]
WITHOUT_KERAS += [*map(shlex.split, REFUSED), ["study", "slowvae"]]


@pytest.fixture(scope="module")
def told():
    """What each of `WITHOUT_KERAS` answers."""
    keys = map(" ".join, WITHOUT_KERAS)
    return dict(zip(keys, answers(WITHOUT_KERAS), strict=True))


def test_help_of_every_command(told):
    assert len(LEAVES) == 30 and ("doctor", "slowvae") in LEAVES
    for line in WITHOUT_KERAS:
        if line[-1:] == ["--help"]:
            status, out, err = told[" ".join(line)]
            assert (status, err) == (0, ""), line
            assert " ".join(["usage: st-keras", *line[:-1]]) in out
    assert "listen on all network interfaces" in " ".join(told["launch --help"][1].split())
    for command, default in (("train predrnn", "told by the rank"), ("forecast", "as trained")):
        text = " ".join(told[f"{command} --help"][1].split())
        assert default in text.rpartition("--axes LETTERS")[2]


@pytest.mark.parametrize("line", REFUSED)
def test_refusals(line, told):
    status, out, err = told[" ".join(shlex.split(line))]
    assert (status, out) == (2, "")
    assert REFUSED[line] in err
    assert "received" in err and "Required:" in err and "Traceback" not in err


def test_the_block_works(told):
    assert told["study slowvae"][0] == "keras is blocked"


# A line of each command that names much of what it has.
LINES = """
train predrnn --data a.npy --out run --layer-norm --no-decoupling --filters 8,8 --jit-compile
train modernn --data a.npy --out run --no-layer-norm --batch-norm --no-reverse-input --axes NHWT
train convlstm --data a.npy --out run --missing-value=-1e30 --times when/scan --max-minutes 3
train slowvae --data sprites=hue --out run --gamma 0 --transition uniform --deterministic
train --replay run.json --out run --strategy mirrored
demo --steps 3
demo slowvae --seed 4
evaluate model.keras --out scores --horizon 3 --axes NHWT
evaluate model.keras --out scores --protocol quick --seed 0
forecast model.keras --data f.npy --out g.npy --missing-value nan
export model.keras --out s --warmup --max-batch 3
export model.keras --out s --warmup f.npy --next-version
serve nowcast --port 0 --version 2
import-torch a.ckpt b.keras --image-shape 64,48,1
preset model.keras --out p --manifest
study modes --models modernn,predrnn --modes straight,accelerating
study slowvae --seeds 2
tune predrnn --data digits --out s --layers 1,2 --sampling reverse,scheduled --decoupling on,off
tune modernn --data digits --out s --learning-rate 1e-3 --sampling-until 0.3,0.6 --resume
tune slowvae --data sprites --out s --objective udr --images 40
launch --workers 3 -- train predrnn --data digits --out run --resume
benchmark suite.yaml --jobs 4 --cores 2 --dry-run
benchmark suite.yaml --out s --engine ray --address auto --gpus 1
benchmark suite.yaml --engine slurm --collect
benchmark suite.yaml --of 1a2b --only 3
doctor --model m.keras --batch 8 --json
doctor predrnn --frames 9 --image-shape 8,8,1 --verify
doctor slowvae --batch-size 3
""".strip().splitlines()


@pytest.mark.parametrize("line", LINES)
def test_a_command_line_follows_from_its_settings(line):
    _, settings, verbose = parse(line.split())
    assert settings.typed == tuple(line.split()) and not verbose
    assert parse(settings.command_line())[1] == settings


def test_what_flags_give():
    told = {line: values_of(parse(line.split())[1]) for line in LINES}
    modernn = told[next(line for line in LINES if "--batch-norm" in line)]
    assert (modernn["layer_norm"], modernn["batch_norm"], modernn["slot_scale"]) == (
        *(False, True),
        None,
    )
    assert (modernn["axes"], modernn["strategy"], modernn["resume_every"]) == ("NHWT", "auto", 100)
    convlstm = told[next(line for line in LINES if "convlstm" in line)]
    assert (convlstm["missing_value"], convlstm["times"]) == (-1e30, "when/scan")
    tuned = told[next(line for line in LINES if "tune predrnn" in line)]
    assert (tuned["layers"], tuned["sampling"]) == ((1, 2), ("reverse", "scheduled"))
    assert (tuned["decoupling"], tuned["filters"]) == ((True, False), None)
    assert (tuned["tuner"], tuned["objective"], tuned["trials"]) == ("bayesian", "val_mse", 20)
    tuned = told[next(line for line in LINES if "tune modernn" in line)]
    assert (tuned["learning_rate"], tuned["sampling_until"]) == ((1e-3, 1e-3), (0.3, 0.6))
    tuned = told[next(line for line in LINES if "tune slowvae" in line)]
    assert (tuned["batch_size"], tuned["seeds_per_trial"]) == (32, 3)
    demo = told["demo --steps 3"]
    assert (demo["data"], demo["context_length"], demo["horizon"]) == ("digits", 10, 10)
    assert told["doctor --model m.keras --batch 8 --json"]["batch_size"] == 8
    study = told[next(line for line in LINES if "study modes" in line)]
    assert (study["models"], study["seeds"]) == (("modernn", "predrnn"), 3)


def test_verbose_is_no_setting():
    for line in ("--verbose demo", "demo --verbose", "demo predrnn --verbose"):
        _, settings, verbose = parse(line.split())
        assert verbose and "verbose" not in values_of(settings)


def test_what_follows_the_dashes_is_left_alone():
    inner = tuple(f"{TRAIN} --resume".split())
    settings = parse(["launch", "--workers", "3", "--", *inner])[1]
    assert (settings.workers, settings.inner) == (3, inner)


FILE = """
data: a.npy
context-length: 3
filters: [8, 8]
learning-rate: 1e-3
layer-norm: true
missing-value: -9999
seed: 5
"""


def test_a_refusal_of_a_line_in_a_file_is_raised(capsys):
    command, settings = checked(TRAIN.split())
    assert (command.name, settings) == ("train", parse(TRAIN.split())[1])
    for line, match in (
        (f"{TRAIN} --steps 0", "--steps: received '0'. Required: a whole number"),
        (f"{TRAIN} --colour red", "unusable command line: unrecognized arguments: --colour red.*"),
        (f"{TRAIN} --no-decoupling --decoupling-weight 1", "1.0 with --no-decoupling"),
    ):
        with pytest.raises(InputError, match=match):
            checked(line.split())
    assert capsys.readouterr() == ("", "")


def test_a_file_of_settings(tmp_path):
    (tmp_path / "run.yaml").write_text(FILE)
    file = f"--config={tmp_path / 'run.yaml'}"
    flags = "--data a.npy --context-length 3 --filters 8,8 --learning-rate 1e-3 --layer-norm"
    flags += " --missing-value -9999 --seed"
    line = "train predrnn --out x"
    expected = parse(f"{line} {flags} 5".split())[1]
    assert parse(f"{line} {file}".split())[1] == expected
    seven = parse(f"{line} {flags} 7".split())[1]
    for typed in (f"{line} {file} --seed 7", f"{line} --seed 7 {file.replace('=', ' ')}"):
        assert parse(typed.split())[1] == seven  # what is typed wins
    assert parse(seven.command_line())[1] == seven


def test_a_file_of_the_settings_of_another_command(tmp_path, run):
    (tmp_path / "run.yaml").write_text("slots: 4\n")
    status, _, err = run(*TRAIN.split(), "--config", tmp_path / "run.yaml")
    assert status == 2
    assert "--config: received 'slots' in" in err and "the nearest is loss" in err
    (tmp_path / "run.yaml").write_text("steps: many\n")
    status, _, err = run(*TRAIN.split(), "--config", tmp_path / "run.yaml")
    assert status == 2 and "argument --steps: received 'many'. Required: a whole number" in err


@pytest.mark.parametrize("leaf", LEAVES, ids=" ".join)
def test_every_name_stands_once(leaf):
    command = all_commands()[leaf[0]]
    settings = command.models()[leaf[1]] if len(leaf) > 1 else command.settings
    names = [setting.name for _, setting in settings_in(settings)]
    assert len(names) == len(set(names)) > 0
