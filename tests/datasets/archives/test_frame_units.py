"""Units that are stated and found, and rain below zero."""

import numpy as np

from st_keras.datasets import Frames, SequenceDataset
from st_keras.datasets.archives.frame_units import check_rain, check_units
from tests.refusals import refused

FRAMES = np.random.default_rng(0).random((12, 4, 6))


def test_units_are_what_is_stated_or_what_the_archive_says():
    assert check_units("here", "mm h-1", None) == "mm h-1"
    assert check_units("here", None, "mm/h") == "mm/h"
    assert check_units("here", "mm h-1", "mm/h") == "mm h-1"
    refused(
        "frames in 'dBZ'.*stated or trained on, 'mm/h'.*nothing is converted",
        check_units,
        "h",
        "dBZ",
        "mm/h",
    )


def made(values, **kwargs):
    of_frames = {"axes": "THW", **kwargs}
    units = of_frames.pop("stated", None)
    return SequenceDataset.from_frames(Frames(values=values, **of_frames), 2, 2, units=units)


def test_a_dataset_knows_its_units():
    assert made(FRAMES, units="mm h-1").units == "mm h-1"
    assert made(FRAMES, stated="K").units == "K"
    assert (
        "values 0.00" in made(FRAMES, units="dBZ").summary()
        and " dBZ\n" in made(FRAMES, units="dBZ").summary()
    )
    refused("frames in 'K'", made, FRAMES, units="K", stated="dBZ")


def test_rain_is_not_negative():
    rain = FRAMES.copy()
    rain[3, 1, 1] = -0.25
    attributes = {"standard_name": "rainfall_rate"}
    refused(
        "rain of -0.25 mm/h.*missing_value=-0.25", made, rain, units="mm/h", attributes=attributes
    )
    refused("rain of -0.25 mm", made, rain, units="mm", name="precip_5min")
    assert len(made(rain, units="dBZ", attributes=attributes))
    assert len(made(rain, units="mm", name="height"))
    check_rain("here", 0.0, "mm/h", "rain", {})
