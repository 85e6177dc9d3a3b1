"""Rain rates of frames in the user's units, and back; decibels of rain rates."""

import numpy as np
import pytest

from st_keras.baselines.decibels import decibels, rates_of
from st_keras.baselines.rain_units import RainUnits
from tests.refusals import refused


def test_rates_of_each_unit():
    np.testing.assert_array_equal(RainUnits("x", "mm h-1").rates([0.5, np.nan]), [0.5, np.nan])
    np.testing.assert_allclose(RainUnits("x", "mm/s").rates([1 / 3600]), [1.0])
    # FMI's Z = 223 R^1.53: code 171 stands for 53.5 dBZ.
    expected = (10**5.35 / 223) ** (1 / 1.53)
    np.testing.assert_allclose(RainUnits("x", "dBZ", (223, 1.53)).rates([53.5]), [expected])


@pytest.mark.parametrize("units", ["mm/h", "kg m-2 s-1", "dBZ"])
def test_there_and_back(units):
    rates = np.array([0.1, 1.0, 33.3, np.nan])
    converter = RainUnits("x", units)
    there = converter.frames(rates, lowest=-32.0)
    np.testing.assert_allclose(converter.rates(there), rates, rtol=1e-12)
    assert converter.units == units


def test_dry_reflectivities_are_the_lowest_of_the_context():
    converter = RainUnits("x", "dBZ")
    assert converter.frames(np.array([0.0, 0.09]), lowest=-32.0).tolist() == [-32.0, -32.0]
    at_the_threshold = 10 * np.log10(200 * 0.1**1.6)
    np.testing.assert_allclose(converter.frames(np.array([0.0]), lowest=40.0), at_the_threshold)


def test_refusals():
    text = refused("frames in 'mm'", RainUnits, "SPROG", "mm")
    assert "times 60 / d" in text
    refused("frames of unknown units", RainUnits, "SPROG", None)
    refused("SPROG: received zr=-1", RainUnits, "SPROG", "dBZ", (-1, 1.5))
    refused("SPROG: received zr=200.0", RainUnits, "SPROG", "dBZ", 200.0)


def test_decibels_by_a_loop():
    rates = [0.0, 0.0999, 0.1, 1.0, 50.0]
    expected = [-15 if r < 0.1 else 10 * np.log10(r) for r in rates]
    np.testing.assert_allclose(decibels(np.array(rates)), expected)
    np.testing.assert_allclose(rates_of(np.array(expected)), [0, 0, 0.1, 1, 50])
    assert np.isnan(decibels(np.array([np.nan]))) and np.isnan(rates_of(np.array([np.nan])))
