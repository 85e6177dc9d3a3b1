"""The commit a run was made from."""

import subprocess

from st_keras.cli import revision
from st_keras.cli.revision import git_revision


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_commit_and_whether_something_changed(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "a.txt").write_text("1")
    git(tmp_path, "add", "a.txt")
    git(tmp_path, "commit", "-m", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert git_revision(tmp_path) == {"commit": commit, "dirty": False}
    (tmp_path / "a.txt").write_text("2")
    assert git_revision(tmp_path) == {"commit": commit, "dirty": True}


def test_none_without_a_repository_without_commits_and_without_git(tmp_path, monkeypatch):
    assert git_revision(tmp_path) is None
    git(tmp_path, "init")
    assert git_revision(tmp_path) is None

    def missing(*_, **__):
        raise FileNotFoundError("git")

    monkeypatch.setattr(revision.subprocess, "run", missing)
    assert git_revision(tmp_path) is None


def test_a_slow_git_is_not_waited_for(monkeypatch):
    slow = {"status"}

    def run(command, timeout, **_):
        if slow & set(command):
            raise subprocess.TimeoutExpired("git", timeout)
        return subprocess.CompletedProcess(command, 0, stdout="abc\n")

    monkeypatch.setattr(revision.subprocess, "run", run)
    assert git_revision() == {"commit": "abc", "dirty": None}
    slow.add("rev-parse")
    assert git_revision() is None
