import datetime

from benchmarks.speed.machine import machine, today, versions


def test_this_machine():
    found = machine("tensorflow")
    assert found["name"] and found["cores"] >= 1
    assert isinstance(found["gpus"], list)
    assert found["load"] is None or found["load"] >= 0


def test_versions_of_what_is_installed():
    found = versions(("numpy", "no-such-package"))
    assert set(found) == {"python", "numpy"}


def test_today():
    assert datetime.date.fromisoformat(today())
