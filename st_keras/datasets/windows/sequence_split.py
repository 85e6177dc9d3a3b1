"""Spans of frames for training, validation and test that have no frame in common."""

import itertools

import numpy as np

from st_keras.validation import check_int, check_number, check_one_of, error

PARTS = ("train", "validation", "test")
WAYS = ("auto", "sequence", "time", "event", "days")
WHERE = "SequenceDataset.split"


def split_spans(spans, cutter, validation, test, by="auto", times=None, days=1, unusual=None):
    """Share spans of frames out to training, validation and test.

    Args:
        spans: list of `(sequence, start, stop)`, in frames.
        cutter: `WindowCutter`; each part holds at least one of its windows.
        validation: float in [0, 1). Fraction held out for validation; 0 for no such part.
        test: float in [0, 1). Fraction held out for test; 0 for no such part.
        by: "sequence" gives whole spans away, in their order: the last ones are test. "time"
            cuts each span in three: the last frames are test. "auto" (default) goes by
            sequence where each fraction comes to a whole span or more, else by time where the
            spans are long enough, else by sequence. "event" cuts spans at gaps in time, and gives
            the pieces away as "sequence" does. "days" cuts spans at midnight UTC into blocks of
            `days` days, which are given to the three in turn, as the fractions say: all see all
            seasons.
        times: list of datetime64 (T,) for "days"; unusual: list of bool (T - 1) for "event", where
            the step to the next frame is not the usual one.
        days: int of at least 1. Default 1.

    Returns:
        `(training, validation, test)`: lists of spans, None for a part with fraction 0. A
        fraction too small for one window (or one span) is raised to one. Spans without a window
        are in no part. Where a part of a span would have none, for gaps or missing values, the
        cuts of the span are moved.

    Raises:
        ValueError: if a fraction is out of its range, there are too few frames or windows, or no
            times where these are needed.

    Example:
    >>> from st_keras.datasets.windows.window_cutter import WindowCutter
    >>> split_spans([(0, 0, 100)], WindowCutter(10), validation=0.2, test=0.1)
    ([(0, 0, 70)], [(0, 70, 90)], [(0, 90, 100)])
    """
    fractions = [
        check_number(WHERE, "validation", validation, 0, 1),
        check_number(WHERE, "test", test, 0, 1),
    ]
    check_one_of(WHERE, "by", by, WAYS)
    if sum(fractions) >= 1:
        raise error(
            WHERE,
            f"validation={validation} and test={test}",
            "fractions whose sum is below 1",
            "Leave something to train on: validation=0.15, test=0.15.",
        )
    if by in ("event", "days") and times is None:
        raise error(
            WHERE,
            f"by={by!r} of frames whose times are not known",
            "times",
            "Pass times= where the dataset is made, or by='sequence' or by='time'.",
        )
    if by == "event":
        spans, by = stretches(spans, unusual), "sequence"
    parts = 1 + sum(fraction > 0 for fraction in fractions)
    if by == "days":
        check_int(WHERE, "days", days, 1)
        shares = _by_days(spans, cutter, fractions, times, days, parts)
    else:
        shares = _by_sequence_or_time(spans, cutter, fractions, by, parts)
    return _checked(shares, fractions, cutter)


def split_before(spans, cutter, times, before):
    """Share spans of frames out by date.

    Args:
        spans, cutter: as for `split_spans`.
        times: list of datetime64 (T,), ascending.
        before: (end of training, end of validation), datetime64 or ISO text; the second may be
            left out: what is later is validation then, and there is no test.

    Returns:
        As `split_spans`.

    Raises:
        ValueError: for dates that do not ascend or are none, no times, or a part without a window.

    Example:

    >>> from st_keras.datasets.windows.window_cutter import WindowCutter
    >>> times = np.datetime64("2026-06-01") + np.arange(100) * np.timedelta64(1, "h")
    >>> split_before([(0, 0, 100)], WindowCutter(5), [times], ("2026-06-03", "2026-06-04"))
    ([(0, 0, 48)], [(0, 48, 72)], [(0, 72, 100)])
    """
    given = [before] if isinstance(before, (str, np.datetime64)) else list(before)
    try:
        dates = np.array(given, "datetime64[ms]")
    except ValueError:
        dates = np.array([])
    if not 1 <= len(dates) <= 2 or np.isnat(dates).any() or dates[0] > dates[-1]:
        raise error(
            WHERE,
            f"before={before!r}",
            "the date at which training ends, and that at which validation ends",
            "Pass for example before=('2025-01-01', '2025-07-01').",
        )
    if times is None:
        raise error(
            WHERE,
            f"before={before!r} of frames whose times are not known",
            "times",
            "Pass times= where the dataset is made.",
        )
    shares = [[], [], []]
    for n, start, stop in spans:
        cuts = start + np.searchsorted(times[n][start:stop], dates)
        cuts = [start, *cuts.tolist(), *[stop] * (3 - len(cuts))]
        for share, (a, b) in zip(shares, itertools.pairwise(cuts), strict=True):
            if a < b:
                share.append((n, a, b))
    return _checked(shares, [1.0, float(len(dates) == 2)], cutter)


