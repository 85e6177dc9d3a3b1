"""The truth of a file's forecasts, by their valid times."""

import numpy as np

from st_keras.datasets import SequenceDataset, open_forecast, truth_of, write_forecast
from tests.datasets.forecast_files.forecasts import STEP, rain
from tests.refusals import refused

START = np.datetime64("2026-06-01T12:00")
CODES = np.random.default_rng(0).integers(0, 200, (12, 6, 5)).astype("uint8")
CODES[3, 2, 2] = 255


def archive(frames=CODES, minutes=None, **reading):
    minutes = np.arange(len(frames)) * 5 if minutes is None else np.asarray(minutes)
    given = {"times": START + minutes.astype("m8[m]"), "axes": "THW", "units": "mm/h"}
    return SequenceDataset.from_arrays(frames, 1, 1, **given | reading)


def forecast(folder, starts, size=(6, 5), **kwargs):
    given = {"step": STEP, "units": "mm h-1", "reference_time": START + np.array(starts) * STEP}
    path = folder / f"{len(list(folder.iterdir()))}.nc"
    return open_forecast(write_forecast(path, rain(len(starts), 3, *size, 1), **given | kwargs))


def test_frames_of_overlapping_forecasts_with_their_holes(tmp_path):
    found = truth_of(forecast(tmp_path, [0, 1, 5]), archive(missing_value=255, missing="mask"))
    expected = np.stack([CODES[k + 1 : k + 4] for k in (0, 1, 5)])[..., None].astype("float32")
    expected[expected == 255] = np.nan
    np.testing.assert_array_equal(found, expected)
    assert np.isnan(found).sum() == 2
    dropped = archive(missing_value=255, missing="drop")
    np.testing.assert_array_equal(truth_of(forecast(tmp_path, [0, 1, 5]), dropped), expected)


def test_a_scan_that_is_not_there_is_missing(tmp_path):
    minutes = [0, 5, 10, 20, 25, 30, 35]
    found = truth_of(forecast(tmp_path, [0, 4]), archive(CODES[[0, 1, 2, 4, 5, 6, 7]], minutes))
    np.testing.assert_array_equal(found[0, :2, ..., 0], CODES[1:3])
    assert np.isnan(found[0, 2]).all() and not np.isnan(found[1]).any()


def test_several_sequences_one_forecast_and_members(tmp_path):
    times = START + np.arange(12).reshape(2, 6) * np.array([[STEP], [STEP]])
    events = archive(CODES.reshape(2, 6, 6, 5), times=times, axes="NTHW")
    one = forecast(tmp_path, [6], axes="MTHWC", reference_time=START + 6 * STEP)
    assert one.axes == "MTHWC"
    np.testing.assert_array_equal(truth_of(one, events)[..., 0], CODES[7:10])


def test_what_does_not_fit(tmp_path):
    data = archive()
    refused("6 x 4 pixels for a truth of 6 x 5", truth_of, forecast(tmp_path, [0], (6, 4)), data)
    nowhen = forecast(tmp_path, [0], reference_time=None)
    refused("truth_of: received forecasts whose times are not known", truth_of, nowhen, data)
    refused("a truth whose times", truth_of, forecast(tmp_path, [0]), archive(times=None))
    other = forecast(tmp_path, [0], units="dBZ")
    refused("forecasts in 'dBZ' for a truth in 'mm/h'", truth_of, other, data)
    late = forecast(tmp_path, [100])
    refused("for 2026-06-01T20:25:00 to .*has no frame.*UTC", truth_of, late, data)
    both = archive(np.stack([CODES, CODES[::-1]], -1), axes="THWC")
    refused("forecasts of 1 channel.*truth of 2", truth_of, forecast(tmp_path, [0]), both)
