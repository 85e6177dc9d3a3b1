import pytest

from benchmarks.precision_report import MEASURES, comparisons, markdown, picture

LOSSES = {"float32": [1.0, 2.0, 3.0], "mixed_bfloat16": [1.5, 2.0, 3.5]}


def runs_of(losses):
    return [
        {"policy": policy, "seed": seed, "curve": [loss] * 20, **dict.fromkeys(MEASURES, loss)}
        for policy, values in losses.items()
        for seed, loss in enumerate(values)
    ]


def found_of(losses):
    runs = runs_of(losses)
    return {
        "command": "python -m benchmarks precision",
        "date": "2026-11-21",
        "machine": {"name": "a processor", "cores": 2},
        "settings": {"steps": 40},
        "persistence": 4.0,
        "runs": runs,
        "comparisons": comparisons(runs),
    }


def test_comparisons():
    compared = comparisons(runs_of(LOSSES))
    assert list(compared) == list(MEASURES)
    part = compared["validation"]
    assert part["float32"] == {"mean": 2.0, "deviation": 1.0, "low": 1.0, "high": 3.0}
    other = part["mixed_bfloat16"]
    assert other["differences"] == [0.5, 0.0, 0.5]
    assert other["difference"] == pytest.approx(1 / 3)
    assert other["in_deviations"] == pytest.approx(1 / 3)
    assert other["place"] == "within"


@pytest.mark.parametrize(
    "losses, place, verdict",
    [
        ([0.5, 0.9, 1.0], "below", "below float32's best seed"),
        ([1.0, 1.0, 1.0], "within", "within float32's seeds"),
        ([2.0, 4.0, 4.0], "above", "above float32's worst seed: float32 is not reached"),
    ],
)
def test_place_of_the_mean(losses, place, verdict):
    found = found_of({**LOSSES, "mixed_bfloat16": losses})
    assert found["comparisons"]["last_window"]["mixed_bfloat16"]["place"] == place
    assert verdict in markdown(found)


def test_markdown():
    lines = markdown(found_of(LOSSES)).splitlines()
    rows = [line for line in lines if line.startswith(("| float32", "| mixed_bfloat16"))]
    assert rows[3] == "| mixed_bfloat16 | 0 | 1.50000 | 1.50000 | 1.50000 |"
    row = next(line for line in lines if line.startswith("| validation MSE | mixed"))
    assert "| +0.50000, +0.00000, +0.50000 | +0.33333 | +0.33 | within |" in row
    # A table is a table only if all its rows have the cells of its head.
    tables = [line for line in lines if line.startswith("|")]
    assert {line.count("|") for line in tables[:8]} == {6}
    assert {line.count("|") for line in tables[8:]} == {10}


def test_one_seed_has_no_spread():
    found = found_of({"float32": [1.0], "mixed_bfloat16": [1.5]})
    part = found["comparisons"]["validation"]
    assert part["float32"]["deviation"] is None
    assert part["mixed_bfloat16"]["in_deviations"] is None
    assert "one seed has no spread; mixed_bfloat16 differs by +0.50000" in markdown(found)


def test_float32_alone_is_compared_with_nothing():
    assert "lies" not in markdown(found_of({"float32": [1.0, 2.0]}))


def test_picture(tmp_path):
    picture(found_of(LOSSES), tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 0
