"""Help and refusals need neither TensorFlow nor Keras: they come at once."""

import argparse
import json
import shlex

import pytest

from st_keras.cli.parser import build_parser
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


def answers(lines):
    """[status, output, error text] of each command line, all in one process."""
    return json.loads(run_python(RUN, json.dumps(lines)))


def commands(parser, words=()):
    """The words of every command, MODEL included."""
    yield list(words)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield from commands(inner, (*words, name))


def test_help_of_every_command():
    lines = list(commands(build_parser()))
    assert len(lines) > 30 and ["train", "predrnn"] in lines and ["doctor", "slowvae"] in lines
    told = answers([[*words, "--help"] for words in lines])
    for words, (status, out, err) in zip(lines, told, strict=True):
        assert (status, err) == (0, ""), words
        assert " ".join(["usage: st-keras", *words]) in out


REFUSED = {
    "": "COMMAND",
    "paint": "invalid choice: 'paint'",
    "train": "MODEL",
    "train resnet --data digits --out x": "invalid choice: 'resnet'",
    "train predrnn --data digits": "--out",
    "train predrnn --data digits --out x --colour red": "unrecognized arguments: --colour red",
    "train predrnn --data digits --out x --steps many": "received 'many'",
    "train predrnn --data digits --out x --preset best": "invalid choice: 'best'",
    "doctor predrnn --no-decoupling --decoupling-weight 1": "1.0 with --no-decoupling",
    "train predrnn --data paint --out x": "received 'paint'. Required: 'digits'",
    "train predrnn --data modes:waltz --out x": "where 'waltz' is no mode",
    "train predrnn --data digits --stride 2 --out x": "--stride: received 2 with moving digits",
    "demo modernn --axes THW": "--axes: received THW with moving digits",
    "train slowvae --data paint --out x": "received 'paint'. Required: one of sprites",
    "train slowvae --data kitti-masks --out x": "received kitti-masks without a file",
    "study slowvae --max-delta-t 3": "--max-delta-t: received 3 with sprites",
    "tune slowvae --data sprites=red --out s": "received sprites=red",
    "train --replay run.json": "--out",
    "evaluate": "MODEL.keras",
    "evaluate model.keras --out e --horizon 3 --seed 1": "--horizon of forecasters with --seed of",
    "forecast model.keras --out f.npy": "--data",
    "forecast model.keras --data f.npy --out f.txt": "a name that ends in .npy",
    "import-torch a.ckpt model.h5": "a name that ends in .keras",
    "import-torch a.ckpt model.keras --image-shape 64,64": "three numbers H,W,C",
    "launch --workers 2": "nothing after --",
    "launch -- train predrnn --data paint --out x": "received 'paint'",
    "export model.keras --out ' '": "received ' '",
    "serve nowcast --port 70000": "at most 65535",
    "preset model.keras --out p --weights-dtype int8": "invalid choice: 'int8'",
    "tune predrnn --data digits --out s --learning-rate 1,2,3": "received '1,2,3'",
    "tune slowvae --data sprites --out s --objective udr --tuner hyperband": "hyperband with",
    "study modes --test-sequences 20 --modes one_digit,straight,accelerating,two_digits"
    ",three_digits": "20 for 5 modes. Required: at least 5 for each mode",
    "doctor --batch 8": "received --batch-size without a model",
    "study modes --modes one_digit": "at least 2 different names out of one_digit, two_digits",
    "doctor --precision float8": "invalid choice: 'float8'",
}


@pytest.fixture(scope="module")
def refused():
    lines = [shlex.split(line) for line in REFUSED]
    return dict(zip(REFUSED, answers(lines), strict=True))


@pytest.mark.parametrize("line", REFUSED)
def test_refusals(line, refused):
    status, out, err = refused[line]
    assert (status, out) == (2, "")
    assert REFUSED[line] in err
    assert "received" in err and "Required:" in err


def test_the_block_works():
    ((status, _, _),) = answers([["evaluate", "model.keras", "--out", "x"]])
    assert status == "keras is blocked"
