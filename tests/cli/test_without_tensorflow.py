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
    "train --replay run.json": "--out",
    "evaluate": "MODEL.keras",
    "forecast model.keras --out f.npy": "--data",
    "export model.keras --out ' '": "received ' '",
    "serve nowcast --port 70000": "at most 65535",
    "preset model.keras --out p --weights-dtype int8": "invalid choice: 'int8'",
    "tune predrnn --data digits --out s --learning-rate 1,2,3": "received '1,2,3'",
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
