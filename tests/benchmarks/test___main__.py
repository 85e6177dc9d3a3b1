import sys
import types

import pytest

from benchmarks import __main__ as command


def test_the_named_benchmark_gets_the_other_arguments(monkeypatch):
    seen = []
    module = types.SimpleNamespace(main=lambda argv: seen.append(argv) or 3)
    monkeypatch.setitem(sys.modules, "benchmarks.scaling", module)
    assert command.main(["scaling", "--rounds", "2"]) == 3
    assert command.main(["scaling"]) == 3
    assert seen == [["--rounds", "2"], []]


def test_a_benchmark_that_returns_nothing_has_succeeded(monkeypatch):
    module = types.SimpleNamespace(main=lambda argv: None)
    monkeypatch.setitem(sys.modules, "benchmarks.scaling", module)
    assert command.main(["scaling"]) == 0


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_lists_all(arguments, capsys):
    assert command.main(arguments) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in command.BENCHMARKS)


def test_unknown_name(capsys):
    assert command.main(["sped"]) == 2
    message = capsys.readouterr().err
    assert "no benchmark 'sped'" in message and "speed" in message
