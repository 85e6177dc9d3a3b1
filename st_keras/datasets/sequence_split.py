"""Spans of frames for training, validation and test that have no frame in common."""

import itertools

from st_keras.validation import check_number, check_one_of, error


def split_spans(spans, window, validation, test, by="auto"):
    """Share spans of frames out to training, validation and test.

    Args:
        spans: list of `(sequence, start, stop)`, in frames.
        window: int. Frames of a window; each part can hold at least one.
        validation: float in [0, 1). Fraction held out for validation; 0 for no such part.
        test: float in [0, 1). Fraction held out for test; 0 for no such part.
        by: "sequence" gives whole spans away, in their order: the last ones are test. "time"
            cuts each span in three: the last frames are test. "auto" (default) goes by
            sequence where each fraction comes to a whole span or more, else by time where the
            spans are long enough, else by sequence.

    Returns:
        `(training, validation, test)`: lists of spans, None for a part with fraction 0. A
        fraction too small for one window (or one span) is raised to one.

    Raises:
        ValueError: if a fraction is out of its range, or there are too few frames.

    Example:
    >>> split_spans([(0, 0, 100)], window=10, validation=0.2, test=0.1)
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
    shortest = min(stop - start for _, start, stop in spans)
    if by == "auto":
        whole = all(round(fraction * len(spans)) >= 1 for fraction in fractions if fraction)
        enough = len(spans) >= parts
        by = "sequence" if enough and (whole or shortest < parts * window) else "time"
    if by == "sequence":
        _check_enough(where, len(spans), parts, "sequences")
        sizes = _allocate(len(spans), fractions, 1)
        cuts = [0, sizes[0], sizes[0] + sizes[1], len(spans)]
        shares = [spans[a:b] for a, b in itertools.pairwise(cuts)]
    else:
        _check_enough(where, shortest, parts * window, "frames per sequence")
        shares = [[], [], []]
        for sequence, start, stop in spans:
            for share, size in zip(shares, _allocate(stop - start, fractions, window), strict=True):
                share.append((sequence, start, start + size))
                start += size
    training, *held_out = shares
    validation, test = (
        share if fraction else None for share, fraction in zip(held_out, fractions, strict=True)
    )
    return training, validation, test


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
