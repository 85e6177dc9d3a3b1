"""Spans of frames for training, validation and test that have no frame in common."""

import itertools

from st_keras.validation import check_number, check_one_of, error

PARTS = ("train", "validation", "test")


def split_spans(spans, cutter, validation, test, by="auto"):
    """Share spans of frames out to training, validation and test.

    Args:
        spans: list of `(sequence, start, stop)`, in frames.
        cutter: `WindowCutter`; each part holds at least one of its windows.
        validation: float in [0, 1). Fraction held out for validation; 0 for no such part.
        test: float in [0, 1). Fraction held out for test; 0 for no such part.
        by: "sequence" gives whole spans away, in their order: the last ones are test. "time"
            cuts each span in three: the last frames are test. "auto" (default) goes by
            sequence where each fraction comes to a whole span or more, else by time where the
            spans are long enough, else by sequence.

    Returns:
        `(training, validation, test)`: lists of spans, None for a part with fraction 0. A
        fraction too small for one window (or one span) is raised to one. Spans without a window
        are in no part. Where a part of a span would have none, for gaps or missing values, the
        cuts of the span are moved.

    Raises:
        ValueError: if a fraction is out of its range, or there are too few frames or windows.

    Example:
    >>> from st_keras.datasets.window_cutter import WindowCutter
    >>> split_spans([(0, 0, 100)], WindowCutter(10), validation=0.2, test=0.1)
    ([(0, 0, 70)], [(0, 70, 90)], [(0, 90, 100)])
    """
    where = "SequenceDataset.split"
    fractions = [
        check_number(where, "validation", validation, 0, 1),
        check_number(where, "test", test, 0, 1),
    ]
    check_one_of(where, "by", by, ("auto", "sequence", "time"))
    if sum(fractions) >= 1:
        raise error(
            where,
            f"validation={validation} and test={test}",
            "fractions whose sum is below 1",
            "Leave something to train on: validation=0.15, test=0.15.",
        )
    parts = 1 + sum(fraction > 0 for fraction in fractions)
    whole = [span for span in spans if len(cutter.cut([span]).starts)]
    shortest = min((stop - start for _, start, stop in whole), default=0)
    if by == "auto":
        each = all(round(fraction * len(whole)) >= 1 for fraction in fractions if fraction)
        enough = len(whole) >= parts
        by = "sequence" if enough and (each or shortest < parts * cutter.length) else "time"
    if by == "sequence":
        _check_enough(where, len(whole), parts, "sequences")
        sizes = _allocate(len(whole), fractions, 1)
        cuts = [0, sizes[0], sizes[0] + sizes[1], len(whole)]
        shares = [whole[a:b] for a, b in itertools.pairwise(cuts)]
    else:
        _check_enough(where, shortest, parts * cutter.length, "frames per sequence")
        shares = [[], [], []]
        for sequence, start, stop in whole:
            sizes = _allocate(stop - start, fractions, cutter.length)
            cuts = [start, start + sizes[0], stop - sizes[2], stop]
            for share, (a, b) in zip(
                shares, itertools.pairwise(_moved(cuts, sequence, cutter)), strict=True
            ):
                share.append((sequence, a, b))
    _check_windows(where, shares, (1, *fractions), cutter)
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


def _check_windows(where, shares, fractions, cutter):
    for name, share, fraction in zip(PARTS, shares, fractions, strict=True):
        windows = cutter.cut(share)
        if fraction and not len(windows.starts):
            raise error(
                where,
                f"a {name} part without a whole window: {windows.across_gaps} cross a gap in time, "
                f"{windows.with_missing} hold a missing value",
                f"{cutter.length} frames in each part without a gap or a missing value",
                "Choose other fractions, by='sequence' or by='time', or a shorter context_length "
                "or horizon; or fill the missing values.",
            )


def _check_enough(where, count, needed, unit):
    if count < needed:
        raise error(
            where,
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
