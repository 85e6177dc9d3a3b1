"""Splits by event, by days and by date: no frame in two parts, whatever gaps there are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets import SequenceDataset
from st_keras.datasets.windows.sequence_split import split_before, split_spans, stretches
from st_keras.datasets.windows.window_cutter import WindowCutter
from tests.refusals import refused

START = np.datetime64("2026-06-01T00:00")
FRAMES = np.random.default_rng(0).random((240, 3, 4))


def dataset(times, **kwargs):
    return SequenceDataset.from_arrays(
        FRAMES[: len(times)], 2, 2, times=times, axes="THW", **kwargs
    )


def frames_of(part):
    """The times of all frames that windows of a part hold."""
    return {time for i in range(len(part)) for time in part.times(i).tolist()}


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.sampled_from([1] * 12 + [4, 30]), min_size=60, max_size=160),
    by=st.sampled_from(["event", "days", "time", "date"]),
    days=st.integers(1, 3),
    validation=st.sampled_from([0.1, 0.2, 0.4]),
)
def test_no_frame_is_in_two_parts(gaps, by, days, validation):
    times = START + np.cumsum([0, *gaps]).astype("m8[h]")
    data = dataset(times)
    dates = times[[len(times) // 2, 3 * len(times) // 4]]
    how = {"before": dates} if by == "date" else {"by": by, "days": days}
    try:
        parts = data.split(validation, 0.2, **how)
    except ValueError as refusal:  # too few events, days or windows for three parts
        assert "Required: " in str(refusal)
        return
    seen = [frames_of(part) for part in parts]
    assert all(seen)
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]
    if by == "date":
        first, second = (date.tolist() for date in dates)
        assert max(seen[0]) < first <= min(seen[1]) and max(seen[1]) < second <= min(seen[2])
    if by == "days":
        blocks = [{(time - START.tolist()).days for time in each} for each in seen]
        number = [
            {(np.datetime64(time, "D").astype(int) // days) for time in each} for each in seen
        ]
        assert blocks and not number[0] & number[1] and not number[1] & number[2]


def test_an_event_is_whole():
    times = START + np.concatenate([100 * k + np.arange(10) for k in range(10)]).astype("m8[h]")
    train, validation, test = dataset(times).split(0.2, 0.2, by="event")
    assert [len(part.spans) for part in (train, validation, test)] == [6, 2, 2]
    assert all(
        stop - start == 10 for part in (train, validation, test) for _, start, stop in part.spans
    )
    assert test.spans[-1] == (0, 90, 100)
    assert train.windows_across_gaps == 0


def test_stretches():
    unusual = [np.array([0, 0, 1, 0], bool), np.array([1, 0], bool)]
    assert stretches([(0, 0, 5), (1, 0, 3)], unusual) == [
        (0, 0, 3),
        (0, 3, 5),
        (1, 0, 1),
        (1, 1, 3),
    ]
    assert stretches([(0, 3, 5)], unusual) == [(0, 3, 5)]


def test_days_are_given_in_turn():
    times = START + np.arange(24 * 10).astype("m8[h]")
    parts = dataset(times).split(0.2, 0.2, by="days")
    days = [sorted({time.day for time in frames_of(part)}) for part in parts]
    assert [len(each) for each in days] == [6, 2, 2]
    assert max(days[0]) > min(days[2]) and max(days[1]) > min(days[0])
    pairs = dataset(times).split(0.2, 0.2, by="days", days=2)
    assert [len({time.day for time in frames_of(part)}) for part in pairs] == [6, 2, 2]


def test_blocks_of_sequences_recorded_together_stay_together():
    times = START + np.arange(24 * 6).astype("m8[h]")
    data = SequenceDataset.from_arrays(
        np.random.default_rng(0).random((2, 144, 3, 4)), 2, 2, times=times, axes="NTHW"
    )
    seen = [frames_of(part) for part in data.split(0.2, 0.2, by="days")]
    assert not seen[0] & seen[1] and not seen[0] & seen[2] and not seen[1] & seen[2]


def test_one_date():
    times = START + np.arange(48).astype("m8[h]")
    train, validation, test = dataset(times).split(before="2026-06-02")
    assert test is None and len(train) == len(validation) == 21
    assert (
        split_before([(0, 0, 48)], WindowCutter(4), [times], np.datetime64("2026-06-02"))[2] is None
    )


def test_refusals():
    times = START + np.arange(48).astype("m8[h]")
    data, plain = dataset(times), SequenceDataset.from_arrays(FRAMES, 2, 2, axes="THW")
    refused("by='event' of frames whose times are not known", plain.split, by="event")
    refused("by='days' of frames whose times", plain.split, by="days")
    refused("before='2026-06-02' of frames whose times", plain.split, before="2026-06-02")
    refused("before=.'2026-06-03', '2026-06-01'.", data.split, before=("2026-06-03", "2026-06-01"))
    refused("before='tomorrow'", data.split, before="tomorrow")
    refused("before=", data.split, before=("2026-06-01", "2026-06-02", "2026-06-03"))
    refused("days=0", data.split, by="days", days=0)
    refused("2 blocks of days.*at least 3", data.split, by="days")
    refused("1 sequences.*at least 3", data.split, by="event")
    refused("a train part without a whole window", data.split, before="2026-05-01")
    refused("by='week'", split_spans, [(0, 0, 48)], WindowCutter(4), 0.1, 0.1, "week")
