"""Whole or not at all."""

import errno
import os

import pytest

from st_keras.cli.whole_file import written_whole


def test_replaces_a_file_at_the_end_only(tmp_path):
    path = tmp_path / "model.txt"
    path.write_text("old")
    with written_whole(path) as unfinished:
        unfinished.write_text("new")
        assert path.read_text() == "old"
        assert unfinished.suffix == path.suffix
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), written_whole(path) as unfinished:
        unfinished.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    message = r"--out: received No space left on device when .*a\.txt.* Required: .*room.*Make room"
    with pytest.raises(ValueError, match=message), written_whole(tmp_path / "a.txt") as unfinished:
        unfinished.write_text("much")
    assert list(tmp_path.iterdir()) == []
