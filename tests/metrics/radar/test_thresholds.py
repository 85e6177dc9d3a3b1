"""Thresholds in the units of the frames."""

import pytest

from st_keras.metrics.radar.thresholds import check_thresholds
from tests.refusals import refused


def test_thresholds_that_fit():
    assert check_thresholds("t", (5, 0.5), (0, 20)) == (0.5, 5.0)
    assert check_thresholds("t", (0.5, 30), (0, 20)) == (0.5, 30.0)  # rain seldom reaches 30


@pytest.mark.parametrize("thresholds, values", [((20, 35), (0, 8)), ((0.1, 0.5), (0.5, 60))])
def test_other_units_by_the_range(thresholds, values):
    refused(
        r"t: .*for frames from.*units of the frames.*dBZ", check_thresholds, "t", thresholds, values
    )
