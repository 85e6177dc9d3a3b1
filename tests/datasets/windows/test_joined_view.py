"""Sequences of different length."""

import numpy as np

from st_keras.datasets import SequenceDataset
from st_keras.datasets.windows.frame_view import view_frames
from tests.datasets.lazy_sources import Lazy
from tests.refusals import refused

RNG = np.random.default_rng(0)
EVENTS = [RNG.random((length, 6, 8)).astype("float32") for length in (9, 5, 12)]


def test_reads_each_sequence():
    view = view_frames("here", EVENTS)
    assert (view.shape, view.lengths) == ((3, 12, 6, 8, 1), [9, 5, 12])
    for n, event in enumerate(EVENTS):
        np.testing.assert_array_equal(view.read(n, 1, 4)[..., 0], event[1:4])


def test_files_of_one_length_stay_in_their_files():
    sources = [Lazy(EVENTS[0]), Lazy(EVENTS[0] + 1)]
    view = view_frames("here", sources)
    view.read(1, 0, 2)
    assert view.shape == (2, 9, 6, 8, 1) and sources[1].largest == 2 * 6 * 8


def test_arrays_in_memory_of_one_length_are_stacked_as_before():
    assert view_frames("here", [EVENTS[0], EVENTS[0]]).axes == "NTHW"


def test_sequences_that_differ_in_more_than_length():
    refused(
        "6, 8, 1.*of float32 in sequence 0.*6, 9, 1",
        view_frames,
        "h",
        [EVENTS[0], EVENTS[1][:, :, [0] * 9]],
    )
    refused("float32 in sequence 0.*float64", view_frames, "h", [EVENTS[0], EVENTS[1].astype("f8")])


def test_windows_of_sequences_of_different_length():
    data = SequenceDataset.from_arrays(EVENTS, 2, 3)
    assert len(data) == (9 - 4) + (5 - 4) + (12 - 4)
    np.testing.assert_array_equal(data.window(5)[..., 0], EVENTS[1])
    assert data.value_range == (min(e.min() for e in EVENTS), max(e.max() for e in EVENTS))
    parts = data.split(by="sequence")
    assert [part.spans for part in parts] == [[(0, 0, 9)], [(1, 0, 5)], [(2, 0, 12)]]
    assert data.fingerprint() != SequenceDataset.from_arrays(EVENTS[::-1], 2, 3).fingerprint()
    refused("sequences of 12 frames.*= 13 frames", SequenceDataset.from_arrays, EVENTS, 10, 3)


def test_times_of_sequences_of_different_length():
    times = [
        np.datetime64("2026-06-01") + np.arange(len(e)) * np.timedelta64(5, "m") for e in EVENTS
    ]
    times[2][6:] += np.timedelta64(1, "h")
    data = SequenceDataset.from_arrays(EVENTS, 2, 3, times=times)
    assert data.windows_across_gaps == 4
    assert data.times(0).tolist() == times[0][:5].tolist()
    refused(
        "times of shape .9, 12, 5. for 3 sequence.* of 5 to 12 frames",
        lambda: SequenceDataset.from_arrays(EVENTS, 2, 3, times=[times[n] for n in (0, 2, 1)]),
    )
