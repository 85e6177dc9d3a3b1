"""What the learners came to: a table, and curves against wall clock and updates."""

import numpy as np

from benchmarks.quality.learner import STAND_IN
from st_keras.plots.figure_file import COLOURS, new_figure, quiet_axes, save_figure
from st_keras.text_table import text_table


def table(found):
    """Return the table of the learners: error at the end, and when they were as good as others.

    Args:
        found: dict with "minutes" and "curves", {learner: {seed: list of points}}.
    """
    rows = [["", "updates", "MSE", "lowest..highest", "less than the stand-in", "as good after"]]
    peer = found["curves"].get(STAND_IN)
    for by, curves in found["curves"].items():
        ends = np.array([curve[-1]["mse"] for curve in curves.values()])
        updates = np.mean([curve[-1]["updates"] for curve in curves.values()])
        row = [by, f"{updates:,.0f}", f"{ends.mean():.1f}", f"{ends.min():.1f}..{ends.max():.1f}"]
        if peer and by != STAND_IN:
            common = [seed for seed in curves if seed in peer]
            goals = [peer[seed][-1]["mse"] for seed in common]
            own = [curves[seed][-1]["mse"] for seed in common]
            reached = [minutes_to(curves[s], goal) for s, goal in zip(common, goals, strict=True)]
            row.append(f"{100 * (1 - np.mean(own) / np.mean(goals)):.0f} %")
            row.append("never" if None in reached else f"{np.mean(reached):.1f} min")
        rows.append([*row, *[""] * (len(rows[0]) - len(row))])
    return text_table(rows, left=(0,))


def minutes_to(curve, goal):
    """Return after how many minutes the error of a curve is no higher than `goal`, or None.

    Example:

    >>> minutes_to([{"seconds": 60, "mse": 9.0}, {"seconds": 120, "mse": 5.0}], 6.0)
    2.0
    """
    for point in curve:
        if point["mse"] <= goal:
            return point["seconds"] / 60
    return None


def draw(path, found):
    """Draw the error of each learner and seed against minutes, and against updates."""
    figure = new_figure(11.0, 4.0)
    panels = figure.subplots(1, 2, sharey=True)
    for by, colour in zip(found["curves"], COLOURS, strict=False):
        for number, curve in enumerate(found["curves"][by].values()):
            mse = [point["mse"] for point in curve]
            minutes = [point["seconds"] / 60 for point in curve]
            told = {"color": colour, "label": by if number == 0 else None, "marker": "."}
            panels[0].plot(minutes, mse, **told)
            panels[1].plot([point["updates"] for point in curve], mse, **told)
    for panel, what in zip(panels, ("minutes of work", "updates of the weights"), strict=True):
        quiet_axes(panel)
        panel.set(xlabel=what, yscale="log")
    panels[1].set_xscale("log")
    panels[0].set_ylabel("MSE on test sequences, of a frame")
    panels[0].legend(frameon=False)
    save_figure("quality", path, figure)
