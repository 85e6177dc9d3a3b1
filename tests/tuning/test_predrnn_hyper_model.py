"""PredRNN's space, and real searches with keras-tuner's own tuners."""

import keras_tuner
import numpy as np
import pytest

from st_keras.tuning import PredRNNHyperModel

# In keras-tuner 1.4.8's own code.
pytestmark = pytest.mark.filterwarnings(r"ignore:(currentThread|getName)\(\) is deprecated")
SPACE = {
    **{"layers": 1, "filters": (2, 4), "kernel_size": 3, "patch_size": 4, "context_length": 2},
    **{"precision": "float32", "sampling": ("scheduled", "teacher_forcing"), "seed": 0},
}


def test_the_decoupling_weight_is_searched_with_decoupling_only():
    both = PredRNNHyperModel((8, 12, 1), 2, **SPACE, decoupling=(False, True))
    hp = keras_tuner.HyperParameters()
    network, training = both.settings(hp)
    assert (network["decoupling"], training["decoupling_weight"]) == (False, 0.0)
    assert "decoupling_weight" not in hp.values
    hp.values["decoupling"] = True
    hp.ensure_active_values()
    assert 1e-3 <= both.settings(hp)[1]["decoupling_weight"] <= 0.3
    never = PredRNNHyperModel((8, 12, 1), 2, **SPACE, decoupling=False)
    model = never.build(keras_tuner.HyperParameters())
    assert (model.network.decoupling, model.decoupling_weight) == (False, 0.0)


def test_a_search_gives_back_its_best_model(eager, frames, validation, tmp_path):
    space = PredRNNHyperModel((8, 12, 1), 2, reports=2, **SPACE)
    tuner = keras_tuner.RandomSearch(
        *(space, space.objective), max_trials=2, seed=1, directory=tmp_path, project_name="p"
    )
    tuner.search(frames, validation_data=validation, verbose=0)
    trials = tuner.oracle.get_best_trials(2)
    assert [trial.status for trial in trials] == ["COMPLETED"] * 2
    (best,) = tuner.get_best_models()
    score = best.evaluate(validation, verbose=0, return_dict=True)["mse"]
    assert score == pytest.approx(trials[0].score, rel=1e-5)
    rebuilt = tuner.hypermodel.build(tuner.get_best_hyperparameters()[0])
    shapes = [[w.shape for w in model.weights] for model in (best, rebuilt)]
    assert shapes[0] == shapes[1]
    best.save(tmp_path / "best.keras")


def test_a_trial_that_is_too_large_does_not_end_the_search(eager, frames, validation, tmp_path):
    space = PredRNNHyperModel((8, 12, 1), 1, **SPACE, max_parameters=2500)
    sizes = {filters: _built(space, filters).count_params() for filters in (2, 4)}
    assert sizes[2] <= 2500 < sizes[4]
    tuner = keras_tuner.GridSearch(
        space,
        space.objective,
        directory=tmp_path,
        max_trials=2,
        hyperparameters=_filters_only(),
        tune_new_entries=False,
    )
    tuner.search(frames, validation_data=validation, verbose=0)
    found = {t.hyperparameters["filters"]: t.status for t in tuner.oracle.trials.values()}
    assert found == {2: "COMPLETED", 4: "FAILED"}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["BayesianOptimization", "Hyperband"])
def test_other_tuners(kind, frames, validation, tmp_path):
    space = PredRNNHyperModel((8, 12, 1), 4, reports=4, **SPACE)
    length = {"max_epochs": 4, "factor": 2} if kind == "Hyperband" else {"max_trials": 3}
    tuner = getattr(keras_tuner, kind)(space, space.objective, seed=1, directory=tmp_path, **length)
    tuner.search(frames, validation_data=validation, verbose=0)
    trials = tuner.oracle.trials.values()
    assert {trial.status for trial in trials} == {"COMPLETED"}
    (best,) = tuner.get_best_models()
    score = best.evaluate(validation, verbose=0, return_dict=True)["mse"]
    assert score == pytest.approx(min(trial.score for trial in trials), rel=1e-5)
    assert np.isfinite(score)


def _filters_only():
    hp = keras_tuner.HyperParameters()
    hp.Choice("filters", [2, 4])
    return hp


def _built(space, filters):
    hp = keras_tuner.HyperParameters()
    hp.values = {"filters": filters}
    return space.build(hp)
