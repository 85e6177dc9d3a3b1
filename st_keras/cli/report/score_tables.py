"""Tables and sentences of a `Comparison`, whatever its protocol."""

import numpy as np

from st_keras.cli.report.document import Cell, Table
from st_keras.metrics.radar.protocols import RainProtocol
from st_keras.metrics.radar.rain_tables import ONE_SIDED, shown_scores_of
from st_keras.metrics.scores_by_name import facts_of
from st_keras.metrics.shown_scores import name_of
from st_keras.metrics.video.frame_table import (
    interval_text,
    number_text,
    signed_interval_text,
    warnings_of,
    ways_of,
)


class ScoreTables:
    """What is said of a comparison.

    Args:
        comparison: `Comparison`.
        models: names of methods that are models, the one that was asked for first.
        notes: what to bear in mind of the scores, as of `Verified`. Default: nothing.

    Attributes:
        names: list of the scores that stand in the first table.
    """

    def __init__(self, comparison, models, notes=()):
        self.comparison, self.models = comparison, models
        self._cautions = list(notes)
        self.protocol = comparison.protocol
        self.of_rain = isinstance(self.protocol, RainProtocol)
        means = next(iter(comparison.scores.values()))["mean"]
        self.names = shown_scores_of(self.protocol) if self.of_rain else list(means)
        self.names = [name for name in self.names if "@" not in name or self.of_rain]
        self.others = [] if self.of_rain else [name for name in means if "@" in name]
        self._measured = [
            name
            for name in self.names
            if name in comparison.best and name.partition("@")[0] not in ONE_SIDED
        ]

    def sentences(self):
        """Return what a reader must know first, of the first score that has a skill."""
        compared, lines = self.comparison, []
        for name in self._measured[:1]:
            for method, skills in compared.skill.items():
                score = interval_text(compared.intervals[method][name], facts_of(name).digits)
                skill, best = skills[name], compared.best[name]
                lines.append(
                    f"{method}: {name_of(name)} {score} under {self.protocol.name}. Skill against "
                    f"{best}, the best baseline: {signed_interval_text(skill)}, "
                    f"{_verdict(skill)}."
                )
        lines.append(
            f"{compared.windows} {'windows' if self.of_rain else 'sequences'}; intervals are of "
            f"95 %, by drawing {compared.blocks} blocks anew."
            if compared.blocks > 1
            else f"{compared.windows} windows of one block: there are no intervals."
        )
        return lines

    def means(self):
        """Return the table of means, methods below each other."""
        known = ", with 95 % intervals" if self.comparison.blocks > 1 else ""
        return self._of_methods(self.names, self._axes() + known)

    def at_thresholds(self):
        """Return the table of the scores at each threshold, scores below each other; or None."""
        if not self.others:
            return None
        methods = list(self.comparison.scores)
        best = {name: self._best(name) for name in self.others}
        rows = [
            [
                Cell(name_of(name)),
                *(self._cell(method, name, method in best[name]) for method in methods),
            ]
            for name in self.others
        ]
        head = [("score", self.protocol.name), *((method, "") for method in methods)]
        return Table(f"{self.protocol.name}: scores at each threshold", head, rows, folded=True)

    def skills(self):
        """Return the table of skill, or None without baselines or models."""
        compared = self.comparison
        if not compared.skill or not self._measured:
            return None
        rows = []
        for name in self._measured:
            cells = [Cell(name_of(name)), Cell(compared.best[name])]
            for of in compared.skill.values():
                skill = of[name]
                note = "" if np.isnan(skill.low) else f"{skill.low:+.3f} to {skill.high:+.3f}"
                text = "-" if np.isnan(skill.value) else f"{skill.value:+.3f}"
                cells.append(Cell(text, skill.value, note, skill.low > 0))
            rows.append(cells)
        head = [("score", self.protocol.name), ("best baseline", "")]
        head += [(method, "skill") for method in compared.skill]
        caption = (
            f"{self.protocol.name}: skill against the best baseline, 1 perfect, 0 no better; green "
            "where the interval lies above 0"
        )
        return Table(caption, head, rows)

    def leads(self):
        """Return the table of all scores of the first table at each lead time."""
        compared = self.comparison
        horizon = len(next(iter(next(iter(compared.scores.values()))["leads"].values())))
        head = [("score", self.protocol.name), ("method", "")]
        head += [(str(lead), "") for lead in range(1, horizon + 1)]
        rows = []
        for name in self.names:
            for method, of in compared.scores.items():
                values = [float(value) for value in of["leads"][name]]
                digits = facts_of(name).digits
                cells = [Cell(number_text(value, digits), value) for value in values]
                rows.append([Cell(name_of(name)), Cell(method), *cells])
        caption = f"{self.protocol.name}: scores at each lead time (frames)"
        return Table(caption, head, rows, folded=True)

    def notes(self):
        """Return lines on how the scores are made, and on what to bear in mind of them."""
        if self.of_rain:
            lines = [
                f"{self.protocol.name}: events are values that reach a threshold, in "
                f"{self.protocol.units}; sums over all windows and pixels first, for each lead "
                "time, then ratios, then the mean over lead times."
            ]
            few = self.comparison.few_blocks()
            return [*lines, *self._cautions, *([few] if few else [])]
        lines = [f"{self.protocol.name}: {self.protocol.source}. Scored are {self.protocol.split}."]
        lines += [f"{titles}: {how}." for titles, how in ways_of(self.comparison)]
        return [*lines, *self._cautions, *warnings_of(self.comparison)]

    def curves(self, name):
        """Return {method: {score: array (T,)}} of one score."""
        return {method: {name: of["leads"][name]} for method, of in self.comparison.scores.items()}

    def _of_methods(self, names, caption):
        best = {name: self._best(name) for name in names}
        rows = [
            [
                Cell(method, note="" if method in self.models else "baseline"),
                *(self._cell(method, name, method in best[name]) for name in names),
            ]
            for method in self.comparison.scores
        ]
        head = [("method", ""), *((self._title(name), self._note(name)) for name in names)]
        return Table(f"{self.protocol.name}: {caption}", head, rows)

    def _axes(self):
        leads = len(next(iter(next(iter(self.comparison.scores.values()))["leads"].values())))
        together = getattr(self.protocol, "lead_times", "mean") == "together"
        return f"{'sums' if together else 'mean'} over {leads} lead times"

    def _title(self, name):
        unit = facts_of(name).unit or (self.protocol.units if self._in_units(name) else "")
        return name_of(name) + (f" ({unit})" if unit else "")

    def _in_units(self, name):
        return self.of_rain and name in ("mae", "rmse", "mean_error")

    def _note(self, name):
        better = facts_of(name).better
        return self.protocol.name + (f", {better} is better" if better else "")

    def _cell(self, method, name, best):
        of, digits = self.comparison.intervals[method][name], facts_of(name).digits
        note = ""
        if not np.isnan(of.low) and not np.isnan(of.value):
            note = f"{number_text(of.low, digits)} to {number_text(of.high, digits)}"
        return Cell(number_text(of.value, digits), of.value, note, best)

    def _best(self, name):
        """Return the methods with the best mean; a forecast of no rain at all is none."""
        better = facts_of(name).better
        means = {
            method: of["mean"][name]
            for method, of in self.comparison.scores.items()
            if of["mean"].get("ratio") != 0 and not np.isnan(of["mean"][name])
        }
        if better is None or len(means) < 2:
            return []
        best = (min if better == "lower" else max)(means.values())
        return [method for method, mean in means.items() if mean == best]


def _verdict(skill):
    if not skill.value > 0:
        return "no better than it"
    if np.isnan(skill.low):
        return "better, without an interval"
    return "better" if skill.low > 0 else "better, but the interval includes 0"
