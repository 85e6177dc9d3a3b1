"""Baselines by name: ours, registered ones, entry points."""

import pytest

from st_keras.baselines import Zero, baseline_names, by_name, make_baseline, register_baseline
from st_keras.baselines.by_name import check_baselines
from tests.fresh_process import run_python
from tests.refusals import refused


class Drizzle(Zero):
    """Another constant."""


class Hail(Zero):
    """One that works on rain."""

    needs_units = True

    def __init__(self, units="mm/h", fill=None):
        super().__init__(fill=fill)
        self.units = units


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(by_name, "_REGISTERED", {})


def test_ours():
    names = "persistence zero climatology extrapolation sprog extrapolation-tuned sprog-tuned"
    assert baseline_names() == (*names.split(), "advection", "nowcaster-untrained")
    for name in ("persistence", "zero", "climatology"):
        assert type(make_baseline(name, units=None, fill=0.0)).__name__.lower() == name
        assert make_baseline(name, fill=0.0).fill == 0.0
    assert make_baseline("climatology", by_pixel=False).by_pixel is False


def test_registered_ones_are_told_the_units_if_they_need_them():
    assert register_baseline("drizzle", Drizzle) is Drizzle
    register_baseline("hail", Hail)
    assert isinstance(make_baseline("drizzle", units="K"), Drizzle)
    assert make_baseline("hail", units="dBZ").units == "dBZ"
    assert baseline_names()[-2:] == ("drizzle", "hail")


def test_entry_points_are_imported_when_they_are_made(monkeypatch):
    places = {"drizzle": f"{__name__}:Drizzle", "wrong": f"{__name__}:refused", "zero": "no:where"}
    monkeypatch.setattr(by_name, "entry_points", {by_name.ENTRY_POINTS: places}.get)
    assert isinstance(make_baseline("drizzle"), Drizzle)
    assert type(make_baseline("zero")) is Zero  # ours keep their names
    refused("the entry point 'wrong' of st_keras.baselines", make_baseline, "wrong")


def test_refusals():
    refused("baseline: received 'strog'. Required: names among persist", make_baseline, "strog")
    refused("--baselines: received 'zero' twice", check_baselines, "--baselines", ["zero", "zero"])
    refused(r"baseline 'zero': received options tuned \(", make_baseline, "zero", tuned=True)
    refused("register_baseline: received <", register_baseline, "drizzle", Drizzle())
    for name in ("zero", "a,b", "", 3):
        refused(f"received name={name!r}", register_baseline, name, Drizzle)


def test_names_come_without_tensorflow():
    code = """
import sys
from st_keras.baselines.by_name import check_baselines
check_baselines("--baselines", ["sprog", "persistence"])
print({"tensorflow", "keras", "pysteps"} & set(sys.modules))
"""
    assert run_python(code).strip() == "set()"
