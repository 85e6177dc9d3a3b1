import datetime

from benchmarks.speed.machine import _first_processor, machine, today, versions


def test_this_machine():
    found = machine("tensorflow")
    assert found["processor"] and found["cpus"] >= 1
    assert isinstance(found["gpus"], list)
    assert found["load"] is None or found["load"] >= 0


def test_first_of_several_processors(tmp_path):
    file = tmp_path / "cpuinfo"
    processor = "model name\t: Kind {}\nflags\t\t: avx2 amx_bf16\n"
    file.write_text("\n".join(processor.format(k) for k in (1, 2)))
    assert _first_processor(file) == {"model name": "Kind 1", "flags": "avx2 amx_bf16"}
    assert _first_processor(tmp_path / "none") == {}


def test_versions_of_what_is_installed():
    found = versions(("numpy", "no-such-package"))
    assert set(found) == {"python", "numpy"}


def test_today():
    assert datetime.date.fromisoformat(today())
