"""What our parser does beside argparse; `test_parser` has the rest."""

import pytest

from st_keras.cli.argument_parser import Parser
from st_keras.validation import error


@pytest.fixture
def parser():
    def check(options):
        if options.low > options.high:
            raise error("--low", f"{options.low} above --high", "the lower one", "Turn them.")

    parser = Parser(prog="between")
    parser.checks = (check,)
    parser.add_argument("--low", type=int, default=0)
    parser.add_argument("--high", type=int, default=9)
    return parser


def refused(parser, arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        parser.parse_args(arguments)
    assert stop.value.code == 2
    return capsys.readouterr().err


def test_what_does_not_go_together(parser, capsys):
    assert parser.parse_args(["--low", "3"]).low == 3
    told = "between: --low: received 3 above --high. Required: the lower one. Turn them.\n"
    assert refused(parser, ["--low", "3", "--high", "2"], capsys) == told


def test_argparse_refuses_first(parser, capsys):
    told = refused(parser, ["--low", "3", "--high", "2", "--mid", "1"], capsys)
    assert "received an unusable command line: unrecognized arguments: --mid 1. Required:" in told


def test_verbose_is_there_only_if_asked_for(parser):
    assert not hasattr(parser.parse_args([]), "verbose")
    assert parser.parse_args(["--verbose"]).verbose is True
