"""What the clock knows of the future."""

from types import SimpleNamespace

import numpy as np

from st_keras.cli.known_inputs import known_inputs
from tests.refusals import refused

SHAPE = (2, 3, 4, 5, 3)
TIMES = np.datetime64("2026-06-01T00:00") + 3 * np.arange(3)[None].astype("m8[h]")
TIMES = np.concatenate([TIMES, TIMES + np.timedelta64(6, "h")])


def model(*known):
    return SimpleNamespace(reader=SimpleNamespace(channels=SimpleNamespace(known=known)))


def test_the_time_of_day_goes_on():
    told = known_inputs(model("time_of_day_cos", "time_of_day_sin"), SHAPE, TIMES, horizon=4)
    assert told["time_of_day_sin"].shape == (2, 3, 4, 5)
    hours = np.array([9, 12, 15, 15, 18, 21]).reshape(2, 3)
    for wave, function in (("sin", np.sin), ("cos", np.cos)):
        expected = function(2 * np.pi * hours / 24)
        np.testing.assert_allclose(told[f"time_of_day_{wave}"][..., 2, 2], expected, atol=1e-6)


def test_models_without_such_inputs():
    assert known_inputs(model(), SHAPE, None, 4) is None


def test_what_no_clock_knows():
    refused(
        "the inputs cloud.*known=", known_inputs, model("cloud", "time_of_day_sin"), SHAPE, TIMES, 4
    )
    refused("times are not known", known_inputs, model("time_of_day_sin"), SHAPE, None, 4)
