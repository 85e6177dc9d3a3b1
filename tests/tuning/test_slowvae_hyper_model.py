"""SlowVAE's space, scored by MCC and by UDR."""

import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from st_keras.metrics.disentanglement import mcc, udr
from st_keras.tuning import SlowVAEHyperModel
from tests.tiny import random_frames

IMAGES = random_frames(24, 16, 16, 1)
FACTORS = np.random.default_rng(0).normal(size=(24, 2))


def space(**overrides):
    arguments = {"steps": 2, "latent_size": 3, "precision": "float32", "seed": 5}
    return SlowVAEHyperModel(IMAGES, **{**arguments, **overrides})


@pytest.fixture
def pairs():
    return tf.data.Dataset.from_tensors(random_frames(4, 2, 16, 16, 1)).repeat()


def test_mcc_of_the_codes(eager, pairs):
    one = space(factors=FACTORS)
    assert (one.objective.name, one.objective.direction) == ("mcc", "max")
    hp = keras_tuner.HyperParameters()
    model = one.build(hp)
    found = one.fit(hp, model, pairs, verbose=0)
    assert int(model.optimizer.iterations) == 2
    assert found["mcc"] == pytest.approx(float(mcc(model.encode(IMAGES), FACTORS)))
    assert np.isfinite(found["loss"])


def test_udr_of_several_seeds(eager, pairs, monkeypatch):
    one = space(num_seeds=2)
    made, seen = [], []
    build = one._model
    monkeypatch.setattr(one, "_model", lambda hp, n: made.append(build(hp, n)) or made[-1])

    def spied(codes, kl):
        seen.append((codes, udr(codes, kl)))
        return seen[-1][1]

    monkeypatch.setattr("st_keras.tuning.slowvae_hyper_model.udr", spied)
    hp = keras_tuner.HyperParameters()
    model = one.build(hp)
    found = one.fit(hp, model, pairs, verbose=0)
    ((codes, agreement),) = seen
    assert [each.seed for each in made] == [5, 6]
    assert np.abs(codes[0] - codes[1]).max() > 0
    assert found["udr"] == pytest.approx(np.mean(agreement.details["model_scores"]))
    best = agreement.details["best_model"]
    np.testing.assert_allclose(model.encode(IMAGES), codes[best], atol=1e-6)


def test_udr_and_hyperband_do_not_go_together(pairs):
    one, hp = space(), keras_tuner.HyperParameters()
    hp.values = {"tuner/epochs": 1, "tuner/initial_epoch": 0}
    with pytest.raises(keras_tuner.errors.FatalValueError, match="score='udr' with Hyperband"):
        one.fit(hp, one.build(hp), pairs)


def test_the_settings_reach_the_model():
    hp = keras_tuner.HyperParameters()
    hp.values = {"beta": 2.0, "gamma": 3.0, "rate": 4.0, "learning_rate": 1e-3}
    model = space().build(hp)
    assert (model.beta, model.gamma, model.rate, model.latent_size) == (2.0, 3.0, 4.0, 3)
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)
    assert space(gamma=0).build(keras_tuner.HyperParameters()).gamma == 0.0


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"score": "mcc"}, r"score='mcc' without factors\. Required: factors \(N, factors\)"),
        ({"score": "mig"}, r"score='mig'"),
        ({"num_seeds": 1}, r"num_seeds=1. Required: an int of at least 2"),
        ({"rate": 0}, r"rate=0"),
        ({"gamma": (0, 3)}, r"gamma=\(0, 3\)"),
        ({"max_parameters": 0}, r"max_parameters=0"),
        ({"images": IMAGES[0]}, r"images of shape \(16, 16, 1\)"),
    ],
)
def test_refused(arguments, message):
    images = arguments.pop("images", IMAGES)
    with pytest.raises(ValueError, match=message):
        SlowVAEHyperModel(images, **{"steps": 2, **arguments})
