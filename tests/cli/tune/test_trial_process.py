"""One trial: what it is told, what it answers, and that it keeps its best report."""

import json
import os

import keras
import numpy as np
import pytest
from keras_tuner import Objective

from st_keras.cli.tune.trial_process import BestReport, main
from tests.uncompiled import ABOUT_EAGER

pytestmark = pytest.mark.filterwarnings(ABOUT_EAGER)
VALUES = {
    **{"layers": 1, "filters": 2, "patch_size": 4, "kernel_size": 3, "layer_norm": False},
    **{"decoupling": True, "decoupling_weight": 0.01, "sampling": "scheduled"},
    **{"sampling_until": 0.5, "learning_rate": 0.01, "precision": "float32"},
}


@pytest.fixture
def trial(tmp_path, tune_arguments, trials_here):
    """Run a trial of some values; return its exit status and result."""

    def run_trial(number=0, more=(), **values):
        folder = tmp_path / f"trial_{number}"
        folder.mkdir(exist_ok=True)
        job = {"arguments": [str(a) for a in (*tune_arguments, *more)]}
        (folder / "job.json").write_text(json.dumps({**job, "values": {**VALUES, **values}}))
        return main(folder), json.loads((folder / "result.json").read_text())

    return run_trial


def test_the_values_reach_the_model_that_is_saved(trial, tmp_path):
    status, result = trial(more=("--steps-per-trial", "2"))
    assert status == 0
    assert (result["status"], result["values"], result["pid"]) == ("completed", VALUES, os.getpid())
    model = keras.models.load_model(tmp_path / "trial_0" / "model.keras")
    assert (model.network.filters, model.decoupling_weight) == ((2,), 0.01)
    assert model.count_params() == result["parameters"]
    assert result["score"] == min(result["history"]["val_mse"])
    assert result["report"] == 1 + int(np.argmin(result["history"]["val_mse"]))


def test_a_round_of_hyperband_goes_on_from_an_earlier_trial(trial, tmp_path):
    rounds = {"tuner/epochs": 1, "tuner/initial_epoch": 0}
    more = ("--tuner", "hyperband", "--steps-per-trial", "9")
    assert trial(0, more, **rounds)[0] == 0
    later = {"tuner/epochs": 2, "tuner/initial_epoch": 1, "tuner/trial_id": "0"}
    status, result = trial(1, more, **later, learning_rate=1e-9)
    assert status == 0
    assert len(result["history"]["loss"]) == 1
    # With so small a learning rate it stays what it was.
    one, two = (
        keras.models.load_model(tmp_path / f"trial_{k}" / "model.keras").get_weights()
        for k in (0, 1)
    )
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_what_goes_wrong_is_a_result(trial, tmp_path):
    status, result = trial(filters=-3)
    assert status == 1
    assert result["status"] == "failed" and "seconds" in result
    assert result["message"].startswith("InputError: ") and "filters=-3" in result["message"]
    assert not (tmp_path / "trial_0" / "model.keras").exists()


def test_the_weights_of_the_best_report():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    best = BestReport(Objective("val_mse", "min"))
    best.set_model(model)
    for epoch, value in enumerate([3.0, 1.0, float("nan"), 2.0]):
        model.set_weights([np.full((1, 1), 10.0 * epoch)])
        best.on_epoch_end(epoch, {"val_mse": value, "loss": 0.0})
    best.on_train_end()
    assert (best.value, best.report) == (1.0, 2)
    assert model.get_weights()[0].item() == 10.0


def test_no_report_leaves_the_weights():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    best = BestReport(Objective("mcc", "max"))
    best.set_model(model)
    best.on_epoch_end(0, {"loss": 1.0})
    best.on_train_end()
    assert best.value is None and best.report is None
