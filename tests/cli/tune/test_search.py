"""Oracle and tuner: files whole, a torn state healed, one search for one process and for many."""

import json
import types

import pytest
from keras_tuner import HyperParameters, Objective

from st_keras.cli.tune import search
from st_keras.cli.tune.roles import environment_of
from st_keras.cli.tune.search import make_oracle, make_tuner
from tests.cli.tune.conftest import OLD_NAMES

pytestmark = pytest.mark.filterwarnings(OLD_NAMES)


class Heard(list):
    """A listener that remembers."""

    def trial_begins(self, oracle, trial):
        self.append(("begins", trial.trial_id))

    def trial_ends(self, oracle, trial):
        self.append(("ends", trial.trial_id))


class Space:
    """One number to search."""

    def settings(self, hp: HyperParameters):
        hp.Float("x", 0.0, 1.0)


@pytest.fixture
def results(monkeypatch):
    """Have trials score their own number, but for those that fail."""
    known = {"failing": set()}

    def run(folder, arguments, values):
        if folder.name in known["failing"]:
            return {"status": "failed", "message": "no luck"}
        return {"status": "completed", "score": values["x"]}

    monkeypatch.setattr(search, "run_in_process", run)
    return known


def options_of(**overrides):
    return types.SimpleNamespace(
        **{"tuner": "random", "trials": 3, "seed": 0, "steps_per_trial": 9, **overrides}
    )


def searched(out, options=None, heard=None):
    options = options or options_of()
    heard = Heard() if heard is None else heard
    oracle = make_oracle(options, Objective("x", "min"), heard)
    make_tuner(oracle, Space(), ["tune"], out).search()
    return oracle, heard


def test_tells_of_each_trial_and_keeps_the_scores(tmp_path, results):
    oracle, heard = searched(tmp_path)
    assert heard == [(what, k) for k in "012" for what in ("begins", "ends")]
    for trial in oracle.trials.values():
        assert trial.score == trial.hyperparameters["x"]


def test_the_seed_says_which_trials(tmp_path, results):
    def values(name, seed):
        oracle, _ = searched(tmp_path / name, options_of(seed=seed))
        return [trial.hyperparameters["x"] for trial in oracle.trials.values()]

    assert values("a", 0) == values("b", 0) != values("c", 1)


@pytest.mark.parametrize("tuner", ["random", "bayesian", "hyperband"])
def test_many_failures_do_not_end_the_search(tuner, tmp_path, results):
    results["failing"] = {f"trial_{k}" for k in ("0", "1", "2", "3")}
    oracle, _ = searched(tmp_path, options_of(tuner=tuner, trials=6))
    states = [trial.status for trial in oracle.trials.values()]
    assert states == ["FAILED"] * 4 + ["COMPLETED"] * 2


def test_a_bayesian_search_is_random_only_at_first(tmp_path, results):
    ways = {}
    for tuner in ("bayesian", "random"):
        oracle, _ = searched(tmp_path / tuner, options_of(tuner=tuner, trials=6))
        ways[tuner] = [trial.hyperparameters["x"] for trial in oracle.trials.values()]
    assert ways["bayesian"][:3] == ways["random"][:3]
    assert min(ways["bayesian"][3:]) == 0.0 < min(ways["random"])  # of the score x


def test_a_search_goes_on_as_alone_and_as_chief(tmp_path, results):
    first, _ = searched(tmp_path, options_of(trials=2))
    role = {"KERASTUNER_TUNER_ID": "chief", "KERASTUNER_ORACLE_IP": "127.0.0.1"}
    with environment_of({**role, "KERASTUNER_ORACLE_PORT": "1"}):
        options = options_of(trials=3)
        oracle = make_oracle(options, Objective("x", "min"), Heard())
        make_tuner(oracle, Space(), ["tune"], tmp_path)
    assert sorted(oracle.trials) == ["0", "1"]
    assert oracle.trials["1"].score == first.trials["1"].score


def test_killed_before_the_oracle_knew_of_the_trial(tmp_path, results):
    whole, _ = searched(tmp_path / "whole")
    searched(tmp_path / "torn", options_of(trials=2))
    torn = tmp_path / "torn" / "search"
    begun = json.loads((torn / "trial_1" / "trial.json").read_text())
    begun |= {"trial_id": "2", "status": "RUNNING", "score": None}
    (torn / "trial_2").mkdir()
    (torn / "trial_2" / "trial.json").write_text(json.dumps(begun))
    heard = Heard()
    oracle, _ = searched(tmp_path / "torn", heard=heard)
    assert heard == [("begins", "2"), ("ends", "2")]
    values = [
        {k: t.hyperparameters["x"] for k, t in each.trials.items()} for each in (whole, oracle)
    ]
    assert values[0] == values[1]


def test_killed_while_a_trial_ran(tmp_path, results, monkeypatch):
    def die(folder, arguments, values):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(search, "run_in_process", die)
        with pytest.raises(KeyboardInterrupt):
            searched(tmp_path)
    (trial,) = (tmp_path / "search").glob("*/trial.json")
    before = json.loads(trial.read_text())["hyperparameters"]["values"]
    oracle, heard = searched(tmp_path)
    assert heard[:2] == [("begins", "0"), ("ends", "0")]
    assert oracle.trials["0"].hyperparameters.values == before
    assert len(oracle.trials) == 3


def test_files_are_whole(tmp_path, results, monkeypatch):
    searched(tmp_path, options_of(trials=1))
    state = tmp_path / "search" / "oracle.json"
    before = state.read_text()
    oracle = make_oracle(options_of(), Objective("x", "min"), Heard())
    make_tuner(oracle, Space(), ["tune"], tmp_path)
    monkeypatch.setattr("st_keras.files.whole_file.os.replace", _full)
    with pytest.raises(ValueError, match="No space left"):
        oracle.save()
    assert state.read_text() == before


def test_hyperband_ends_with_the_trials(tmp_path, results):
    oracle, _ = searched(tmp_path, options_of(tuner="hyperband", trials=13))
    rounds = [trial.hyperparameters["tuner/epochs"] for trial in oracle.trials.values()]
    assert rounds == [1] * 9 + [3] * 3 + [9]


def _full(*paths):
    raise OSError(28, "No space left on device")


def test_damaged_files_of_a_search_are_refused(results, tmp_path):
    searched(tmp_path)
    (tmp_path / "search" / "oracle.json").write_text("{")
    with pytest.raises(
        ValueError, match=r"--resume: .*search', which does not open .*another --out"
    ):
        searched(tmp_path)
