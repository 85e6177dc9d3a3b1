"""Commands, and that each is found by the name of its module."""

from st_keras.cli.command import CommandSettings
from st_keras.cli.grammar import all_commands


def test_all_commands_are_found():
    assert " ".join(all_commands()) == (
        "demo doctor evaluate export forecast import-torch launch preset serve study train tune"
    )
    assert list(all_commands("import-torch")) == ["import-torch"]
    assert len(all_commands("import_torches")) == 12


def test_the_typed_line_makes_no_difference():
    one, two = (CommandSettings(command="demo", typed=typed) for typed in ((), ("demo",)))
    assert one == two and one.command_line() == ["demo"]
