"""What a search writes and prints as it goes on, and at its end."""

import json
import types

import pytest
from keras_tuner import Objective

from st_keras.cli.run_folder import RunFolder
from st_keras.cli.tune.search_results import SearchResults


class Oracle:
    """Trials with scores, and the folders they left."""

    max_trials = 5

    def __init__(self, out):
        self.out, self.trials = out, {}

    def add(self, number, score, **values):
        status = "COMPLETED" if score is not None else "FAILED"
        hp = types.SimpleNamespace(values=values)
        found = types.SimpleNamespace(
            trial_id=str(number), status=status, score=score, hyperparameters=hp
        )
        self.trials[str(number)] = found
        folder = self.out / "search" / f"trial_{number}"
        folder.mkdir(parents=True)
        result = {"score": score} if score is not None else {"message": "too large\nmore"}
        result |= {"status": status.lower(), "values": values, "seconds": 2.0}
        (folder / "result.json").write_text(json.dumps(result))
        if score is not None:
            (folder / "model.keras").write_text(f"model {number}")
        return found

    def get_space(self):
        fixed = types.SimpleNamespace(name="layers", value=1)
        return types.SimpleNamespace(space=[fixed, types.SimpleNamespace(name="a")])


@pytest.fixture
def searched(tmp_path):
    folder = RunFolder(tmp_path / "out").create()

    def make(direction="min", keep_models=False):
        results = SearchResults(folder, {"data": 1}, Objective("x", direction), keep_models)
        return results, Oracle(folder.path)

    return make


def models(out):
    return sorted(path.parent.name for path in (out / "search").glob("*/model.keras"))


def test_only_the_best_model_is_kept(searched, capsys):
    results, oracle = searched()
    for number, score in enumerate([0.5, None, 0.3, 0.4]):
        trial = oracle.add(number, score, a=number, layers=1)
        results.trial_begins(oracle, trial)
        results.trial_ends(oracle, trial)
    assert models(oracle.out) == ["trial_2"]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Trial 0, of 5: a 0"
    assert lines[1] == "Trial 0: x 0.5 in 2 s, the best so far"
    assert lines[3] == "Trial 1: failed: too large"
    assert lines[7] == "Trial 3: x 0.4 in 2 s, best so far 0.3"
    assert len(json.loads((oracle.out / "trials.json").read_text())["trials"]) == 4


def test_hyperband_keeps_all(searched):
    results, oracle = searched(keep_models=True)
    for number in range(3):
        results.trial_ends(oracle, oracle.add(number, float(number), a=1))
    assert models(oracle.out) == ["trial_0", "trial_1", "trial_2"]


def test_the_end(searched, capsys):
    results, oracle = searched("max")
    for number, score in enumerate([0.5, 0.75, None]):
        oracle.add(number, score, a=number)
    assert results.finish(oracle)["trial"] == 1
    out = oracle.out
    assert (out / "best" / "model.keras").read_text() == "model 1"
    record = json.loads((out / "best" / "run.json").read_text())
    assert (record["recipe"], record["data"], record["status"]) == ({"a": 1}, 1, "finished")
    assert json.loads((out / "tune.json").read_text())["status"] == "finished"
    assert json.loads((out / "trials.json").read_text())["best"] == 1
    assert (out / "trials.png").is_file() and (out / "trials.csv").is_file()
    assert "1 *" in capsys.readouterr().out


def test_a_trial_that_was_not_completed_leaves_the_search_open(searched):
    results, oracle = searched()
    oracle.add(0, 0.5, a=0)
    oracle.add(1, None, a=1).status = "RUNNING"
    results.finish(oracle)
    assert json.loads((oracle.out / "tune.json").read_text())["status"] == "interrupted"


def test_nothing_completed(searched):
    results, oracle = searched()
    oracle.add(0, None, a=0)
    with pytest.raises(
        ValueError, match=r"search: received no completed trial among 1 \(too large\)"
    ):
        results.finish(oracle)
    assert not (oracle.out / "best").exists()
