"""The folder of states: what is kept, what is passed over, what is left alone."""

import errno
import os
import pathlib
import threading

import numpy as np
import pytest

from st_keras.training.resume.state_folder import StateFolder
from tests.files.damage import encrypted, npz_bomb


@pytest.fixture
def folder(tmp_path):
    folder = StateFolder(tmp_path / "a" / "states")
    for position in (3, 10, 200):
        folder.write(position, {"position": position}, keep=9)
    return folder


def test_nothing_there(tmp_path):
    folder = StateFolder(tmp_path / "states")
    folder.clean()
    folder.remove()
    assert folder.newest() is None
    assert not folder.path.exists()


def test_names_and_order(folder):
    assert [folder.files()[n].name for n in (3, 200)] == [
        "state-000000000003.npz",
        "state-000000000200.npz",
    ]
    assert folder.newest() == {"position": 200}
    assert [state["position"] for state in folder.good(at_most=2)] == [200, 10]


def test_keeps_the_newest(folder):
    folder.write(201, {"position": 201}, keep=2)
    assert sorted(folder.files()) == [200, 201]


def test_older_files_go_only_when_the_new_one_is_there(folder, monkeypatch):
    monkeypatch.setattr(os, "replace", lambda a, b: (_ for _ in ()).throw(OSError(5, "broken")))
    with pytest.raises(ValueError, match=r"broken when .* was to be written"):
        folder.write(201, {"position": 201}, keep=1)
    assert sorted(folder.files()) == [3, 10, 200]


def test_a_folder_that_has_become_a_file(folder):
    folder.remove()
    folder.path.write_text("")
    with pytest.raises(ValueError, match=r"state-000000000009.npz. was to be written"):
        folder.write(9, {"position": 9}, keep=1)


def test_damaged_ones_are_passed_over(folder):
    folder.files()[200].write_bytes(b"")
    with pytest.warns(UserWarning, match=r"state-000000000200.npz \(.*after batch 10\."):
        assert folder.newest() == {"position": 10}
    for path in folder.files().values():
        path.write_bytes(b"PK")
    with pytest.raises(
        ValueError, match=r"only damaged training states in .*000200.npz \(.*was not"
    ):
        folder.newest()
    assert sorted(folder.files()) == [3, 10, 200]


def write_encrypted(path):
    path.write_bytes(encrypted(path.read_bytes()))


def write_nested(path):
    np.savez(path, manifest=np.frombuffer(b"[" * 100_000, "uint8"))


def write_folder(path):
    path.unlink()
    path.mkdir()
    (path / "a.txt").write_text("a")


def write_locked(path):
    path.unlink()
    path.symlink_to(path.name)  # a loop, which nobody can open


@pytest.mark.parametrize(
    "damage", [write_encrypted, write_nested, write_folder, write_locked, npz_bomb]
)
def test_whatever_is_wrong_with_the_newest_the_next_is_tried(damage, folder):
    damage(folder.files()[200])
    with pytest.warns(UserWarning, match=r"state-000000000200.npz \(.*after batch 10\."):
        assert folder.newest() == {"position": 10}
    folder.write(11, {"position": 11}, keep=9)
    folder.drop_after(11)
    left = {200} if damage is write_folder else set()  # which cannot be deleted, and is in no way
    assert set(folder.files()) == {3, 10, 11} | left


def test_foreign_files_are_left_alone(folder):
    for name in ("state-1.npz", "notes.txt", "notes.tmp", "state-000000000004.npz.bak"):
        (folder.path / name).write_text("mine")
    (folder.path / ".unfinished-123-state-000000000004.npz").write_text("half")
    folder.clean()
    folder.write(300, {"position": 300}, keep=1)
    folder.drop_after(200)
    folder.remove()
    assert sorted(path.name for path in folder.path.iterdir()) == [
        "notes.tmp",
        "notes.txt",
        "state-000000000004.npz.bak",
        "state-1.npz",
    ]


def test_removes_an_empty_folder(folder):
    folder.remove()
    assert not folder.path.exists()


def test_drops_newer_ones(folder):
    folder.drop_after(10)
    assert sorted(folder.files()) == [3, 10]


def test_refuses_a_file_in_its_place(tmp_path):
    (tmp_path / "states").write_text("")
    for name in ("states", "states/below"):
        with pytest.raises(ValueError, match=r"is no folder. Required: a folder to write training"):
            StateFolder(tmp_path / name)


def test_refuses_what_is_not_writable(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ValueError, match="is not writable"):
        StateFolder(tmp_path / "states")


def test_damaged_ones_make_room(folder):
    for position in (10, 200):
        folder.files()[position].write_bytes(b"")
    with pytest.warns(UserWarning, match="damaged"):
        assert folder.newest() == {"position": 3}
    folder.write(10, {"position": 10}, keep=2)  # whole again
    assert sorted(folder.files()) == [3, 10]
    assert folder.newest() == {"position": 10}


def test_the_one_just_written_stays(folder):
    folder.write(5, {"position": 5}, keep=1)
    assert sorted(folder.files()) == [5]


def test_several_processes_remove_one_folder(folder, monkeypatch):
    failures = []

    def remove():
        try:
            folder.remove()
        except OSError as failure:
            failures.append(failure)

    for _ in range(20):
        folder.write(1, {}, keep=1)
        threads = [threading.Thread(target=remove) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not folder.path.exists()
    assert not failures
    folder.write(1, {}, keep=1)

    def fail(path):
        raise OSError(errno.EACCES, "no")

    monkeypatch.setattr(pathlib.Path, "rmdir", fail)
    with pytest.raises(OSError, match="no"):
        folder.remove()
