"""The smallest searches of the command line."""

import pytest
import tensorflow as tf

from st_keras.cli.tune import search, trial_process
from st_keras.cli.tune.trial_runner import read_result

# In keras-tuner 1.4.8's own code.
OLD_NAMES = r"ignore:(currentThread|getName)\(\) is deprecated"


@pytest.fixture
def tune_arguments(frames_file, tmp_path):
    """Arguments of a search of three trials of one batch each."""
    return [
        *("tune", "predrnn", "--data", frames_file, "--out", tmp_path / "search"),
        *("--trials", "3", "--steps-per-trial", "1", "--batch-size", "2", "--tuner", "random"),
        *("--context-length", "3", "--horizon", "3", "--layers", "1", "--filters", "2,4"),
        *("--kernel-size", "3", "--patch-size", "4", "--precision", "float32"),
        *("--sampling", "scheduled"),
    ]


@pytest.fixture
def trials_here(monkeypatch):
    """Run trials in this process, uncompiled; return the list of the folders of those run."""
    begun = []

    def run_here(folder, arguments, values):
        before = read_result(folder)
        if before and before["values"] == values:
            return before
        begun.append(folder.name)
        texts = [str(a) for a in arguments]
        job = trial_process.json.dumps({"arguments": texts, "values": values})
        (folder / trial_process.JOB).write_text(job)
        trial_process.main(folder)
        return read_result(folder)

    monkeypatch.setattr(search, "run_in_process", run_here)
    tf.config.run_functions_eagerly(True)
    yield begun
    tf.config.run_functions_eagerly(False)
