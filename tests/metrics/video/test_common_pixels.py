import numpy as np
import pytest

from st_keras.metrics.video import common_pixels, score_forecasts
from tests.metrics.video.frame_pairs import frame_pair
from tests.refusals import refused


def test_methods_are_scored_on_the_values_that_all_know():
    truth, forecast = frame_pair()
    truth[0, 0, 0] = np.nan
    first, second = forecast.copy(), forecast[::-1].copy()
    first[1, 2, 3:5], second[:, :, :, 0] = np.nan, np.nan
    kept, share = common_pixels(truth, {"first": first, "second": second})
    known = ~np.isnan(truth) & ~np.isnan(first) & ~np.isnan(second)
    np.testing.assert_array_equal(kept, np.where(known, truth, np.nan))
    assert share == pytest.approx(known.sum() / (~np.isnan(truth)).sum())
    for frames in (first, second):
        assert np.isfinite(score_forecasts(kept, frames, 1.0)["mse"]).all()


def test_without_nan_the_truth_is_given_back():
    truth, forecast = frame_pair()
    kept, share = common_pixels(truth, {"a": forecast})
    assert kept is truth and share == 1.0


def test_bytes_become_floats_where_something_is_left_out():
    truth = np.full((1, 1, 2, 2, 1), 7, "uint8")
    forecast = np.ones(truth.shape)
    assert common_pixels(truth, {"a": forecast})[0].dtype == "uint8"
    forecast[0, 0, 0, 0] = np.nan
    kept, share = common_pixels(truth, {"a": forecast})
    assert kept.dtype == "float32" and np.isnan(kept).sum() == 1 and share == 0.75


def test_refusals():
    truth, forecast = frame_pair()
    refused(
        r"common_pixels: received 'a' of shape \(1, 4, .*arrays of one shape .*these very frames",
        common_pixels, truth, {"a": forecast[:1]},
    )  # fmt: skip
    first, second = forecast.copy(), forecast.copy()
    first[:, :2], second[:, 2:] = np.nan, np.nan
    refused(
        r"common_pixels: received the forecasts a, b, one of which is NaN .*Leave out the method",
        common_pixels, truth, {"a": first, "b": second},
    )  # fmt: skip
