"""How an archive is read for a Nowcaster, and what is no rain."""

import dataclasses

import pytest

from st_keras.cli.frame_data import Reading
from st_keras.cli.nowcast.rain_input import check_rain, of_rain, rain_defaults
from tests.refusals import refused


def test_what_is_not_said_is_that_of_rain():
    found = of_rain(Reading())
    assert (found.as_rain_rate, found.missing, found.max_missing_scans) == (True, "mask", 0)
    assert rain_defaults(2)["max_missing_scans"] == 2
    others = dataclasses.replace(found, as_rain_rate=None, missing=None, max_missing_scans=None)
    assert others == Reading()


def test_what_is_said_stays():
    said = Reading(
        as_rain_rate=False, missing="drop", max_missing_scans=0, variable="rain", coarsen=4
    )
    assert of_rain(said) == said
    assert of_rain(Reading(missing="refuse")).missing == "refuse"


@pytest.mark.parametrize("units", ["mm/h", "mm h-1", "mm/hr"])
def test_rain_rates_are_taken(units):
    assert check_rain("--data", (8, 8, 1), units) is None


def test_refusals():
    refused(
        "--data: received frames of 3 channels. Required: one channel.*--variable NAME",
        check_rain, "--data", (8, 8, 3), "mm/h",
    )  # fmt: skip
    for units in (None, "data units"):
        refused(
            "in.npy: received frames whose units are not known.*--units mm/h",
            check_rain, "in.npy", (8, 8, 1), units,
        )  # fmt: skip
    for units in ("dBZ", "mm", "m/s"):
        refused(f"frames in {units}. Required: rain rates in mm/h.*--as-rain-rate", check_rain,
                "--data", (8, 8, 1), units)  # fmt: skip
