"""What a search writes and prints, from its first trial to its best model."""

import shutil
import sys

from st_keras.cli.run_record import FINISHED, INTERRUPTED, RUNNING
from st_keras.cli.tune.search import PROJECT
from st_keras.cli.tune.trial_process import COMPLETED, MODEL
from st_keras.cli.tune.trial_table import best_of, csv_of, line_of, rows_of, table_of, values_of
from st_keras.cli.tune_command import RECORD
from st_keras.cli.whole_file import written_whole
from st_keras.plots import tuning_history
from st_keras.validation import error


class SearchResults:
    """Listens to the oracle, and keeps `trials.json` and `trials.csv` up to date.

    Args:
        folder: `RunFolder`.
        record: dict, the record of the search; its "status" is changed.
        objective: `keras_tuner.Objective`.
        keep_models: bool. Whether the models of all trials are kept, which Hyperband goes on from;
            else only that of the best.
    """

    def __init__(self, folder, record, objective, keep_models):
        self.folder, self.record, self.objective = folder, record, objective
        self.keep_models = keep_models
        # Kept, for the search hides what keras-tuner prints.
        self._out = sys.stdout

    def trial_begins(self, oracle, trial):
        """Say which trial begins."""
        fixed = {each.name for each in oracle.get_space().space if hasattr(each, "value")}
        values = {n: v for n, v in values_of(trial, oracle).items() if n not in fixed}
        self._say(f"Trial {int(trial.trial_id)}, of {oracle.max_trials}: {line_of(values)}")

    def trial_ends(self, oracle, trial):
        """Say what came of it, write all trials, and let go of models that nobody needs."""
        rows = self.write(oracle)
        row = next(row for row in rows if row["trial"] == int(trial.trial_id))
        name = self.objective.name
        if row["status"] == COMPLETED:
            best = best_of(rows, self.objective.direction)
            news = "the best so far" if row is best else f"best so far {best['score']:.6g}"
            came = f"{name} {row['score']:.6g} in {row.get('seconds', 0):.0f} s, {news}"
        else:
            came = f"{row['status']}: {_first_line(row.get('message', 'no reason given'))}"
        self._say(f"Trial {row['trial']}: {came}")
        if not self.keep_models:
            self._drop_models(oracle, rows)

    def write(self, oracle):
        """Write `trials.json` and `trials.csv`; return the rows."""
        rows = rows_of(oracle, self.folder.path)
        best = best_of(rows, self.objective.direction)
        content = {
            "objective": {"name": self.objective.name, "direction": self.objective.direction},
            "best": best and best["trial"],
            "trials": rows,
        }
        self.folder.write_json("trials", "trials.json", content)
        path = self.folder / "trials.csv"
        with written_whole(path) as unfinished:
            unfinished.write_text(csv_of(rows, self.objective.direction), encoding="utf-8")
        self.folder.note("trials", path)
        return rows

    def finish(self, oracle):
        """Print the table, draw it, and save the best model; return its row.

        Raises:
            ValueError: if no trial was completed.
        """
        rows, direction = self.write(oracle), self.objective.direction
        best = best_of(rows, direction)
        self._say(f"\n{table_of(rows, direction)}")
        if best is None:
            self._close(INTERRUPTED)
            messages = {_first_line(row["message"]) for row in rows if row.get("message")}
            reasons = "; ".join(sorted(messages)) or "none ran"
            raise error(
                "search",
                f"no completed trial among {len(rows)} ({reasons})",
                "at least one",
                f"See {self.folder / PROJECT}/trial_*/log.txt, and narrow the ranges.",
            )
        scores = [row["score"] for row in rows]
        picture = self.folder / "trials.png"
        tuning_history(picture, scores, direction, y_label=self.objective.name)
        self.folder.note("picture", picture)
        self._save_best(oracle, best)
        running = any(row["status"] == RUNNING for row in rows)
        self._close(INTERRUPTED if running else FINISHED)
        return best

    def interrupt(self, oracle):
        """Write what there is of a search that the user has stopped."""
        self.write(oracle)
        self._close(INTERRUPTED)

    def _save_best(self, oracle, best):
        (trial_id,) = (name for name in oracle.trials if int(name) == best["trial"])
        source = self.folder / PROJECT / f"trial_{trial_id}" / MODEL
        target = self.folder / "best" / MODEL
        with written_whole(target) as unfinished:
            shutil.copyfile(source, unfinished)
        self.folder.note("best model", target)
        record = {**self.record, "status": FINISHED, "recipe": best["values"]}
        record["history"] = best.get("history", {})
        self.folder.write_json("its record", "best/run.json", record)

    def _drop_models(self, oracle, rows):
        best = best_of(rows, self.objective.direction)
        for trial_id in oracle.trials:
            row = next(row for row in rows if row["trial"] == int(trial_id))
            if row["status"] == COMPLETED and row is not best:
                path = self.folder / PROJECT / f"trial_{trial_id}" / MODEL
                path.unlink(missing_ok=True)

    def _close(self, status):
        self.record["status"] = status
        self.folder.write_json("record", RECORD, self.record)

    def _say(self, text):
        print(text, file=self._out, flush=True)


def _first_line(text):
    lines = text.strip().splitlines()
    return lines[0][:300] if lines else ""
