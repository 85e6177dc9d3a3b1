"""Times of frames: the usual step, gaps, and what is refused."""

import numpy as np
import pytest

from st_keras.datasets.windows.time_steps import check_ascending, read_times
from tests.refusals import refused

START = np.datetime64("2026-06-01T00:00")


def minutes(*values, unit="m"):
    return START + np.array(values).astype(f"m8[{unit}]")


def ascending(times, lengths):
    check_ascending("here", read_times("here", times, lengths))


def refuses(match, times, lengths=(4,)):
    assert refused(match, ascending, times, lengths).startswith("here: ")


def test_the_usual_step_and_all_others():
    steps = read_times("here", minutes(0, 5, 10, 20, 25, 25, 27, 32), [8])
    assert steps.usual == np.timedelta64(5, "m")
    assert [each.tolist() for each in steps.unusual] == [
        [False, False, True, False, True, True, False]
    ]
    assert steps.count([(0, 0, 8)]) == {"gaps": 1, "duplicates": 1, "shorter": 1}
    assert steps.count([(0, 0, 4), (0, 4, 8)]) == {"gaps": 1, "duplicates": 1, "shorter": 1}
    assert steps.count([(0, 0, 3), (0, 3, 8)])["gaps"] == 0
    assert steps.count([]) == {"gaps": 0, "duplicates": 0, "shorter": 0}


def test_of_all_sequences_together():
    times = np.stack([minutes(0, 5, 10, 15), minutes(0, 10, 20, 25)])
    steps = read_times("here", times, [4, 4])
    assert steps.usual == np.timedelta64(5, "m")
    assert [each.tolist() for each in steps.unusual] == [[False] * 3, [True, True, False]]


def test_one_row_of_times_for_all_sequences():
    steps = read_times("here", minutes(0, 5, 15, 20), [4, 4, 4])
    assert [each.tolist() for each in steps.unusual] == [[False, True, False]] * 3
    assert (
        steps.fingerprint()
        == read_times("here", np.stack([minutes(0, 5, 15, 20)] * 3), [4, 4, 4]).fingerprint()
    )
    assert steps.fingerprint() != read_times("here", minutes(0, 5, 15, 25), [4, 4, 4]).fingerprint()


def test_the_shortest_of_the_commonest():
    assert read_times("here", minutes(0, 10, 15), [3]).usual == np.timedelta64(5, "m")


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (minutes(0, 5, 10, 15), "5 minutes"),
        (minutes(0, 5, 10, 15).astype("M8[ns]"), "5 minutes"),
        (minutes(0, 60, 120, 180), "1 hours"),
        (minutes(0, 90, 180, 270), "90 minutes"),
        (np.arange(4).astype("M8[M]"), "1 months"),
        (np.arange(4).astype("M8[D]"), "1 days"),
        (np.arange(4).astype("M8[us]"), "1 microseconds"),
        (np.arange(4).astype("M8[ps]"), "1 picoseconds"),
    ],
)
def test_said_in_words(times, said):
    assert read_times("here", times, [4]).say_usual() == said


def test_nothing_is_known_without_times():
    assert read_times("here", None, [4]) is None


def test_refusals():
    refuses(r"times of dtype int64.*datetime64.*numpy.asarray\(times, 'datetime64", np.arange(4))
    refuses("times of dtype object", [None] * 4)
    refuses("times of dtype", ["2026-06-01"] * 4)
    refuses(r"shape \(3,\) for 1 sequence.* of 4 frames.*\(1, 4\), or \(4,\)", minutes(0, 5, 10))
    refuses(r"shape \(4, 1\)", minutes(0, 5, 10, 15)[:, None])
    refuses(r"shape \(\)", START)
    lost = minutes(0, 5, 10, 15)
    lost[2] = "NaT"
    refuses(r"NaT\), the first of frame 2 of sequence 0", lost)
    refuses(
        "run backwards: frame 2 of sequence 0 is of 2026-06-01T00:03, the one before of "
        "2026-06-01T00:05.*ascending.*argsort",
        minutes(0, 5, 3, 15),
    )
    refuses("never go on.*too coarse", minutes(7, 7, 7, 7))
