"""keras-tuner's oracles and tuner, with trials in processes and files that survive a kill."""

import contextlib
import json
import pathlib
import time

from st_keras.cli.tune.search_space import HYPERBAND_REPORTS
from st_keras.cli.tune.trial_process import COMPLETED
from st_keras.cli.tune.trial_runner import run_in_process
from st_keras.cli.whole_file import written_whole
from st_keras.files.damaged_file import refuse_damaged
from st_keras.tuning.optional_package import require_keras_tuner

PROJECT = "search"  # the folder of keras-tuner's own files, in --out
_FACTOR = 3  # of Hyperband
_LEAST_AT_RANDOM = 3  # trials of a Bayesian search; a third of them, if that is more
_PAUSE_SECONDS = 0.05  # between two requests for a trial


def make_oracle(search, objective, listener):
    """Return the oracle of a search, which writes its files whole.

    Args:
        search: has `tuner`, `trials`, `steps_per_trial` and `seed`.
        objective: `keras_tuner.Objective`.
        listener: has `trial_begins(oracle, trial)` and `trial_ends(oracle, trial)`.

    Returns:
        `keras_tuner.Oracle`.
    """
    oracles = require_keras_tuner("search").oracles
    shared = {
        "objective": objective,
        "seed": search.seed + 1,  # keras-tuner takes 0 for "any"
        # A trial that fails is a row of the table, however many there are in a row.
        "max_consecutive_failed_trials": search.trials + 1,
    }
    if search.tuner == "hyperband":
        oracle = _whole(oracles.HyperbandOracle)(
            max_epochs=min(HYPERBAND_REPORTS, search.steps_per_trial),
            factor=_FACTOR,
            hyperband_iterations=search.trials,
            **shared,
        )
        oracle.max_trials = search.trials
    elif search.tuner == "bayesian":
        # keras-tuner's default, three for each dimension, would be most of the trials.
        shared["num_initial_points"] = max(search.trials // 3, _LEAST_AT_RANDOM)
        oracle = _whole(oracles.BayesianOptimizationOracle)(max_trials=search.trials, **shared)
    else:
        oracle = _whole(oracles.RandomSearchOracle)(max_trials=search.trials, **shared)
    oracle.listener = listener
    oracle.verbose = 0
    return oracle


def make_tuner(oracle, hyper_model, arguments, out):
    """Return the tuner: it goes on where `out` holds a search.

    Args:
        oracle: what `make_oracle` returned.
        hyper_model: has `settings(hp)`.
        arguments: list of str, the command line of the search.
        out: pathlib.Path.

    Returns:
        `keras_tuner.engine.base_tuner.BaseTuner`.
    """
    keras_tuner = require_keras_tuner("search")

    class ProcessTuner(keras_tuner.engine.base_tuner.BaseTuner):
        """Runs each trial in a process of its own."""

        def run_trial(self, trial):
            folder = pathlib.Path(self.get_trial_dir(trial.trial_id))
            result = run_in_process(folder, arguments, trial.hyperparameters.values)
            if result["status"] != COMPLETED:
                raise keras_tuner.errors.FailedTrialError(result["message"])
            return {self.oracle.objective.name: result["score"]}

        def pre_create_trial(self):
            # While Hyperband waits for others' trials, keras-tuner asks without end.
            time.sleep(_PAUSE_SECONDS)

        def on_search_begin(self):
            # From here on a search that was killed is found again.
            self.save()

        def _get_tuner_fname(self):
            # One name for who has the oracle, alone or the chief of workers: each goes on with the
            # search of the other.
            name = self.tuner_id if self._is_worker() else "search"
            return str(pathlib.Path(self.project_dir) / f"{name}.json")

    # The space alone: nothing is built here, where its memory would stay.
    reading = contextlib.nullcontext()
    if (pathlib.Path(out) / PROJECT).is_dir():
        reading = refuse_damaged(
            "--resume",
            pathlib.Path(out) / PROJECT,
            "the files of the search as they were left",
            "Bring them back, or choose another --out.",
        )
    with reading:
        return ProcessTuner(
            oracle, hypermodel=hyper_model.settings, directory=str(out), project_name=PROJECT
        )


def _whole(kind):
    """Return a class of oracles that tells a listener, and whose files are whole or not there."""

    class WholeOracle(kind):
        """An oracle of keras-tuner."""

        listener = None

        def save(self):
            _write_json(self._get_oracle_fname(), self.get_state())

        def _save_trial(self, trial):
            _write_json(
                pathlib.Path(self._get_trial_dir(trial.trial_id)) / "trial.json", trial.get_state()
            )

        def reload(self):
            super().reload()
            # Killed between two files: a trial that its oracle does not know yet.
            for trial_id in set(self.trials) - set(self.start_order):
                del self.trials[trial_id]

        def create_trial(self, tuner_id):
            trial = super().create_trial(tuner_id)
            if trial.status == "RUNNING":
                self.listener.trial_begins(self, trial)
            return trial

        def end_trial(self, trial):
            super().end_trial(trial)
            self.listener.trial_ends(self, trial)

    return WholeOracle


def _write_json(path, state):
    with written_whole(path) as unfinished:
        unfinished.write_text(json.dumps(state), encoding="utf-8")