def stretches(spans, unusual):
    """Cut spans where the step to the next frame is not the usual one.

    Args:
        spans: list of `(sequence, start, stop)`.
        unusual: list of bool (T - 1).

    Returns:
        list of `(sequence, start, stop)`.

    Example:

    >>> stretches([(0, 0, 6)], [np.array([False, True, False, False, True])])
    [(0, 0, 2), (0, 2, 5), (0, 5, 6)]
    """
    found = []
    for n, start, stop in spans:
        cuts = start + 1 + np.flatnonzero(unusual[n][start : stop - 1])
        found += [(n, a, b) for a, b in itertools.pairwise([start, *cuts.tolist(), stop])]
    return found


def _by_sequence_or_time(spans, cutter, fractions, by, parts):
    whole = [span for span in spans if len(cutter.cut([span]).starts)]
    shortest = min((stop - start for _, start, stop in whole), default=0)
    if by == "auto":
        each = all(round(fraction * len(whole)) >= 1 for fraction in fractions if fraction)
        enough = len(whole) >= parts
        by = "sequence" if enough and (each or shortest < parts * cutter.length) else "time"
    if by == "sequence":
        _check_enough(len(whole), parts, "sequences")
        sizes = _allocate(len(whole), fractions, 1)
        cuts = [0, sizes[0], sizes[0] + sizes[1], len(whole)]
        return [whole[a:b] for a, b in itertools.pairwise(cuts)]
    _check_enough(shortest, parts * cutter.length, "frames per sequence")
    shares = [[], [], []]
    for sequence, start, stop in whole:
        sizes = _allocate(stop - start, fractions, cutter.length)
        cuts = [start, start + sizes[0], stop - sizes[2], stop]
        for share, (a, b) in zip(
            shares, itertools.pairwise(_moved(cuts, sequence, cutter)), strict=True
        ):
            share.append((sequence, a, b))
    return shares


def _by_days(spans, cutter, fractions, times, days, parts):
    """Give blocks of days away, each to the part that is furthest behind its share."""
    blocks = {}
    for n, start, stop in spans:
        number = times[n][start:stop].astype("datetime64[D]").astype(int) // days
        cuts = start + 1 + np.flatnonzero(np.diff(number))
        for a, b in itertools.pairwise([start, *cuts.tolist(), stop]):
            blocks.setdefault(int(number[a - start]), []).append((n, a, b))
    whole = [block for _, block in sorted(blocks.items()) if len(cutter.cut(block).starts)]
    _check_enough(len(whole), parts, "blocks of days")
    wanted = _allocate(len(whole), fractions, 1)
    shares, taken = [[], [], []], [0, 0, 0]
    for number, block in enumerate(whole, 1):
        behind = [size * number / len(whole) - has for size, has in zip(wanted, taken, strict=True)]
        part = int(np.argmax(behind))
        taken[part] += 1
        shares[part] += block
    return shares


def _checked(shares, fractions, cutter):
    _check_windows(shares, (1, *fractions), cutter)
    training, *held_out = shares
    validation, test = (
        share if fraction else None for share, fraction in zip(held_out, fractions, strict=True)
    )
    return training, validation, test


def _moved(cuts, sequence, cutter):
    """Move cuts to the nearest places that leave a window to each part, if there are such.

    A part may as well begin with a window of its own: the part before it only gains by that.
    """
    start, first, second, stop = cuts
    parts = [(sequence, a, b) for a, b in itertools.pairwise(cuts) if a < b]
    if all(len(cutter.cut([part]).starts) for part in parts):
        return cuts
    whole, length = [(sequence, start, stop)], cutter.length
    starts = cutter.cut(whole, stride=1).starts[:, 1]
    starts = starts[starts >= cutter.cut(whole).starts[0, 1] + length]
    if not len(starts):
        return cuts
    has_validation, has_test = first < second, second < stop
    if has_test:
        second = _nearest(starts[starts >= starts[0] + length * has_validation], second)
    if has_validation and second is not None:
        first = _nearest(starts[starts + length <= second], first)
    moved = [start, first if has_validation else second, second, stop]
    return cuts if None in moved else moved


def _nearest(places, cut):
    return int(places[abs(places - cut).argmin()]) if len(places) else None


def _check_windows(shares, fractions, cutter):
    for name, share, fraction in zip(PARTS, shares, fractions, strict=True):
        windows = cutter.cut(share)
        if fraction and not len(windows.starts):
            raise error(
                WHERE,
                f"a {name} part without a whole window: {windows.across_gaps} cross a gap in time, "
                f"{windows.with_missing} hold a missing value",
                f"{cutter.length} frames in each part without a gap or a missing value",
                "Choose other fractions or dates, by='sequence' or by='time', or a shorter "
                "context_length or horizon; or pass missing='mask'.",
            )


def _check_enough(count, needed, unit):
    if count < needed:
        raise error(
            WHERE,
            f"{count} {unit}",
            f"at least {needed} {unit}, so that every part has a window of its own",
            "Add data, shorten context_length or horizon, or pass validation=0 or test=0.",
        )


def _allocate(total, fractions, minimum):
    held_out = [max(minimum, round(total * f)) if f else 0 for f in fractions]
    shortfall = minimum - (total - sum(held_out))
    while shortfall > 0:
        # Raising small fractions to the minimum may starve training; the largest part gives.
        largest = held_out.index(max(held_out))
        give = min(shortfall, held_out[largest] - minimum)
        held_out[largest] -= give
        shortfall -= give
    return total - sum(held_out), *held_out
