"""Commands, and that each is found by the name of its module."""

from st_keras.cli.command import CommandSettings
from st_keras.cli.grammar import all_commands
from tests.architecture.sources import PACKAGE


def test_all_commands_are_found():
    found, files = all_commands(), (PACKAGE / "cli").glob("*_command.py")
    assert set(found) == {file.stem.removesuffix("_command").replace("_", "-") for file in files}
    assert {"demo", "train", "evaluate", "forecast", "export", "serve"} < set(found)
    assert list(all_commands("import-torch")) == ["import-torch"]
    assert len(all_commands("import_torches")) == len(found)


def test_the_typed_line_makes_no_difference():
    one, two = (CommandSettings(command="demo", typed=typed) for typed in ((), ("demo",)))
    assert one == two and one.command_line() == ["demo"]
