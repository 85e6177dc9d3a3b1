"""A comparison of forecasts of rain as text for the terminal."""

import numpy as np

from st_keras.metrics.radar.rain_comparison import perfect_score
from st_keras.text_table import text_table
from st_keras.validation import error

# The best of these is a forecast of rain everywhere, or nowhere.
ONE_SIDED = ("pod", "far", "pofd", "success_ratio", "accuracy")


def shown_scores_of(protocol):
    """Return the names of the scores that a table of a protocol shows.

    Example:
    >>> from st_keras.metrics.radar import PROTOCOLS
    >>> shown_scores_of(PROTOCOLS["radar-60min-v1"])[:3]
    ['csi@0.5', 'csi@1', 'csi@2']
    """
    thresholds = [f"{threshold:g}" for threshold in protocol.thresholds]
    middle = "1" if "1" in thresholds else thresholds[0]
    fss = [f"fss@{t:g}/{n}px" for t in protocol.fss_thresholds for n in protocol.scales]
    events = [f"csi@{threshold}" for threshold in thresholds]
    return [*events, f"pod@{middle}", f"far@{middle}", *fss, "mae", "ratio"]


def rain_table(comparison, scores=None):
    """Return an aligned table of means over lead times, skill against the best baseline below.

    A star marks the best of a column. Where a skill is not positive, a line at the end warns. POD,
    FAR and the like have no skill here: who always or never says rain is the best in one of them.

    Args:
        comparison: `RainComparison`, what `compare_rain` returns.
        scores: list of names of scores. Default: those of `radar-60min-v1`: CSI at each threshold,
            POD and FAR, FSS, MAE and ratio.

    Returns:
        str without a final newline.

    Raises:
        ValueError: for a score that is not there.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import compare_rain, rain_sums, rain_table
    >>> rain = np.random.default_rng(0).gamma(0.3, 2.0, (6, 3, 16, 16, 1))
    >>> forecasts = {"net": 0.9 * rain, "persistence": np.roll(rain, 1, axis=2)}
    >>> sums = {method: rain_sums(rain, forecast) for method, forecast in forecasts.items()}
    >>> both = compare_rain(sums, ["persistence"], resamples=50)
    >>> print(rain_table(both, ["csi@1", "ratio"]))
    radar-60min-v1, mean over 3 lead times, 6 windows; mm/h
    method        CSI 1  ratio
    net          0.913*   0.90
    persistence   0.108   1.00
    <BLANKLINE>
    skill against the best baseline (1 perfect, 0 no better), 95 % interval of 6 blocks
    score  best baseline                        net
    CSI 1  persistence    +0.903 (+0.889 to +0.912)
    Only 6 blocks: such an interval is too narrow. Verify on more events.
    """
    names = shown_scores_of(comparison.protocol) if scores is None else list(scores)
    means = {method: of["mean"] for method, of in comparison.scores.items()}
    known = next(iter(means.values()))
    for name in names:
        if name not in known:
            raise error(
                "rain_table",
                f"the score {name!r}",
                f"names among {', '.join(known)}",
                "Correct the name.",
            )
    leads = len(next(iter(next(iter(comparison.scores.values()))["leads"].values())))
    protocol = comparison.protocol
    lines = [
        f"{protocol.name}, mean over {leads} lead times, {comparison.windows} windows; "
        f"{protocol.units}",
        _means(means, names),
    ]
    told = [n for n in names if n in comparison.best and n.partition("@")[0] not in ONE_SIDED]
    if comparison.skill and told:
        lines += ["", *_skills(comparison, told)]
    return "\n".join(lines)


def heading(name):
    """Return how a score of `score_rain` is called in a table.

    Example:
    >>> heading("csi@0.5"), heading("fss@1/5px"), heading("frequency_bias@1"), heading("mae")
    ('CSI 0.5', 'FSS 1/5px', 'frequency bias 1', 'MAE')
    """
    score, _, at = name.partition("@")
    words = ("ratio", "accuracy")
    title = score.replace("_", " ") if "_" in score or score in words else score.upper()
    return f"{title} {at}" if at else title


def _means(means, names):
    """Return the table of means, the best of each column with a star."""
    rows = [["method", *map(heading, names)]]
    digits = [2 if name == "ratio" else 3 for name in names]
    best = {}
    for name in names:
        # A forecast of no rain at all has the lowest MAE at long lead times, and is no forecast.
        finite = [m[name] for m in means.values() if m["ratio"] != 0 and not np.isnan(m[name])]
        if perfect_score(name) is not None and finite:
            best[name] = min(finite, key=lambda value: abs(perfect_score(name) - value))
    for method, of in means.items():
        row = [method]
        for name, places in zip(names, digits, strict=True):
            star = "*" if name in best and of[name] == best[name] and of["ratio"] != 0 else " "
            row.append("- " if np.isnan(of[name]) else f"{of[name]:.{places}f}{star}")
        rows.append(row)
    # Columns without a star need no place for one.
    for k, name in enumerate(names, 1):
        if name not in best:
            for row in rows[1:]:
                row[k] = row[k].rstrip()
    return text_table(rows)


def _skills(comparison, names):
    first = next(iter(next(iter(comparison.skill.values())).values()))
    lines = [
        "skill against the best baseline (1 perfect, 0 no better), "
        f"{100 * first.confidence:g} % interval of {comparison.blocks} blocks"
    ]
    # One row for each score: names of baselines and intervals are long.
    rows = [["score", "best baseline", *comparison.skill]]
    for name in names:
        cells = [_interval(of[name]) for of in comparison.skill.values()]
        rows.append([heading(name), comparison.best[name], *cells])
    lines.append(text_table(rows, left=(0, 1)))
    lines += _warnings(comparison, names)
    few, one = comparison.few_blocks(), comparison.blocks == 1
    remedy = "Name the events or days of the windows." if one else "Verify on more events."
    return lines + ([f"{few} {remedy}"] if few else [])


def _interval(of):
    if np.isnan(of.value):
        return "-"
    if np.isnan(of.low):
        return f"{of.value:+.3f}"
    return f"{of.value:+.3f} ({of.low:+.3f} to {of.high:+.3f})"


def _warnings(comparison, names):
    told = {}
    for name in names:
        for method, _ in comparison.without_skill(name):
            told.setdefault(method, []).append(heading(name))
    return [
        f"WARNING: {method} is not better than the best baseline in {', '.join(missed)}."
        for method, missed in told.items()
    ] + [
        f"{method}: the interval of its skill includes 0 in {', '.join(unsure)}."
        for method, unsure in _unsure(comparison, names).items()
    ]


def _unsure(comparison, names):
    told = {}
    for method, of in comparison.skill.items():
        unsure = [heading(name) for name in names if of[name].value > 0 >= of[name].low]
        if unsure:
            told[method] = unsure
    return told
