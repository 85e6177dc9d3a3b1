"""One trial, in a process of its own: its memory is free again when it ends, however it ends.

It is told what to do by `job.json` in the folder of the trial, and answers with `result.json`.
"""

import json
import math
import os
import pathlib
import sys
import time
import traceback

import keras

from st_keras.cli.launch.worker_process import end_with
from st_keras.cli.tune.search_space import objective_of, prepare_search
from st_keras.cli.whole_file import written_whole
from st_keras.tuning.optional_package import require_keras_tuner
from st_keras.tuning.trial_length import EPOCHS, INITIAL_EPOCH
from st_keras.validation import error

JOB, RESULT, MODEL = "job.json", "result.json", "model.keras"
COMPLETED, FAILED = "completed", "failed"
EARLIER = "tuner/trial_id"  # of the trial that a round of a Hyperband goes on from


def main(folder):
    """Run the trial of a folder, and write what came of it.

    Args:
        folder: str or path.

    Returns:
        int, the exit status: 0 if it was completed, 1 if it failed.
    """
    folder = pathlib.Path(folder)
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    result = {"pid": os.getpid(), "values": job["values"]}
    begin = time.monotonic()
    try:
        result |= {"status": COMPLETED, **train(folder, job)}
    except Exception as reason:
        # Whatever it is, it is this trial's end, not the search's.
        traceback.print_exc()
        result |= {"status": FAILED, "message": f"{type(reason).__name__}: {reason}"}
    result["seconds"] = round(time.monotonic() - begin, 2)
    write_result(folder, result)
    return 0 if result["status"] == COMPLETED else 1


def write_result(folder, result):
    """Write `result.json`, whole."""
    with written_whole(folder / RESULT) as unfinished:
        unfinished.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def train(folder, job):
    """Train the model of the trial and save it as it was at its best report.

    Args:
        folder: pathlib.Path of the trial.
        job: dict with "arguments", the command line of the search, and "values".

    Returns:
        dict with "score", "report" (from 1; None for a score after the last batch), "parameters"
        and "history".
    """
    # Not at the top: the parser is made of all commands, `tune` too.
    from st_keras.cli.grammar import parse

    settings, values = parse(job["arguments"])[1], dict(job["values"])
    source, hyper_model = prepare_search(settings)
    objective = objective_of(settings.search)
    hp = require_keras_tuner("search").HyperParameters()
    hp.values = values
    model = hyper_model.build(hp)
    if EARLIER in values:
        earlier = folder.parent / f"trial_{values[EARLIER]}" / MODEL
        model.set_weights(keras.models.load_model(earlier).get_weights())
    best = BestReport(objective)
    rounds = {}
    if EPOCHS in values:
        rounds = {"epochs": values[EPOCHS], "initial_epoch": values[INITIAL_EPOCH]}
    found = hyper_model.fit(
        hp,
        model,
        source.training_dataset(settings.search.batch_size),
        validation_data=source.validation_dataset(settings.search.batch_size),
        callbacks=[best],
        verbose=2,
        **rounds,
    )
    history = found.history if isinstance(found, keras.callbacks.History) else {}
    score = best.value if history else found[objective.name]
    if score is None or not math.isfinite(score):
        raise error(
            "trial",
            f"a {objective.name} of {score}",
            "a finite one",
            "Narrow --learning-rate, or use --precision float32.",
        )
    with written_whole(folder / MODEL) as unfinished:
        model.save(unfinished)
    return {
        "score": float(score),
        "report": best.report,
        "parameters": model.count_params(),
        "history": {name: [float(v) for v in entries] for name, entries in history.items()},
    }


class BestReport(keras.callbacks.Callback):
    """Give the model the weights of its best report when training ends.

    Args:
        objective: has `name` and `better_than(a, b)`.

    Attributes:
        value: float, the best; None before.
        report: int from 1; None before.
    """

    def __init__(self, objective):
        super().__init__()
        self.objective = objective
        self.value = self.report = self._weights = None

    def on_epoch_end(self, epoch, logs=None):
        """Keep the weights if there were none better."""
        value = (logs or {}).get(self.objective.name)
        if value is None or not math.isfinite(value):
            return
        if self.value is None or self.objective.better_than(value, self.value):
            self.value, self.report = float(value), epoch + 1
            self._weights = self.model.get_weights()

    def on_train_end(self, logs=None):
        """Give them back."""
        if self._weights is not None:
            self.model.set_weights(self._weights)


if __name__ == "__main__":
    end_with(int(sys.argv[1]))
    sys.exit(main(sys.argv[2]))
