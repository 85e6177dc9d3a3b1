"""The table of a comparison, and what it says below."""

import numpy as np
import pytest

from st_keras.metrics.radar import compare_rain, rain_sums, rain_table
from tests.metrics.radar.rain_fields import rain_pair
from tests.refusals import refused


@pytest.fixture(scope="module")
def methods():
    truth, good = rain_pair(batch=12)
    moved = np.nan_to_num(np.roll(truth, 1, axis=3))
    return {
        "net": rain_sums(truth, good),
        "poor": rain_sums(truth, np.where(moved > 2, 5 * moved, 0)),
        "persistence": rain_sums(truth, moved),
        "zero": rain_sums(truth, 0 * good),
    }


def test_rows_stars_and_skill(methods):
    found = compare_rain(methods, ["persistence", "zero"], resamples=50)
    lines = rain_table(found).splitlines()
    assert lines[0] == "radar-60min-v1, mean over 4 lead times, 12 windows; mm/h"
    heads = "method CSI 0.5 CSI 1 CSI 2 CSI 5 POD 1 FAR 1 FSS 1/5px MAE ratio"
    assert lines[1].split() == heads.split()
    rows = {line.split()[0]: line.split()[1:] for line in lines[2:6]}
    csi, mae = (found.scores["net"]["mean"][name] for name in ("csi@1", "mae"))
    assert rows["net"][1] == f"{csi:.3f}*" and rows["net"][7] == f"{mae:.3f}*"
    assert rows["zero"][5] == "-" and not any("*" in cell for cell in rows["zero"])
    assert lines[6] == "" and "95 % interval of 12 blocks" in lines[7]
    skill = found.skill["net"]["csi@1"]
    told = next(line for line in lines if line.startswith("CSI 1 "))
    assert f"{skill.value:+.3f} ({skill.low:+.3f} to {skill.high:+.3f})" in told
    assert "persistence" in told
    assert len({len(line) for line in lines[8:15]}) == 1, "columns are aligned"
    told = [line.split("  ")[0].strip() for line in lines[9:15]]
    assert told == ["CSI 0.5", "CSI 1", "CSI 2", "CSI 5", "FSS 1/5px", "MAE"]
    assert "skill" not in rain_table(found, ["pod@1", "far@1", "ratio"])


def test_what_has_no_skill_is_warned_of(methods):
    table = rain_table(compare_rain(methods, ["persistence"], resamples=50), ["csi@1", "mae"])
    warning = next(line for line in table.splitlines() if line.startswith("WARNING: poor"))
    assert warning == "WARNING: poor is not better than the best baseline in CSI 1, MAE."
    assert "WARNING: net" not in table
    # It has the lowest MAE, and no other skill.
    assert "WARNING: zero is not better than the best baseline in CSI 1." in table


def test_an_interval_with_0_and_few_blocks_are_told(methods):
    blocks = [0] * 4 + [1] * 4 + [2] * 4
    truth, good = rain_pair(batch=12, seed=5)
    other = good.copy()
    other[:4], other[4:8] = np.nan_to_num(truth[:4]), 1.2 * good[4:8]
    sums = {"net": rain_sums(truth, other), "sprog": rain_sums(truth, good)}
    found = compare_rain(sums, ["sprog"], blocks, resamples=100)
    assert found.skill["net"]["mae"].value > 0 > found.skill["net"]["mae"].low
    table = rain_table(found, ["mae"])
    assert "net: the interval of its skill includes 0 in MAE." in table
    assert "Only 3 blocks" in table
    one = rain_table(compare_rain(sums, ["sprog"], [0] * 12), ["mae"])
    assert f"sprog          {found.skill['net']['mae'].value:+.3f}" in one and " to " not in one
    assert "One block: no interval" in one


def test_without_baselines_no_skill(methods):
    table = rain_table(compare_rain(methods, resamples=10))
    assert "skill" not in table and len(table.splitlines()) == 6


def test_refusal(methods):
    found = compare_rain(methods, resamples=10)
    refused(r"rain_table: received the score 'csi@3'.*csi@0.5, csi@1", rain_table, found, ["csi@3"])
