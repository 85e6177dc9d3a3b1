"""The counts, against a plain loop over values."""

import numpy as np
import pytest

from st_keras.metrics.radar import contingency
from tests.metrics.radar.rain_fields import rain_pair
from tests.refusals import refused

THRESHOLDS = (0.5, 1.0, 2.0)
COUNTS = ("hits", "misses", "false_alarms", "correct_negatives")


def loop(truth, forecast, threshold):
    """Counts by lead time, one value after the other."""
    counts = np.zeros((truth.shape[1], 4))
    for place in np.ndindex(truth.shape):
        if np.isnan(truth[place]):
            continue
        came, told = truth[place] >= threshold, forecast[place] >= threshold
        counts[place[1], {(1, 1): 0, (1, 0): 1, (0, 1): 2, (0, 0): 3}[came, told]] += 1
    return counts


def test_equal_to_a_loop():
    truth, forecast = rain_pair(channels=2)
    forecast[np.isnan(truth)] = np.nan  # what is told there does not matter
    table = contingency(truth, forecast, THRESHOLDS)
    for k, threshold in enumerate(THRESHOLDS):
        counted = np.stack([getattr(table, name)[:, k] for name in COUNTS], -1)
        np.testing.assert_array_equal(counted, loop(truth, forecast, threshold))
    assert (truth == 0.5).any() and (forecast == 0.5).any()  # the threshold itself is there


def test_above_or_reaching():
    truth = np.array([1.0, 1.5, 1.0, 0.0]).reshape(1, 1, 2, 2, 1)
    forecast = np.array([1.0, 1.0, 2.0, 1.0]).reshape(1, 1, 2, 2, 1)
    reaching, above = (contingency(truth, forecast, 1, event=event) for event in (">=", ">"))
    assert [float(getattr(reaching, name)[0, 0]) for name in COUNTS] == [3, 0, 1, 0]
    assert [float(getattr(above, name)[0, 0]) for name in COUNTS] == [0, 1, 1, 2]


def test_windows_add_up_and_so_do_batches():
    truth, forecast = rain_pair(batch=5)
    whole = contingency(truth, forecast, THRESHOLDS)
    windows = contingency(truth, forecast, THRESHOLDS, by_window=True)
    parts = contingency(truth[:2], forecast[:2], THRESHOLDS) + contingency(
        truth[2:], forecast[2:], THRESHOLDS
    )
    assert windows.hits.shape == (5, 4, 3) and whole.summed() is whole
    for name in COUNTS:
        np.testing.assert_array_equal(getattr(windows.summed(), name), getattr(whole, name))
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    total = sum(getattr(whole, name) for name in COUNTS)
    np.testing.assert_array_equal(
        total, np.repeat((~np.isnan(truth)).sum((0, 2, 3, 4))[:, None], 3, 1)
    )


def test_an_unknown_forecast_leaves_no_counts():
    truth, forecast = rain_pair()
    place = tuple(np.argwhere(~np.isnan(truth))[0])
    forecast[place] = np.nan
    windows = contingency(truth, forecast, THRESHOLDS, by_window=True)
    unknown = np.zeros((3, 4), bool)
    unknown[place[:2]] = True
    for name in COUNTS:
        np.testing.assert_array_equal(np.isnan(getattr(windows, name)).all(-1), unknown)
        assert np.isnan(getattr(windows.summed(), name)[:, 0]).tolist() == unknown.any(0).tolist()


def test_thresholds_are_ascending_and_a_single_one_will_do():
    truth, forecast = rain_pair()
    assert contingency(truth, forecast, (2, 0.5)).thresholds == (0.5, 2.0)
    one, several = contingency(truth, forecast, 0.5), contingency(truth, forecast, (2, 0.5))
    np.testing.assert_array_equal(one.hits[:, 0], several.hits[:, 0])


def test_float32_and_whole_numbers():
    truth, forecast = rain_pair(missing=0)
    halves = np.round(truth * 2).astype("uint8"), np.round(forecast * 2).astype("float32")
    table = contingency(*halves, 3)
    assert table.hits.sum() == ((halves[0] >= 3) & (halves[1] >= 3)).sum() > 0


@pytest.mark.parametrize(
    "change, message",
    [
        ({"thresholds": ()}, r"thresholds=\(\).*at least one number"),
        ({"thresholds": [1, 1.0]}, r"some of which are equal.*once"),
        ({"thresholds": [1, "2"]}, r"thresholds='2'.*finite number"),
        ({"event": "=="}, r"event='=='.*one of '>=', '>'"),
        ({"y_pred": np.zeros((1, 1, 2, 3, 1))}, r"\(1, 1, 2, 3, 1\).*one shape.*grid"),
        ({"y_true": np.zeros((1, 2, 2, 1))}, r"y_true of shape \(1, 2, 2, 1\), rank 4"),
        ({"y_pred": np.full((1, 1, 2, 2, 1), np.inf)}, r"inf in y_pred.*finite values"),
    ],
)
def test_refusals(change, message):
    frames = np.zeros((1, 1, 2, 2, 1))
    refused(message, contingency, **{"y_true": frames, "y_pred": frames, "thresholds": 1, **change})


def test_tables_of_other_thresholds_do_not_add():
    truth, forecast = rain_pair()
    one, other = contingency(truth, forecast, 1), contingency(truth, forecast, 2)
    refused(r"thresholds \(1\.0,\) and \(2\.0,\)", lambda: one + other)
