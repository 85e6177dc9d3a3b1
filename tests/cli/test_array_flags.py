"""The flags that say how an array is read: the same in each command that reads one."""

import pytest

from st_keras.cli.array_flags import ARRAY_FLAGS
from st_keras.cli.parser import build_parser

COMMANDS = [
    ["train", "predrnn", "--data", "f.npy", "--out", "run"],
    ["train", "modernn", "--data", "f.npy", "--out", "run"],
    ["train", "convlstm", "--data", "f.npy", "--out", "run"],
    ["demo", "predrnn", "--data", "f.npy"],
    ["demo", "modernn", "--data", "f.npy"],
    ["tune", "predrnn", "--data", "f.npy", "--out", "run"],
    ["tune", "modernn", "--data", "f.npy", "--out", "run"],
    ["evaluate", "model.keras", "--out", "scores"],
    ["forecast", "model.keras", "--data", "f.npy", "--out", "g.npy"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_each_command_that_reads_frames_has_them(command):
    parse = build_parser().parse_args
    nothing = parse(command)
    assert [getattr(nothing, name) for name in ARRAY_FLAGS] == [None] * 3
    given = ("--axes", "NHWT", "--missing-value", "-9999", "--times", "FILE.h5:time")
    said = parse([*command, *given])
    assert [getattr(said, name) for name in ARRAY_FLAGS] == ["NHWT", -9999, "FILE.h5:time"]


def test_help_says_what_holds_without_them(run):
    for command, default in (
        (("train", "predrnn"), "told by the rank"),
        (("forecast",), "trained"),
    ):
        status, out, _ = run(*command, "--help")
        assert status == 0
        assert default in " ".join(out.split()).rpartition("--axes LETTERS")[2]
