"""Windows that are left out: those that hold a missing value or cross a gap in time."""

import json
import warnings

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.datasets.test_sequence_dataset import from_arrays, refuses
from tests.refusals import refused

RAIN = np.random.default_rng(0).integers(0, 40, (1, 60, 5, 6), "int16")
SCANS = np.datetime64("2026-06-01T00:00") + 5 * np.r_[0:25, 30:65].astype("m8[m]")


def test_windows_with_missing_values_are_left_out_and_counted():
    rain = RAIN.copy()
    rain[0, 10, 2, 3], rain[0, 50] = -9999, -9999
    data = from_arrays(rain, 2, 3, missing_value=-9999)
    assert data.value_range == (0.0, 39.0)
    assert (len(data), data.windows_with_missing, data.windows_across_gaps) == (46, 10, 0)
    assert data.card()["missing_value"] == -9999 and data.card()["missing_values"] == 31
    assert "missing  31 values of -9999" in data.summary()
    assert "windows  46 of 2 + 3 frames, stride 1; left out: 10 with missing" in data.summary()
    assert np.concatenate(list(data.as_dataset(7))).min() == 0
    parts = data.split()
    assert [part.windows_with_missing for part in parts] == [5, 1, 0]
    for part in (*parts, data.spread(9), data.part([(0, 8, 30)], "test")):
        assert min(part.window(i).min() for i in range(len(part))) >= 0
        assert part.value_range[0] >= 0


def test_missing_values_at_the_cut_of_a_split():
    rain = RAIN.copy()
    rain[0, 40:] = -9999
    rain[0, 44:50], rain[0, 52:59] = 7, 8
    parts = from_arrays(rain, 2, 3, missing_value=-9999).split()
    assert all(len(part) for part in parts)
    spans = [span for part in parts for span in part.spans]
    assert spans[0][2] == spans[1][1] and spans[1][2] == spans[2][1]


def test_nan_may_be_what_is_missing():
    rain = RAIN.astype("float32")
    rain[0, 30, 0, 0] = np.nan
    refuses("1 NaN or infinite values", rain)
    data = from_arrays(rain, 2, 3, missing_value=float("nan"))
    assert (data.windows_with_missing, data.value_range) == (5, (0.0, 39.0))
    assert json.loads(json.dumps(data.card(), allow_nan=False))["missing_value"] == "nan"


def test_no_whole_window():
    rain = RAIN.copy()
    rain[:, :, 0, 0] = -9999
    data = from_arrays(rain, 2, 3, missing_value=-9999)
    assert len(data) == 0 and data.value_range == (0.0, 39.0)
    assert "windows  0 of 2 + 3 frames, stride 1; left out: 56 with missing" in data.summary()
    for call in (
        lambda: data.window(0),
        lambda: data.as_dataset(2),
        lambda: data.split(),
        lambda: data.spread(3),
        lambda: data.part([(0, 0, 20)], "test"),
        lambda: from_arrays(rain, 2, 3, missing_value=-9999, split="train"),
    ):
        with pytest.raises(ValueError, match="windows, none of them whole: ") as info:
            call()
        text = str(info.value)
        assert "cross" not in text
        assert "hold the missing value -9999. Required: 5 frames in a row" in text
    scattered = SCANS + np.arange(60).astype("m8[m]") // 4 * 4
    gappy = from_arrays(RAIN, 2, 3, times=scattered)
    refused(r"56 windows, none of them whole: 56 cross a gap in time\.", gappy.window, 0)


def test_a_code_that_nobody_names_is_warned_of_where_the_dataset_is_made():
    rain = RAIN.copy()
    rain[0, 3, :2, :2] = -9999
    with pytest.warns(UserWarning, match="SequenceDataset: received frames in which -9999") as said:
        from_arrays(rain, 2, 3)
    assert [warning.filename for warning in said] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        from_arrays(rain, 2, 3, missing_value=-9999)


def test_no_window_crosses_a_gap():
    frames = np.arange(60)[:, None, None] * np.ones((60, 5, 6))
    data = from_arrays(frames, 3, 3, times=SCANS)
    assert (len(data), data.windows_across_gaps) == (50, 5)
    assert "times    a step of 5 minutes; 1 gaps, 0 duplicates, 0 shorter" in data.summary()
    assert "left out: 5 across gaps" in data.summary()
    card = json.loads(json.dumps(data.card()))
    assert card["unusual_steps"]["gaps"] == 1 and card["windows_across_gaps"] == 5
    parts = data.split()
    assert sum(part.windows_across_gaps for part in parts) == 5
    for part in (data, *parts):
        for i in range(len(part)):
            numbers = part.window(i)[:, 0, 0, 0].astype(int)
            assert (np.diff(SCANS[numbers]) == np.timedelta64(5, "m")).all()
    other = from_arrays(frames, 3, 3, times=SCANS + np.timedelta64(1, "m"))
    assert other.card()["times_fingerprint"] != card["times_fingerprint"]
    assert other.fingerprint() == data.fingerprint()


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.sampled_from([0, 5, 5, 5, 5, 10, 3]), min_size=8, max_size=40),
    stride=st.integers(1, 3),
    holes=st.sets(st.integers(0, 40), max_size=3),
    shared=st.booleans(),
)
def test_windows_are_whole_whatever_the_times(steps, stride, holes, shared):
    times = np.datetime64("2026-06-01T00:00") + np.cumsum([0, *steps]).astype("m8[m]")
    if not any(steps):
        return
    distinct, frame_of = np.unique(times, return_inverse=True)
    length = len(distinct)
    numbers = 1 + np.arange(2 * length).reshape(2, length)[:, frame_of]
    frames = np.broadcast_to(numbers[..., None, None], (2, len(times), 2, 2)).copy()
    for hole in holes:
        frames[1, frame_of == hole % length, 0, 1] = 0
    both = times if shared else np.stack([times, times + np.timedelta64(1, "D")])
    if length < 4:
        return
    data = from_arrays(frames, 2, 2, stride, axes="NTHW", times=both, missing_value=0)
    counts = {step: np.diff(distinct).astype(int).tolist().count(step) for step in (3, 5, 10)}
    usual = max(counts, key=counts.get)
    seen = []
    for i in range(len(data)):
        window = data.window(i)
        assert window.min() > 0
        places = window[:, 0, 0, 0].astype(int) - 1
        assert set(np.diff(distinct[places % length]).astype(int)) == {usual}
        seen.append(places[0])
    assert len(seen) == len(set(seen))
    assert data.card()["repeated_frames"] == 2 * (len(times) - length)
    total = 2 * len(range(0, length - 3, stride))
    assert len(data) + data.windows_across_gaps + data.windows_with_missing == total


def test_bad_times_and_missing_values():
    refuses("times of shape .59,. for 1 sequence.s. of 60", RAIN, times=SCANS[:-1])
    refuses("times that run backwards", RAIN, times=SCANS[::-1])
    refuses("missing_value=0.5 for frames of int16", RAIN, missing_value=0.5)
    refuses("missing_value='none'", RAIN, missing_value="none")
    with h5py.File("closed", "w", driver="core", backing_store=False) as file:
        rain = file.create_dataset("rain", data=RAIN)
    refuses("cannot be read .ValueError.*Keep the file open", rain)
