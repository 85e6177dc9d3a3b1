"""Transforms by name, fitted to percentiles of generated rain."""

import numpy as np
import pytest

from st_keras.choices import TRANSFORMS
from st_keras.layers import FrameNormalization, build_transform
from st_keras.layers.transforms.build_transform import RECIPES
from tests.generated_rain import moving_showers
from tests.refusals import refused

RAIN = moving_showers(6, 4, seed=1)
PERCENTILES = {p: float(np.percentile(RAIN, p)) for p in (*range(1, 100), 99.5, 99.9)}
LOW, HIGH = float(RAIN.min()), float(RAIN.max())


def test_names_are_those_that_settings_choose_among():
    assert tuple(RECIPES) == TRANSFORMS


@pytest.mark.parametrize("name", [name for name in TRANSFORMS if name != "standardise"])
def test_data_are_within_0_and_1_and_come_back(name):
    transform = build_transform(name, LOW, HIGH, PERCENTILES)
    there = np.asarray(transform(RAIN))
    assert there.min() == 0 and there.max() == pytest.approx(1, abs=1e-5)
    again = np.asarray(transform.inverse(there))
    expected = np.where(RAIN < 0.1, 0, RAIN) if name == "rain-rate" else RAIN
    np.testing.assert_allclose(again, expected, rtol=1e-4, atol=1e-4)
    assert transform.name == "normalization"


@pytest.mark.parametrize("name", ["rain-rate", "log", "asinh", "sqrt", "quantile"])
def test_no_forecast_of_rain_is_negative(name):
    transform = build_transform(name, LOW, HIGH, PERCENTILES)
    assert np.asarray(transform.inverse(np.float32([-3, -0.1, 0]))).min() == 0


@pytest.mark.parametrize("name", ["log", "asinh", "sqrt", "quantile"])
def test_values_on_both_sides_of_zero_come_back(name):
    values = np.float32(np.random.default_rng(0).normal(1, 3, 500))
    percentiles = {p: float(np.percentile(values, p)) for p in (5, 25, 50, 75, 95)}
    transform = build_transform(name, values.min(), values.max(), percentiles)
    again = transform.inverse(transform(values))
    np.testing.assert_allclose(again, values, rtol=1e-4, atol=1e-4)


def test_standardise_is_the_mean_and_deviation_of_the_data():
    values = np.random.default_rng(2).gamma(0.5, 4, 20000)
    percentiles = {p: float(np.percentile(values, p)) for p in (*range(1, 100), 99.5, 99.9, 99.99)}
    found = build_transform("standardise", values.min(), values.max(), percentiles)
    assert isinstance(found, FrameNormalization)
    assert found.offset == pytest.approx(values.mean(), rel=0.01)
    # Straight lines in the tail, where there are few percentiles, make it a little wider.
    assert found.scale == pytest.approx(values.std(), rel=0.03)


def test_equal_quantiles_of_dry_data_are_one():
    """Three quarters are dry: 0 is the network's 0, and the rain fills what is above it."""
    percentiles = {25: 0.0, 50: 0.0, 75: 0.0, 80: 0.5, 90: 2.0, 99: 10.0}
    transform = build_transform("quantile", 0.0, 50.0, percentiles)
    found = np.asarray(transform(np.float32([0, 0.5, 2, 10, 50])))
    np.testing.assert_allclose(found, [0, 5 / 25, 15 / 25, 24 / 25, 1], atol=1e-6)


def test_reflectivity_begins_at_0_dbz():
    transform = build_transform("reflectivity", -32.0, 60.0, units="dBZ")
    np.testing.assert_allclose(transform(np.float32([-32, 0, 30, 60])), [0, 0, 0.5, 1])


def test_each_channel_has_its_own():
    lows, highs = [0.0, -5.0, 200.0], [100.0, 2000.0, 300.0]
    found = build_transform("rain-rate", lows, highs, targets=[0], units="mm/h")
    values = np.asarray(found(np.float32([[0.0, -5.0, 250.0], [100.0, 2000.0, 300.0]])))
    np.testing.assert_allclose(values, [[0, 0, 0.5], [1, 1, 1]], atol=1e-6)
    many = {50: [1.0, 5.0], 90: [4.0, 50.0]}
    found = build_transform("log", [0.0, 0.0], [10.0, 90.0], many)
    one = build_transform("log", 0.0, 90.0, {50: 5.0, 90: 50.0})
    np.testing.assert_allclose(found(np.float32([[0, 7.0]]))[0, 1], one(np.float32(7.0)))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("cube", 0.0, 1.0), r"name='cube'\. Required: one of 'none', 'rain-rate'"),
        (("none", 5.0, 5.0), r"data between 5 and 5\. Required: two different finite extremes"),
        (("none", 0.0, float("inf")), r"between 0 and inf"),
        (
            ("rain-rate", -3.0, 40.0),
            r"'rain-rate' for data between -3 and 40\. Required: rain rates",
        ),
        (("rain-rate", 0.0, 0.05), r"some above 0.1"),
        (("reflectivity", -30.0, -2.0), r"Required: dBZ, some above 0"),
        (("log", 0.0, 1.0), r"'log' without percentiles"),
        (("quantile", 0.0, 1.0, {50: 2.0}), r"percentiles=\{50.0: 2.0\} with data between 0 and 1"),
        (("asinh", 0.0, 9.0, {150: 2.0}), r"percentages in \(0, 100\)"),
    ],
)
def test_errors(arguments, message):
    refused(
        f"build_transform: received .*{message}" if "'" in message else message,
        build_transform,
        *arguments,
    )


def test_units_of_another_quantity():
    message = r"received the transform 'rain-rate' for data in dBZ\. Required: data in mm/h"
    refused(message, build_transform, "rain-rate", 0.0, 60.0, units="dBZ")
    message = r"'reflectivity' for data in mm/h"
    refused(message, build_transform, "reflectivity", 0.0, 60.0, units="mm/h")
    assert build_transform("rain-rate", 0.0, 60.0, units="furlong").channel_count is None
