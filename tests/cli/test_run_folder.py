"""Nothing is overwritten, and what is written is reported."""

import json

import pytest

from st_keras.cli.grammar import parse
from st_keras.cli.run_folder import RunFolder, check_writable, typed, versions


def test_refuses_a_folder_with_files(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"--out: received .*exists\. Required: .*overwritten"):
        RunFolder(tmp_path)
    with pytest.raises(ValueError, match="exists"):
        RunFolder(tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_next_free(tmp_path):
    names = [RunFolder.next_free(tmp_path / "demo").create().path.name for _ in range(3)]
    assert names == ["demo", "demo-2", "demo-3"]


def test_report(tmp_path):
    folder = RunFolder(tmp_path / "new")
    assert not folder.path.exists()
    folder.create().write_json("run record", "run.json", {"a": 1, "b": [float("inf")]})
    assert str(folder / "run.json") in folder.report()
    assert json.loads((folder / "run.json").read_text()) == {"a": 1, "b": [None]}


def test_refuses_a_place_inside_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"--out: received .*'.*file' is no folder\. Required"):
        RunFolder(tmp_path / "file" / "below" / "run")
    check_writable(tmp_path / "new" / "run")


def test_versions():
    assert set(versions()) == {"st_keras", "keras", "tensorflow", "numpy", "python"}


def test_the_command_is_the_one_that_was_typed():
    assert typed(parse(["demo", "--steps", "3"])[1]) == ["st-keras", "demo", "--steps", "3"]


def test_what_else_to_do_is_said(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"move the old folder away\. Or this\.$"):
        RunFolder(tmp_path, "Or this.")


def test_a_file_is_noted_once(tmp_path):
    folder = RunFolder(tmp_path)
    for number in range(2):
        folder.write_json("record", "run.json", {"number": number})
    assert folder.report().count("run.json") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
