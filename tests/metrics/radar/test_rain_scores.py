"""All scores of a protocol, and the rows of persistence that it is known by."""

import dataclasses

import numpy as np
import pytest

from st_keras.metrics.radar import (
    PROTOCOLS,
    contingency,
    contingency_scores,
    fss,
    rain_errors,
    rain_sums,
    score_rain,
)
from st_keras.metrics.shown_scores import name_of
from tests.metrics.radar.rain_fields import rain_pair
from tests.metrics.radar.shared_data import shared_data
from tests.refusals import refused

PROTOCOL = PROTOCOLS["radar-60min-v1"]


def test_each_score_is_that_of_its_own_function():
    truth, forecast = rain_pair()
    found = score_rain(truth, forecast)["leads"]
    of_counts = contingency_scores(contingency(truth, forecast, (0.5, 1, 2, 5)))
    for name, values in of_counts.items():
        for k, threshold in enumerate(("0.5", "1", "2", "5")):
            np.testing.assert_array_equal(found[f"{name}@{threshold}"], values[:, k])
    np.testing.assert_allclose(found["fss@1/5px"], fss(truth, forecast, 1, 5)[:, 0, 0], rtol=1e-12)
    for name, values in rain_errors(truth, forecast).items():
        np.testing.assert_allclose(found[name], values, rtol=1e-12)
    assert len(found) == 12 * 4 + 1 + 4


def test_means_leave_empty_lead_times_out():
    truth, forecast = rain_pair()
    forecast[:, 1] = 0.0
    scores = score_rain(truth, forecast)
    far = scores["leads"]["far@1"]
    assert np.isnan(far).tolist() == [False, True, False, False]
    assert scores["mean"]["far@1"] == pytest.approx(far[[0, 2, 3]].mean())
    assert scores["protocol"] == "radar-60min-v1"


def test_nan_in_a_forecast_is_no_rain():
    truth, forecast = rain_pair()
    unknown = np.where(forecast > 2, np.nan, forecast)
    found, dry = score_rain(truth, unknown), score_rain(truth, np.where(forecast > 2, 0, forecast))
    for name, values in found["leads"].items():
        np.testing.assert_array_equal(values, dry["leads"][name])


def test_batches_of_windows_are_put_together():
    truth, forecast = rain_pair(batch=5)
    whole = rain_sums(truth, forecast)
    parts = rain_sums(truth[:2], forecast[:2]).joined(rain_sums(truth[2:], forecast[2:]))
    assert parts.windows == whole.windows == 5
    for name, array in whole.arrays.items():
        np.testing.assert_array_equal(array, parts.arrays[name])
    refused(r"4 lead times.*2 lead times", parts.joined, rain_sums(truth[:, :2], forecast[:, :2]))


def test_a_protocol_of_the_users_own():
    own = dataclasses.replace(PROTOCOL, name="hail", thresholds=(20.0,), scales=(1, 3))
    found = score_rain(*rain_pair(), own)
    assert found["protocol"] == "hail"
    assert {"csi@20", "fss@1/1px", "fss@1/3px"} < set(found["leads"])


def test_windows_of_the_protocol():
    assert len(PROTOCOL.window_starts(40)) == 12 and len(PROTOCOL.window_starts(52)) == 18
    assert PROTOCOL.window_starts(17) == []


def test_names_in_tables_and_curves():
    assert [name_of(n) for n in ("csi@0.5", "fss@1/5px", "frequency_bias@2")] == [
        "CSI at 0.5",
        "FSS at 1/5px",
        "frequency bias at 2",
    ]


def test_refusals():
    frames = np.zeros((1, 2, 3, 3, 1))
    refused(r"protocol='radar'.*'radar-60min-v1'", score_rain, frames, frames, "radar")
    refused(r"in .mm/h. for frames in .dBZ.", score_rain, frames, frames, units="dBZ")
    refused(r"one shape.*grid of the truth", score_rain, frames, frames[:, :, :2])


# CSI at 1 mm/h at the leads 1, 6, 12 and the mean; CSI at 0.5, 2, 5; POD, FAR; FSS; MAE; ratio.
PERSISTENCE = {
    "fmi_20160928": "0.667 0.388 0.278 0.406 0.602 0.194 0.080 0.55 0.41 0.785 0.305 0.98",
    "fmi_20170509": "0.380 0.018 0.030 0.071 0.121 0.031 0.000 0.12 0.88 0.531 0.120 0.98",
    "knmi_first52": "0.468 0.175 0.077 0.192 0.285 0.115 0.026 0.31 0.68 0.489 0.351 0.98",
    "knmi_last40": "0.608 0.253 0.181 0.293 0.458 0.148 0.046 0.44 0.56 0.609 0.439 1.01",
    "mrms_2min": "0.912 0.654 0.485 0.660 0.711 0.573 0.381 0.79 0.22 0.949 0.564 1.02",
}
MEANS = ("csi@1", "csi@0.5", "csi@2", "csi@5", "pod@1", "far@1", "fss@1/5px", "mae", "ratio")


@pytest.mark.needs_data
@pytest.mark.parametrize("series", PERSISTENCE)
def test_rows_of_persistence(series):
    rain = _rain_of(series)
    starts = PROTOCOL.window_starts(len(rain))
    truth = np.stack([rain[s + 6 : s + 18] for s in starts])[..., None]
    forecast = np.stack([np.repeat(rain[s + 5 : s + 6], 12, axis=0) for s in starts])[..., None]
    scores = score_rain(truth, forecast, units="mm/h")
    found = [scores["leads"]["csi@1"][k] for k in (0, 5, 11)]
    found += [scores["mean"][name] for name in MEANS]
    expected = [float(x) for x in PERSISTENCE[series].split()]
    digits = [3] * 7 + [2, 2, 3, 3, 2]
    for ours, row, places in zip(found, expected, digits, strict=True):
        assert abs(ours - row) <= 10.0**-places, (found, expected)


def _rain_of(series):
    """Rain (T, 128, 128) in mm/h, NaN where a pixel of a block is missing."""
    source, part = series.split("_")
    if source == "fmi":
        with np.load(shared_data("radar_fmi_2016_2017_5min.npz")) as file:
            codes = file[f"dbz_code_{part}"]
        rain = (10 ** ((codes.astype(float) - 64) / 20) / 223) ** (1 / 1.53)
        rain = np.where(codes == 0, 0.0, np.where(codes == 255, np.nan, rain))
    elif source == "mrms":
        with np.load(shared_data("radar_mrms_20190610_2min_3win.npz")) as file:
            codes = file["rate_tenths_mm_per_h"][2]
        # Divided after the mean of blocks, or a value on a threshold may miss it.
        return codes.reshape(len(codes), 128, 4, 128, 4).mean(axis=(2, 4)) / 10
    else:
        with np.load(shared_data("radar_knmi_20100826_5min.npz")) as file:
            codes = file["precip_hundredths_mm"][:, 172:684, 113:625]
        codes = codes[:52] if part == "first52" else codes[52:92]
        rain = np.where(codes == 65535, np.nan, codes * 0.12)
    return rain.reshape(len(rain), 128, 4, 128, 4).mean(axis=(2, 4))
