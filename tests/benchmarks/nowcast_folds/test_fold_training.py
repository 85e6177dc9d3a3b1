"""The training of a fold: what it has not seen, what it writes, and that it is kept."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.nowcast_folds import fold_training
from benchmarks.nowcast_folds.fold_training import train_fold
from st_keras.models import Nowcaster
from st_keras.models.nowcaster.residual_unet import ResidualUNet
from tests.uncompiled import uncompiled


@pytest.fixture
def asked(monkeypatch):
    """What training data were asked for; they are a few small windows."""
    calls = []

    def training_batches(*arguments):
        calls.append(arguments)
        frames = np.random.default_rng(0).gamma(0.4, 3.0, (2, 8, 32, 32, 1)).astype("float32")
        return tf.data.Dataset.from_tensors(frames).repeat()

    def small(residual, seed):
        made.append(residual)
        return Nowcaster(ResidualUNet((4, 4, 4, 4, 4), 4), leads_per_batch=1, seed=seed)

    made = []
    monkeypatch.setattr(fold_training, "training_batches", training_batches)
    monkeypatch.setattr(fold_training, "Nowcaster", small)
    monkeypatch.setattr(fold_training, "REPORTS", 2)
    return calls, made


@uncompiled
def test_a_fold_is_trained_on_the_other_events_and_kept(asked, tmp_path):
    calls, made = asked
    told = ("knmi", tmp_path / "a/knmi", "unet", 3, 2, 7, 0.25, "folder")
    model = train_fold(*told)
    others = ["fmi_2016", "fmi_2017", "mrms"]
    assert calls == [(others, 2, 7, 0.25, "folder")] and made == ["unet"]
    record = json.loads((tmp_path / "a/knmi/training.json").read_text())
    assert record["left_out"] == "knmi" and record["events"] == others
    assert record["batches"] == 2 and len(record["loss"]) == 2  # as many as were made
    assert record["parameters"] == model.count_params()
    assert (record["batch_size"], record["seed"], record["made_share"]) == (2, 7, 0.25)
    assert int(model.optimizer.iterations) == 2
    # It is there: read, not trained again.
    again = train_fold(*told)
    assert len(calls) == 1
    for one, two in zip(model.weights, again.weights, strict=True):
        np.testing.assert_array_equal(one, two)


@uncompiled
def test_a_training_that_dies_while_it_writes_is_done_again(asked, tmp_path, monkeypatch):
    def full(self, path, *args, **kwargs):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    told = ("mrms", tmp_path / "mrms", "unet", 1, 2, 7, 0.0, "folder")
    with monkeypatch.context() as patched:
        patched.setattr(keras.Model, "save", full)
        with pytest.raises(OSError, match="No space"):
            train_fold(*told)
    assert list((tmp_path / "mrms").iterdir()) == []
    train_fold(*told)
    assert len(asked[0]) == 2
    names = {path.name for path in (tmp_path / "mrms").iterdir()}
    assert names == {"model.keras", "training.json"}
