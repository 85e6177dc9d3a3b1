import os
import subprocess
import sys
import threading

import pytest

from st_keras.files import whole_file as module
from st_keras.files.whole_file import (
    finished_name,
    leftovers,
    make_folder,
    unfinished,
    whole_file,
    whole_files,
)


@pytest.fixture
def synced(monkeypatch):
    """The set of the inodes that have been made durable."""
    found, sync = set(), os.fsync

    def note(descriptor):
        found.add(os.fstat(descriptor).st_ino)
        return sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return found


def test_replaces_a_file_at_the_end_only(tmp_path):
    path = tmp_path / "model.txt"
    path.write_text("old")
    with whole_file(str(path)) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
        assert (finished_name(temporary.name), temporary.suffix) == (path.name, path.suffix)
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


def test_what_cannot_be_removed_stays_and_stops_nobody(tmp_path, monkeypatch):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    foreign = tmp_path / f".unfinished-{ended.pid}-a.txt"
    foreign.write_text("half")
    unlink = type(foreign).unlink

    def refused(path, **kwargs):
        if path == foreign:
            raise PermissionError(1, "Operation not permitted")
        unlink(path, **kwargs)

    monkeypatch.setattr(type(foreign), "unlink", refused)
    with whole_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "a.txt").read_text() == "new" and foreign.exists()


def test_content_is_on_disk_before_the_name_and_the_name_before_it_returns(tmp_path, monkeypatch):
    calls = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: calls.append("sync") or sync(fd))
    monkeypatch.setattr(os, "replace", lambda a, b: calls.append("replace") or replace(a, b))
    with whole_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
    assert calls == ["sync", "replace", "sync"]


def test_no_two_writers_have_one_temporary_file(tmp_path):
    path, found = tmp_path / "a.txt", []
    with whole_file(path) as first:

        def write():
            with whole_file(path) as second:
                found.append(second)
                second.write_text("second")

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert first not in found and path.read_text() == "second"
        first.write_text("first")
    assert path.read_text() == "first"
    assert len({unfinished(path) for _ in range(9)}) == 9


def test_what_another_host_is_writing_stays(tmp_path, monkeypatch):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    monkeypatch.setattr(module.platform, "node", lambda: "another")
    monkeypatch.setattr(os, "getpid", lambda: ended.pid)
    new, old = unfinished(tmp_path / "a.txt"), unfinished(tmp_path / "a.txt")
    monkeypatch.undo()
    for file in (new, old):
        file.write_text("half")
    os.utime(old, (0, 0))  # nobody writes so slowly
    with whole_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("whole")
    assert set(tmp_path.iterdir()) == {tmp_path / "a.txt", new}


def test_files_that_belong_together_appear_together(tmp_path):
    paths = [tmp_path / name for name in ("a.txt", "sub/b.txt")]
    with whole_files(*paths) as temporaries:
        temporaries[0].write_text("a")
        temporaries[1].write_text("b")
        assert not any(path.exists() for path in paths)
    assert [path.read_text() for path in paths] == ["a", "b"]
    with pytest.raises(FileNotFoundError), whole_files(*paths) as temporaries:
        temporaries[0].write_text("new")  # and not the second
    assert [path.read_text() for path in paths] == ["a", "b"]
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "sub"] and os.listdir(tmp_path / "sub") == [
        "b.txt"
    ]


def test_the_names_of_new_folders_are_on_disk(tmp_path, synced):
    make_folder(tmp_path / "a" / "b" / "c")
    wanted = {folder.stat().st_ino for folder in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")}
    assert synced == wanted
    synced.clear()
    make_folder(tmp_path / "a" / "b" / "c")
    assert not synced
    with whole_file(tmp_path / "d" / "a.txt") as temporary:
        temporary.write_text("new")
    wanted = {path.stat().st_ino for path in (tmp_path, tmp_path / "d", tmp_path / "d" / "a.txt")}
    assert synced == wanted
