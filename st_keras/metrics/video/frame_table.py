"""A comparison of forecasts of frames as text for the terminal, and the words a report shares."""

import numpy as np

from st_keras.text_table import text_table


def frame_table(comparison):
    """Return aligned tables: means over lead times with intervals, then skill.

    A star marks the best of a row. Where a skill is not positive, a line at the end warns.

    Args:
        comparison: `FrameComparison`.

    Returns:
        str without a final newline.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import compare_frames, frame_table
    >>> truth = np.random.default_rng(0).random((6, 3, 16, 16, 1), "float32")
    >>> forecasts = {"net": 0.9 * truth, "persistence": np.roll(truth, 1, axis=2)}
    >>> compared = compare_frames(truth, forecasts, (0.0, 1.0), "openstl", resamples=50)
    >>> print(frame_table(compared).splitlines()[0])
    openstl, 6 sequences, mean over 3 lead times; 95 % interval of 6 blocks
    """
    methods = list(comparison.scores)
    rows = [["score", *methods]]
    for name in comparison.how:
        best = best_methods(comparison, name)
        cells = [
            interval_text(comparison.intervals[method][name], comparison.facts[name].digits)
            + ("*" if method in best else " ")
            for method in methods
        ]
        rows.append([title_of(comparison, name), *cells])
    lines = [summary_line(comparison), text_table(rows)]
    if comparison.skill and comparison.best:
        lines += ["", "skill against the best baseline (1 perfect, 0 no better)"]
        rows = [["score", "best baseline", *comparison.skill]]
        for name in comparison.best:
            cells = [signed_interval_text(of[name]) for of in comparison.skill.values()]
            rows.append([title_of(comparison, name), comparison.best[name], *cells])
        lines.append(text_table(rows, left=(0, 1)))
    lines += [
        *warnings_of(comparison),
        "",
        *(f"{titles}: {how}" for titles, how in ways_of(comparison)),
    ]
    return "\n".join(lines)


def summary_line(comparison):
    """Return which protocol and what is averaged, in one line."""
    leads = len(next(iter(next(iter(comparison.scores.values()))["leads"].values())))
    mean = "sums over" if comparison.protocol.lead_times == "together" else "mean over"
    blocks = (
        f"; 95 % interval of {comparison.blocks} blocks"
        if comparison.blocks > 1
        else "; one block, no interval"
    )
    return (
        f"{comparison.protocol.name}, {comparison.windows} sequences, {mean} {leads} lead times"
        + blocks
    )


def title_of(comparison, name):
    """Return how a score is called in tables: its title, and its unit in brackets."""
    facts = comparison.facts[name]
    return (facts.title or name.upper()) + (f" ({facts.unit})" if facts.unit else "")


def best_methods(comparison, name):
    """Return the names of the methods that have the best mean of a score; none without a best."""
    better = comparison.facts[name].better
    means = {method: of["mean"][name] for method, of in comparison.scores.items()}
    means = {method: mean for method, mean in means.items() if not np.isnan(mean)}
    if better is None or len(means) < 2:
        return []
    best = (min if better == "lower" else max)(means.values())
    return [method for method, mean in means.items() if mean == best]


def ways_of(comparison):
    """Return [(titles of scores, how they are made)], scores that are made alike together.

    Of more than four titles the first and the last are named.
    """
    alike = {}
    for name, how in comparison.how.items():
        alike.setdefault(how, []).append(title_of(comparison, name))
    return [
        (", ".join(titles) if len(titles) <= 4 else f"{titles[0]} to {titles[-1]}", how)
        for how, titles in alike.items()
    ]


def number_text(value, digits=3):
    """Return a number for a table; "exact" for an infinite PSNR, "-" for none.

    Example:
    >>> number_text(1.5, 2), number_text(float("inf")), number_text(float("nan"))
    ('1.50', 'exact', '-')
    """
    if np.isnan(value):
        return "-"
    if np.isinf(value):
        return "exact" if value > 0 else "-inf"
    return f"{value:.{digits}f}"


def interval_text(of, digits=3):
    """Return a number with its interval.

    Example:
    >>> from st_keras.metrics.radar import Interval
    >>> interval_text(Interval(1.0, 0.5, 1.25, 0.95, 9), 2)
    '1.00 (0.50 to 1.25)'
    """
    value = number_text(of.value, digits)
    if np.isnan(of.low) or np.isnan(of.value):
        return value
    return f"{value} ({number_text(of.low, digits)} to {number_text(of.high, digits)})"


def signed_interval_text(of):
    """Return a skill with its interval, with signs.

    Example:
    >>> from st_keras.metrics.radar import Interval
    >>> signed_interval_text(Interval(0.5, -0.25, 0.75, 0.95, 9))
    '+0.500 (-0.250 to +0.750)'
    """
    if np.isnan(of.value):
        return "-"
    if np.isnan(of.low):
        return f"{of.value:+.3f}"
    return f"{of.value:+.3f} ({of.low:+.3f} to {of.high:+.3f})"


def warnings_of(comparison):
    """Return lines on methods without skill, or whose interval of skill includes 0, and blocks."""
    lost, unsure = {}, {}
    for method, of in comparison.skill.items():
        for name, skill in of.items():
            title = comparison.facts[name].title or name.upper()
            if not skill.value > 0:
                lost.setdefault(method, []).append(title)
            elif skill.low <= 0:
                unsure.setdefault(method, []).append(title)
    lines = [
        f"WARNING: {method} is not better than the best baseline in {', '.join(titles)}."
        for method, titles in lost.items()
    ]
    lines += [
        f"{method}: the interval of its skill includes 0 in {', '.join(titles)}."
        for method, titles in unsure.items()
    ]
    return lines + [line for line in [comparison.few_blocks()] if line]
