"""Times decide where frames stand: repetitions, gaps of some scans, and what is refused."""

import numpy as np

from st_keras.datasets.windows.frame_placing import place_in_time
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.datasets.windows.time_steps import read_times
from tests.refusals import refused

START = np.datetime64("2026-06-01T00:00")


def placed(values, minutes, most=0, source_of=None):
    frames = np.asarray(values, "float32")[:, None, None] * np.ones((2, 3), "float32")
    view = view_frames("here", frames, "THW")
    steps = read_times("here", START + np.array(minutes, "m8[m]"), view.lengths)
    return place_in_time("here", view, steps, most, source_of)


def read(placing):
    return placing.view.read(0, 0, placing.view.lengths[0])[:, 0, 0, 0].tolist()


def test_nothing_to_do_leaves_the_view_as_it_is():
    placing = placed([1, 2, 3, 4], [0, 5, 10, 30])
    assert (placing.repeated, placing.missing_scans) == (0, 0)
    assert read(placing) == [1, 2, 3, 4] and type(placing.view).__name__ == "FrameView"


def test_equal_frames_of_one_time_are_dropped_and_counted():
    placing = placed([1, 2, 2, 2, 3], [0, 5, 5, 5, 10])
    assert (placing.repeated, read(placing)) == (2, [1, 2, 3])
    assert np.diff(placing.steps.times[0]).astype(int).tolist() == [5, 5]
    nan = float("nan")
    assert read(placed([1, nan, nan, 3], [0, 5, 5, 10]))[::2] == [1, 3]


def test_unequal_frames_of_one_time_are_refused_with_both_places():
    text = refused("two different frames of 2026-06-01T00:05", placed, [1, 2, 3], [0, 5, 5])
    assert "frame 1 of sequence 0 and frame 2 of sequence 0" in text
    names = ["a.h5", "b.h5", "c.h5"].__getitem__
    refused("b.h5 and c.h5.*Leave one of them out", placed, [1, 2, 3], [0, 5, 5], 0, names)


def test_short_gaps_hold_missing_scans():
    minutes = [0, 5, 10, 20, 25, 40, 45, 65]
    values = range(1, 9)
    nan = [None]

    def filled(most):
        placing = placed(values, minutes, most)
        frames = [None if np.isnan(value) else value for value in read(placing)]
        return placing.missing_scans, frames

    assert filled(0) == (0, list(values))
    assert filled(1) == (1, [1, 2, 3, *nan, 4, 5, 6, 7, 8])
    assert filled(2) == (3, [1, 2, 3, *nan, 4, 5, *nan * 2, 6, 7, 8])
    count, frames = filled(3)
    assert (count, len(frames)) == (6, 14)
    steps = placed(values, minutes, 3).steps
    assert not steps.unusual[0].any() and steps.times[0][-1] == START + np.timedelta64(65, "m")


def test_a_gap_of_no_whole_steps_stays_one():
    placing = placed([1, 2, 3, 4, 5], [0, 5, 10, 22, 27], most=9)
    assert placing.missing_scans == 0 and placing.steps.unusual[0].tolist() == [0, 0, 1, 0]


def test_backwards_and_never_on():
    refused("run backwards: frame 2 of sequence 0", placed, [1, 2, 3], [0, 10, 5])
    refused(
        "c.h5 is of 2026", placed, [1, 2, 3], [0, 10, 5], 0, ["a.h5", "b.h5", "c.h5"].__getitem__
    )
    refused("never go on", placed, [1, 1], [5, 5])
