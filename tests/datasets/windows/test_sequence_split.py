import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from st_keras.datasets.windows import sequence_split
from st_keras.datasets.windows.window_cutter import WindowCutter
from tests.refusals import refused

FRACTION = st.sampled_from([0, 0.01, 0.1, 0.15, 0.3, 0.45])


def split_spans(spans, window, *args, **kwargs):
    """The same with a number of frames in place of a cutter."""
    return sequence_split.split_spans(spans, WindowCutter(window), *args, **kwargs)


def spans_of(count, length):
    return [(n, 0, length) for n in range(count)]


def refuses(match, *args, **kwargs):
    assert refused(match, split_spans, *args, **kwargs).startswith("SequenceDataset.split: ")


@settings(max_examples=300)
@given(
    count=st.integers(1, 12),
    length=st.integers(1, 80),
    window=st.integers(1, 20),
    validation=FRACTION,
    test=FRACTION,
    by=st.sampled_from(["auto", "sequence", "time"]),
)
def test_parts_are_complete_disjoint_and_long_enough(count, length, window, validation, test, by):
    assume(window <= length)
    spans = spans_of(count, length)
    needed = 1 + (validation > 0) + (test > 0)
    by_sequence, by_time = count >= needed, length >= needed * window
    if not {"sequence": by_sequence, "time": by_time, "auto": by_sequence or by_time}[by]:
        refuses("at least", spans, window, validation, test, by)
        return
    parts = split_spans(spans, window, validation, test, by)
    assert [part is None for part in parts] == [False, validation == 0, test == 0]
    frames = [(n, t) for part in parts if part for n, a, b in part for t in range(a, b)]
    assert sorted(frames) == [(n, t) for n in range(count) for t in range(length)]
    assert all(b - a >= window for part in parts if part for _, a, b in part)
    assert all(part for part in parts if part is not None)
    if by == "sequence":
        assert frames == sorted(frames)


def test_auto_goes_by_sequence_when_each_fraction_is_a_whole_one():
    train, validation, test = split_spans(spans_of(20, 60), 20, 0.15, 0.15)
    assert [len(part) for part in (train, validation, test)] == [14, 3, 3]
    assert test == [(17, 0, 60), (18, 0, 60), (19, 0, 60)]


def test_auto_goes_by_time_for_few_long_sequences():
    train, validation, test = split_spans(spans_of(2, 100), 10, 0.2, 0.1)
    assert train == [(0, 0, 70), (1, 0, 70)]
    assert validation == [(0, 70, 90), (1, 70, 90)] and test == [(0, 90, 100), (1, 90, 100)]


def test_auto_falls_back_to_sequences_when_they_are_short():
    parts = split_spans(spans_of(3, 36), 20, 0.15, 0.15)
    assert parts == ([(0, 0, 36)], [(1, 0, 36)], [(2, 0, 36)])


def test_small_fractions_are_raised_to_one_window():
    assert split_spans([(0, 0, 92)], 20, 0.01, 0.15)[1:] == ([(0, 52, 72)], [(0, 72, 92)])


def test_large_fractions_leave_training_a_window():
    train, validation, test = split_spans([(0, 0, 60)], 20, 0.45, 0.45)
    assert (train, validation, test) == ([(0, 0, 20)], [(0, 20, 40)], [(0, 40, 60)])


def test_too_few_frames_or_sequences():
    refuses("50 frames per sequence.*at least 60 frames", [(0, 0, 50)], 20, 0.15, 0.15)
    refuses("30 frames per sequence.*at least 40 frames", [(0, 0, 30)], 20, 0.15, 0)
    refuses("2 sequences.*at least 3", spans_of(2, 99), 20, 0.15, 0.15, by="sequence")


def test_bad_arguments():
    refuses("validation=-0.1", [(0, 0, 50)], 5, -0.1, 0.1)
    refuses("validation='a'", [(0, 0, 50)], 5, "a", 0.1)
    refuses("validation=0.5 and test=0.5.*below 1", [(0, 0, 50)], 5, 0.5, 0.5)
    refuses("by='random'.*'time'", [(0, 0, 50)], 5, 0.1, 0.1, by="random")


