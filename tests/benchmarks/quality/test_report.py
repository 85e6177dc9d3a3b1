"""Table and picture of the learners."""

import pytest

from benchmarks.quality.report import draw, minutes_to, table


def curve(*errors):
    return [{"seconds": 60.0 * k, "updates": 10 * k, "mse": e} for k, e in enumerate(errors, 1)]


FOUND = {
    "minutes": 3,
    "curves": {
        "fast": {0: curve(90.0, 50.0, 40.0), 1: curve(100.0, 90.0, 60.0)},
        "smoke": {0: curve(200.0, 190.0, 180.0), 1: curve(200.0, 150.0, 100.0)},
        "stand-in": {0: curve(120.0, 100.0, 90.0), 1: curve(130.0, 120.0, 110.0)},
    },
}


def test_it_says_how_much_less_and_how_much_sooner():
    lines = table(FOUND).splitlines()
    assert lines[1].split() == "fast 30 50.0 40.0..60.0 50 % 1.0 min".split()
    assert lines[2].split() == "smoke 30 140.0 100.0..180.0 -40 % never".split()
    assert lines[3].split() == "stand-in 30 100.0 90.0..110.0".split()


@pytest.mark.parametrize(("goal", "minutes"), [(100.0, 1.0), (55.0, 2.0), (1.0, None)])
def test_the_first_time_an_error_is_reached(goal, minutes):
    assert minutes_to(curve(90.0, 50.0, 40.0), goal) == minutes


def test_the_picture(tmp_path):
    draw(tmp_path / "quality.png", FOUND)
    assert (tmp_path / "quality.png").stat().st_size > 5_000
