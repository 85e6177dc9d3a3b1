import errno
import os

import pytest

from st_keras.files.whole_folder import whole_folder


def test_appears_at_the_end_only(tmp_path):
    path = tmp_path / "models" / "1"
    with whole_folder("export", str(path)) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a.txt").write_text("a")
        assert not path.exists()
        # Nothing that TF Serving would take for a version.
        assert not any(name.isdigit() for name in os.listdir(path.parent))
    assert (path / "sub" / "a.txt").read_text() == "a"
    assert os.listdir(path.parent) == ["1"]


def test_what_fails_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), whole_folder("export", tmp_path / "1") as folder:
        (folder / "a.txt").write_text("half")
        raise RuntimeError
    assert os.listdir(tmp_path) == []


def test_nothing_is_overwritten(tmp_path):
    message = r"export: received path='.*1', which exists\. Required: a path that does not exist"
    for make in (lambda path: path.mkdir(), lambda path: path.symlink_to("nowhere")):
        path = tmp_path / "1"
        make(path)
        with pytest.raises(ValueError, match=message), whole_folder("export", path):
            raise AssertionError
        path.rmdir() if path.is_dir() else path.unlink()

    # Another process may be faster.
    with pytest.raises(ValueError, match=message), whole_folder("export", path):
        path.mkdir()
    assert os.listdir(tmp_path) == ["1"] and os.listdir(path) == []


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "rename", full)
    message = r"export: received No space left on device when '.*1' was to be written.*Make room"
    with pytest.raises(ValueError, match=message), whole_folder("export", tmp_path / "1"):
        pass
    assert os.listdir(tmp_path) == []


def test_all_that_is_new_is_on_disk(tmp_path, monkeypatch):
    synced, sync = set(), os.fsync

    def note(descriptor):
        synced.add(os.fstat(descriptor).st_ino)
        return sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    with whole_folder("export", tmp_path / "models" / "1") as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a.txt").write_text("a")
    new = [tmp_path, *tmp_path.rglob("*")]
    assert len(new) == 5
    assert {path.stat().st_ino for path in new} <= synced
