import os
import subprocess
import sys

import pytest

from st_keras.files.whole_file import finished_name, leftovers, unfinished, whole_file


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


def test_makes_folders(tmp_path):
    path = tmp_path / "a" / "b" / "model.txt"
    with whole_file(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"
    assert os.listdir(path.parent) == [path.name]


def test_removes_what_a_killed_process_left_and_not_what_one_at_work_has_written(tmp_path):
    path = tmp_path / "model.txt"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = tmp_path / f".unfinished-{ended.pid}-model.txt"
    alive = tmp_path / f".unfinished-{os.getppid()}-model.txt"
    other = tmp_path / f".unfinished-{ended.pid}-other.txt"
    for file in (dead, alive, other):
        file.write_text("half")
    assert sorted(leftovers(path)) == sorted([dead, alive])
    with whole_file(path) as temporary:
        temporary.write_text("new")
    assert set(tmp_path.iterdir()) == {path, alive, other}
    assert finished_name(other.name) == "other.txt"
    assert finished_name("model.txt") is None


def test_content_is_on_disk_before_the_name_and_the_name_before_it_returns(tmp_path, monkeypatch):
    calls = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: calls.append("sync") or sync(fd))
    monkeypatch.setattr(os, "replace", lambda a, b: calls.append("replace") or replace(a, b))
    with whole_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
    assert calls == ["sync", "replace", "sync"]
