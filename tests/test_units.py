"""Spellings of units, and thresholds in other units than the frames."""

import pytest

from st_keras.units import check_threshold_units, same_units, usual_spelling
from tests.refusals import refused


@pytest.mark.parametrize("units", ["mm h-1", "mm/hr", "mm  h-1", "mm h^-1"])
def test_spellings(units):
    assert usual_spelling(units) == "mm/h" and same_units(units, "mm/h")
    assert not same_units(units, "kg m-2 s-1") and usual_spelling(None) is None


def test_thresholds_in_the_units_of_the_frames():
    assert check_threshold_units("here", (1,), "mm h-1", "mm/h") == "mm/h"
    assert check_threshold_units("here", (1,), None, "dbz") == "dBZ"
    assert check_threshold_units("here", (1,), "mm", None) == "mm"
    assert check_threshold_units("here", (1,), None, None) is None
    refused(
        "here: received thresholds 0.5, 20 in 'dBZ' for frames in 'mm/h'.*convert the frames",
        check_threshold_units, "here", (0.5, 20.0), "dBZ", "mm/h",
    )  # fmt: skip