@settings(max_examples=300, deadline=None)
@given(
    count=st.integers(1, 6),
    length=st.integers(4, 60),
    window=st.integers(2, 8),
    stride=st.integers(1, 3),
    seed=st.integers(0, 999),
    fractions=st.sampled_from([(0.15, 0.15), (0.3, 0), (0, 0.2), (0.01, 0.5)]),
    by=st.sampled_from(["auto", "sequence", "time"]),
)
def test_every_part_has_a_whole_window(count, length, window, stride, seed, fractions, by):
    random = np.random.default_rng(seed)
    unusual = random.random((count, length - 1)) < 0.05
    missing = random.random((count, length)) < 0.05
    cutter, spans = WindowCutter(window, stride, unusual, missing), spans_of(count, length)
    try:
        parts = sequence_split.split_spans(spans, cutter, *fractions, by=by)
    except ValueError as refusal:
        assert "Required:" in str(refusal) and "SequenceDataset.split: " in str(refusal)
        return
    assert [part is None for part in parts] == [False, fractions[0] == 0, fractions[1] == 0]
    frames = [(n, t) for part in parts if part for n, a, b in part for t in range(a, b)]
    assert len(frames) == len(set(frames))
    assert all(0 <= a <= b <= length for part in parts if part for _, a, b in part)
    assert all(len(cutter.cut(part).starts) for part in parts if part is not None)


def holes_at(length, *places):
    missing = np.zeros((1, length), bool)
    for place in places:
        missing[0, place] = True
    return missing


def test_cuts_move_to_where_there_are_windows():
    spans = [(0, 0, 100)]
    late = WindowCutter(10, missing=holes_at(100, slice(80, 100)))
    train, validation, test = sequence_split.split_spans(spans, late, 0.1, 0.1)
    assert (train, validation, test) == ([(0, 0, 60)], [(0, 60, 70)], [(0, 70, 100)])
    early = WindowCutter(10, missing=holes_at(100, slice(0, 68)))
    train, validation, test = sequence_split.split_spans(spans, early, 0.1, 0.1)
    assert (train, validation, test) == ([(0, 0, 80)], [(0, 80, 90)], [(0, 90, 100)])
    early = WindowCutter(10, missing=holes_at(100, slice(0, 72)))
    assert sequence_split.split_spans(spans, early, 0, 0.1)[2] == [(0, 90, 100)]


@settings(max_examples=100, deadline=None)
@given(
    length=st.integers(9, 30),
    window=st.integers(2, 4),
    stride=st.integers(1, 3),
    seed=st.integers(0, 999),
)
def test_refused_only_if_there_is_no_cut(length, window, stride, seed):
    missing = np.random.default_rng(seed).random((1, length)) < 0.2
    cutter = WindowCutter(window, stride, missing=missing)

    def has_window(a, b):
        return len(cutter.cut([(0, a, b)]).starts) > 0

    try:
        sequence_split.split_spans([(0, 0, length)], cutter, 0.15, 0.15, by="time")
    except ValueError:
        if length >= 3 * window:
            assert not any(
                has_window(0, a) and has_window(a, b) and has_window(b, length)
                for a in range(length)
                for b in range(a, length)
            )


def test_no_place_for_a_part():
    few = WindowCutter(10, missing=holes_at(100, slice(15, 100)))
    with pytest.raises(
        ValueError, match=r"a \w+ part without a whole window: 0 cross a gap in time"
    ) as info:
        sequence_split.split_spans([(0, 0, 100)], few, 0.1, 0.1)
    assert "Required: 10 frames in each part" in str(info.value)


def test_sequences_without_a_window_are_in_no_part():
    missing = np.zeros((6, 20), bool)
    missing[[1, 5], ::5] = True
    cutter = WindowCutter(10, missing=missing)
    parts = sequence_split.split_spans(spans_of(6, 20), cutter, 0.15, 0.15, by="sequence")
    assert parts == ([(0, 0, 20), (2, 0, 20)], [(3, 0, 20)], [(4, 0, 20)])
