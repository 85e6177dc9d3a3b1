"""Tables and picture of `benchmarks.precision`, and how policies compare with float32."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, new_figure, quiet_axes, save_figure

WINDOWS = 20  # of a training run; each gives one mean loss
MEASURES = {
    "last_window": "training loss, last window",
    "validation": "validation MSE",
    "validation_float32": "validation MSE, weights in float32",
}


def comparisons(runs):
    """Compare every policy with the first.

    Args:
        runs: list of dicts with "policy", "seed" and the `MEASURES`.

    Returns:
        `{measure: {policy: {...}}}` with "mean", "deviation" (standard, over seeds; None for one
        seed), "low" and "high". Of all policies but the first also "differences" (seed by seed),
        "difference" (of the means), "in_deviations" (that in standard deviations of the first; None
        where there is none) and "place": "within" the first's seeds, "below" or "above" them.
    """
    policies = list(dict.fromkeys(run["policy"] for run in runs))
    return {measure: _compared(runs, policies, measure) for measure in MEASURES}


def markdown(found):
    """Return the tables and the verdicts as Markdown.

    Args:
        found: dict that `benchmarks.precision` has put together.
    """
    settings, machine = found["settings"], found["machine"]
    window = settings["steps"] // WINDOWS
    lines = [
        "# Mixed precision against float32",
        "",
        f"`{found['command']}`; {machine['name']}, {machine['cores']} core(s), {found['date']}.",
        f"PredRNN-V2, {_listed(settings)}. One seed decides initial weights, training sequences",
        f"and sampling masks under every policy. A window has {window} batches. Validation is in",
        "closed loop, MSE per pixel of the forecast, on the same sequences for all; the last",
        f"context frame repeated has {found['persistence']:.5f}.",
        "",
        f"| policy | seed | {' | '.join(MEASURES.values())} |",
        "|---" * (2 + len(MEASURES)) + "|",
    ]
    for run in sorted(found["runs"], key=lambda run: _order(found, run["policy"])):
        values = " | ".join(f"{run[measure]:.5f}" for measure in MEASURES)
        lines.append(f"| {run['policy']} | {run['seed']} | {values} |")
    lines += [
        "",
        "| | policy | mean | standard deviation | min..max | difference by seed | difference | "
        "in deviations of float32 | float32 seeds |",
        "|---" * 9 + "|",
    ]
    verdicts = []
    for measure, text in MEASURES.items():
        for policy, part in found["comparisons"][measure].items():
            lines.append(f"| {text} | {policy} | {' | '.join(_cells(part))} |")
            if "place" in part:
                verdicts.append(f"- {text}: {_verdict(policy, part)}")
    return "\n".join([*lines, "", *verdicts]) if verdicts else "\n".join(lines)


def picture(found, path):
    """Draw the loss curves, and beside them their distance from the mean of the first policy.

    A colour per policy, seeds thin, their mean thick. The curves alone would hide each other.
    """
    window = found["settings"]["steps"] // WINDOWS
    curves = {}
    for run in found["runs"]:
        curves.setdefault(run["policy"], []).append(run["curve"])
    curves = {policy: np.array(values) for policy, values in curves.items()}  # (seeds, windows)
    reference = next(iter(curves))
    centre = curves[reference].mean(0)
    batches = window * np.arange(1, WINDOWS + 1)
    figure = new_figure(10.0, 4.4)
    panels = figure.subplots(1, 2)
    # The first policy lies under the others: solid and broad under narrow dashes, both are seen.
    for i, (policy, losses) in enumerate(curves.items()):
        style = {"color": COLOURS[i % len(COLOURS)], "linestyle": "--" if i else "-"}
        distances = 100 * (losses / centre - 1)
        for axes, values in zip(panels, (losses, distances), strict=True):
            for seed in values:
                axes.plot(batches, seed, linewidth=0.8, alpha=0.6, **style)
            width = 2 if i else 3.5
            axes.plot(batches, values.mean(0), linewidth=width, label=policy, **style)
    for axes, label in zip(
        panels,
        (f"training loss, mean of {window} batches", f"distance from the mean of {reference} (%)"),
        strict=True,
    ):
        quiet_axes(axes)
        axes.set_xlabel("batches")
        axes.set_ylabel(label)
    lines = panels[0].get_legend_handles_labels()
    title = "thick: mean over seeds; thin: each seed"
    figure.legend(
        *lines,
        loc="outside lower center",
        ncols=len(curves),
        frameon=False,
        title=title,
        title_fontsize=9,
    )
    save_figure("benchmarks precision", path, figure)


def _compared(runs, policies, measure):
    values = {p: np.array([run[measure] for run in runs if run["policy"] == p]) for p in policies}
    compared = {}
    for policy, losses in values.items():
        compared[policy] = part = {
            "mean": float(losses.mean()),
            "deviation": float(losses.std(ddof=1)) if len(losses) > 1 else None,
            "low": float(losses.min()),
            "high": float(losses.max()),
        }
        first = compared[policies[0]]
        if policy == policies[0]:
            continue
        mean = part["mean"]
        part["differences"] = (losses - values[policies[0]]).tolist()
        part["difference"] = mean - first["mean"]
        spread = first["deviation"]
        part["in_deviations"] = part["difference"] / spread if spread else None
        part["place"] = (
            "below" if mean < first["low"] else "above" if mean > first["high"] else "within"
        )
    return compared


def _cells(part):
    cells = [
        f"{part['mean']:.5f}",
        "" if part["deviation"] is None else f"{part['deviation']:.5f}",
        f"{part['low']:.5f}..{part['high']:.5f}",
    ]
    if "place" not in part:
        return [*cells, "", "", "", ""]
    distance = part["in_deviations"]
    return [
        *cells,
        ", ".join(f"{value:+.5f}" for value in part["differences"]),
        f"{part['difference']:+.5f}",
        "" if distance is None else f"{distance:+.2f}",
        part["place"],
    ]


def _verdict(policy, part):
    if part["deviation"] is None:
        return f"one seed has no spread; {policy} differs by {part['difference']:+.5f}."
    return {
        "within": f"the mean of {policy} lies within float32's seeds.",
        "below": f"the mean of {policy} lies below float32's best seed.",
        "above": f"the mean of {policy} lies above float32's worst seed: float32 is not reached.",
    }[part["place"]]


def _order(found, policy):
    return list(found["comparisons"]["last_window"]).index(policy)


def _listed(settings):
    return ", ".join(f"{name} {value}" for name, value in settings.items())
