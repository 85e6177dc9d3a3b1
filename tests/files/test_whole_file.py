import os

import pytest

from st_keras.files.whole_file import unfinished, whole_file


def test_replaces_a_file_at_the_end_only(tmp_path):
    path = tmp_path / "model.txt"
    path.write_text("old")
    with whole_file(str(path)) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert (temporary, temporary.suffix) == (unfinished(path), path.suffix)
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == [path.name]


def test_what_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), whole_file(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == [path.name]


def test_makes_folders_and_writes_over_what_a_kill_left(tmp_path):
    path = tmp_path / "a" / "b" / "model.txt"
    path.parent.mkdir(parents=True)
    unfinished(path).write_text("much more than what comes now")
    with whole_file(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"
    assert os.listdir(path.parent) == [path.name]


def test_content_is_on_disk_before_the_name_and_the_name_before_it_returns(tmp_path, monkeypatch):
    calls = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: calls.append("sync") or sync(fd))
    monkeypatch.setattr(os, "replace", lambda a, b: calls.append("replace") or replace(a, b))
    with whole_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
    assert calls == ["sync", "replace", "sync"]
