"""Tables and pictures of `study modes`."""

import numpy as np

from st_keras.cli.modes.scores import aligned
from st_keras.metrics.modes import collapse_gap
from st_keras.plots import learning_curves, mode_gaps, score_intervals
from st_keras.plots.seed_intervals import mean_interval


def print_study(results, modes):
    """Print errors by mode, the collapse gaps, and how far features separate the modes."""
    print(f"\n{study_table(results, modes)}\n")
    for model, seeds in results.items():
        for name in ("a_distance", "importance_separation", "importance_chance"):
            values = [found[name] for found in seeds if name in found]
            if values:
                print(f"{model}: {name.replace('_', ' ')} {plus_minus(values, 3)}")


def study_table(results, modes):
    """Return MSE by mode, trained on the mixture and on the single mode, and the gap, as text.

    Means over seeds with 95 % intervals of Student's t; one seed has none. The gap is the relative
    excess of the mixture, in per cent (`st_keras.metrics.modes.collapse_gap`).

    Args:
        results: dict, model -> list over seeds of dicts with "parameters", "mixture" and "single".
        modes: names.

    Example:
    >>> found = {"parameters": 9, "mixture": {"straight": 60.0}, "single": {"straight": 50.0}}
    >>> print(study_table({"predrnn": [found]}, ["straight"]))
    model    parameters  mode      mixture  single  gap %
    predrnn           9  straight     60.0    50.0  +20.0
    predrnn           9  mean                       +20.0
    """
    rows = []
    for model, seeds in results.items():
        gap = gaps_of(seeds)
        for mode in modes:
            errors = [[found[kind][mode] for found in seeds] for kind in ("mixture", "single")]
            cells = [plus_minus(values, 1) for values in errors]
            rows.append([model, seeds[0]["parameters"], mode, *cells, _percent(gap.per_seed[mode])])
        rows.append([model, seeds[0]["parameters"], "mean", "", "", _percent(gap.mean_per_seed)])
    header = ["model", "parameters", "mode", "mixture", "single", "gap %"]
    return aligned([header, *([str(cell) for cell in row] for row in rows)])


def gaps_of(seeds):
    """Return the `CollapseGap` of one model over its seeds."""
    mixture, single = (
        {mode: [found[kind][mode] for found in seeds] for mode in seeds[0][kind]}
        for kind in ("mixture", "single")
    )
    return collapse_gap(mixture, single)


def plus_minus(values, digits):
    """Return "mean +- half width of the 95 % interval" as text; one value has no interval."""
    mean, half = mean_interval(values)
    return f"{mean:.{digits}f}" + ("" if half is None else f" +- {half:.{digits}f}")


def write_study(folder, results, modes, content):
    """Write scores, gaps, errors by mode and learning curves into the folder."""
    folder.write_json("scores", "scores.json", content)
    gaps = {}
    for model, seeds in results.items():
        gap = gaps_of(seeds)
        gaps[model] = {**gap.per_seed, "mean": gap.mean_per_seed}
    folder.note("collapse gaps", mode_gaps(folder / "mode_gaps.png", gaps))
    errors = {
        f"{model}, {kind}": {m: [found[kind][m] for found in seeds] for m in modes}
        for model, seeds in results.items()
        for kind in ("mixture", "single")
    }
    folder.note("errors by mode", score_intervals(folder / "mode_errors.png", errors))
    curves = {m: [found["curve"]["losses"] for found in seeds] for m, seeds in results.items()}
    steps = next(iter(results.values()))[0]["curve"]["steps"]
    path = learning_curves(
        folder / "learning_curves.png",
        steps,
        curves,
        y_label="validation loss (closed loop)",
        title="trained on the mixture",
    )
    folder.note("learning curves", path)


def _percent(values):
    text = plus_minus(100 * np.asarray(values), 1)
    return text if text.startswith("-") else f"+{text}"
