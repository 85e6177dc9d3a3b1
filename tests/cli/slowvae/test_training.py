"""`train slowvae`: what is written, and what is refused before anything is."""

import json

import keras
import numpy as np

from st_keras.cli.slowvae.training import PairTraining
from st_keras.datasets import LatentPairs, Sprites
from st_keras.models import SlowVAE
from tests.uncompiled import uncompiled


@uncompiled
def test_writes_model_curve_and_record(slowvae_arguments, run, tmp_path):
    flags = ("--gamma", "0", "--beta", "4", "--objective", "exact", "--seed", "7")
    status, out, _ = run(*slowvae_arguments, *flags)
    assert status == 0
    model = keras.models.load_model(tmp_path / "run" / "model.keras")
    assert isinstance(model, SlowVAE)
    assert (model.latent_size, model.gamma, model.beta) == (4, 0.0, 4.0)
    assert (model.objective, model.seed) == ("exact", 7)
    assert int(model.optimizer.iterations) == 2
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["recipe"] == {"steps": 2, "batch_size": 2, "steps_done": 2}
    assert record["data"]["name"] == "sprites_laplace"
    assert len(record["history"]["kl_transition"]) == 2
    assert (tmp_path / "run" / "training_curve.png").is_file()
    assert record["status"] == "finished"
    assert not (tmp_path / "run" / "resume").exists()
    assert "st-keras evaluate" in out and "--data sprites" in out


def test_nothing_is_written_for_wrong_data(run, tmp_path):
    arguments = ("train", "slowvae", "--data", "kitti-masks=missing.npz", "--out")
    status, _, err = run(*arguments, tmp_path / "run")
    assert status == 2
    assert "missing.npz" in err
    assert not (tmp_path / "run").exists()


def test_validation_pairs_are_the_same_each_time_and_not_those_of_training():
    data = PairTraining(LatentPairs(Sprites()), seed=0)
    validation = data.validation_dataset(4)
    first, again = (np.concatenate([batch.numpy() for batch in validation]) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    training = next(iter(data.training_dataset(4))).numpy()
    assert not np.array_equal(first[:4], training)


def test_training_pairs_can_begin_anywhere():
    data = PairTraining(LatentPairs(Sprites()), seed=0)
    whole = [batch.numpy() for batch in data.training_dataset(2).take(3)]
    rest = [batch.numpy() for batch in data.training_dataset(2, 1).take(2)]
    np.testing.assert_array_equal(rest, whole[1:])
