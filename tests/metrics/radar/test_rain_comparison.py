"""Skill against the best baseline, its interval, and what is refused."""

import dataclasses
import json

import numpy as np
import pytest

from st_keras.metrics.radar import compare_rain, rain_sums
from st_keras.metrics.radar.rain_comparison import perfect_score
from tests.metrics.radar.rain_fields import rain_pair
from tests.refusals import refused

DAYS = ["a", "a", "b", "b", "c", "c", "d", "d"]


@pytest.fixture(scope="module")
def sums():
    truth, good = rain_pair(batch=8)
    moved = np.nan_to_num(np.roll(truth, 1, axis=3))
    forecasts = {
        "net": good,
        "poor": np.where(moved > 2, 5 * moved, 0),
        "persistence": 0.9 * moved,
        "extrapolation": np.roll(good, 1, axis=2),
        "zero": 0 * good,
    }
    return {name: rain_sums(truth, of) for name, of in forecasts.items()}


BASELINES = ("persistence", "extrapolation", "zero")


def test_the_best_baseline_of_each_score(sums):
    found = compare_rain(sums, BASELINES, DAYS, resamples=20)
    for name, best in found.best.items():
        means = {b: found.scores[b]["mean"][name] for b in ("persistence", "extrapolation")}
        means = {b: m for b, m in means.items() if not np.isnan(m)}
        pick = max if perfect_score(name) == 1 else min
        assert best == pick(means, key=means.get), name
    assert "ratio" not in found.best and "frequency_bias@1" not in found.best
    assert {"persistence", "extrapolation"} >= set(found.best.values())


def test_a_forecast_of_no_rain_is_no_baseline():
    """However low its MAE is."""
    truth = np.zeros((8, 2, 6, 6, 1))
    truth[:, :, 0, 0] = 1.0
    forecasts = {"net": truth, "zero": 0 * truth, "persistence": 0 * truth + 0.5}
    sums = {name: rain_sums(truth, of) for name, of in forecasts.items()}
    found = compare_rain(sums, ("zero", "persistence"), resamples=20)
    assert found.scores["zero"]["mean"]["mae"] < found.scores["persistence"]["mean"]["mae"]
    assert found.best["mae"] == "persistence"
    assert found.skill["net"]["mae"].value == 1.0


def test_skill_by_hand_and_its_interval(sums):
    found = compare_rain(sums, BASELINES, DAYS, seed=3, resamples=200)
    for name in ("csi@1", "mae", "far@2"):
        score = found.scores["net"]["mean"][name]
        best = found.scores[found.best[name]]["mean"][name]
        skill = found.skill["net"][name]
        assert skill.value == pytest.approx((score - best) / (perfect_score(name) - best))
        assert skill.low < skill.value < skill.high and skill.blocks == 4
    assert found.intervals["net"]["csi@1"].value == pytest.approx(
        found.scores["net"]["mean"]["csi@1"]
    )
    again = compare_rain(sums, BASELINES, DAYS, seed=3, resamples=200)
    assert again.as_json() == found.as_json()


def test_the_interval_of_a_skill_is_paired(sums):
    """A method against itself has no skill, whatever is resampled."""
    both = {"copy": sums["persistence"], "persistence": sums["persistence"]}
    found = compare_rain(both, ["persistence"], resamples=50)
    for skill in found.skill["copy"].values():
        if not np.isnan(skill.value):
            assert skill.value == skill.low == skill.high == 0
    assert [method for method, _ in found.without_skill("csi@1")] == ["copy"]


def test_who_has_no_skill(sums):
    found = compare_rain(sums, BASELINES, resamples=20)
    assert [method for method, _ in found.without_skill("csi@1")] == ["poor"]
    assert found.without_skill("ratio") == []


def test_without_baselines_there_is_no_skill(sums):
    found = compare_rain(sums, resamples=20)
    assert found.skill == {} and found.best == {} and set(found.intervals) == set(sums)
    alone = compare_rain({"zero": sums["zero"], "net": sums["net"]}, ["zero"], resamples=20)
    assert alone.skill == {}


def test_json(sums):
    found = compare_rain(sums, BASELINES, DAYS, resamples=20)
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert told["windows"] == 8 and told["blocks"] == 4 and told["protocol"] == "radar-60min-v1"
    assert told["scores"]["zero"]["mean"]["far@1"] is None
    assert len(told["scores"]["net"]["leads"]["csi@1"]) == 4
    assert told["skill"]["net"]["csi@1"]["against"] == found.best["csi@1"]


def test_refusals(sums):
    refused(r"no methods", compare_rain, {})
    refused(r"the baseline 'sprog'.*net, poor", compare_rain, sums, ["sprog"])
    refused(r"3 blocks for 8 windows", compare_rain, sums, blocks=[1, 2, 3])
    other = {**sums, "other": rain_sums(*rain_pair(batch=8, seed=9))}
    refused(r"'other', whose windows are not those of 'net'", compare_rain, other)
    own = dataclasses.replace(sums["net"].protocol, name="own")
    other = dataclasses.replace(sums["net"], protocol=own)
    refused(r"under one protocol", compare_rain, {**sums, "other": other})
