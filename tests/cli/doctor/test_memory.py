"""What the system says of memory, and what it does not say."""

import subprocess
import sys

import pytest

from st_keras.cli.doctor import memory
from tests.fresh_process import run_python


def test_sizes_are_in_order():
    assert 0 < memory.resident_bytes() <= memory.peak_bytes()
    assert 0 < memory.available_bytes() <= memory.total_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ru_maxrss is all there is")
def test_the_peak_is_that_of_this_process_and_not_of_its_parent():
    ballast = bytearray(400 * 2**20)
    ballast[::4096] = b"x" * len(ballast[::4096])
    # The file alone, since the package loads TensorFlow.
    code = (
        f"import runpy; peak = runpy.run_path({memory.__file__!r})['peak_bytes']\n"
        "before = peak(); ballast = b'x' * 100 * 2**20; print(before, peak())"
    )
    before, after = map(int, run_python(code).split())
    assert before < len(ballast) < memory.peak_bytes()
    assert 80 * 2**20 < after - before < 120 * 2**20


def test_limits_of_the_container(tmp_path, monkeypatch):
    group = tmp_path / "a" / "b"
    group.mkdir(parents=True)
    for folder, limit, used in ((tmp_path / "a", "1000", "700"), (group, "max", "600")):
        (folder / "memory.max").write_text(f"{limit}\n")
        (folder / "memory.current").write_text(f"{used}\n")
        (folder / "memory.stat").write_text("anon 5\ninactive_file 50\n")
    own = tmp_path / "own"
    own.write_text("12:memory:/old\n0::/a/b\n")
    assert memory._left_in_cgroups(tmp_path, own) == [350]
    monkeypatch.setattr(memory, "_CGROUPS", tmp_path)
    monkeypatch.setattr(memory, "_OWN_CGROUP", own)
    assert memory.available_bytes() == 350
    own.write_text("12:memory:/old\n")
    assert memory._left_in_cgroups(tmp_path, own) == []
    assert memory._left_in_cgroups(tmp_path, tmp_path / "none") == []


def test_gpus(monkeypatch):
    answer = "NVIDIA A, with comma, 1000, 900\nGrace, [N/A], [N/A]\n"
    monkeypatch.setattr(
        memory.subprocess,
        "run",
        lambda command, **_: subprocess.CompletedProcess(command, 0, answer),
    )
    first, second = memory.gpus()
    assert first == {
        "name": "NVIDIA A, with comma",
        "total_bytes": 1000 * 2**20,
        "free_bytes": 900 * 2**20,
    }
    assert (second["name"], second["total_bytes"]) == ("Grace", None)


def test_what_the_driver_says(monkeypatch):
    asked = []

    def run(command, **_):
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, "Kind, 550.1\nKind, 550.1\n")

    monkeypatch.setattr(memory.subprocess, "run", run)
    assert memory.driver_says("name,driver_version") == ["Kind, 550.1"] * 2
    assert asked == [["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]]


def test_no_driver(monkeypatch):
    def missing(command, **_):
        raise FileNotFoundError(command[0])

    monkeypatch.setattr(memory.subprocess, "run", missing)
    assert memory.gpus() == []
