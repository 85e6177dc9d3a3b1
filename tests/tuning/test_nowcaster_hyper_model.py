"""The Nowcaster's space, scored by CRPS and by CSI."""

import keras
import keras_tuner
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.nowcaster.residual_unet import ResidualUNet
from st_keras.tuning import NowcasterHyperModel
from tests.refusals import refused

# In keras-tuner 1.4.8's own code.
pytestmark = pytest.mark.filterwarnings(r"ignore:(currentThread|getName)\(\) is deprecated")


def tiny(name="tiny"):
    return ResidualUNet((2, 2, 2, 2, 2), 2, name=name)


def space(steps=2, **overrides):
    arguments = {"residual": tiny(), "nowcaster": {"context_length": 3}, "seed": 0, "reports": 2}
    return NowcasterHyperModel(steps, **{**arguments, "leads_per_batch": (1, 2), **overrides})


def hp_of(**values):
    hp = keras_tuner.HyperParameters()
    hp.values = values
    return hp


def rain(seed):
    return np.random.default_rng(seed).gamma(0.5, 3.0, (2, 5, 16, 32, 1)).astype("float32")


@pytest.fixture
def sequences():
    return tf.data.Dataset.from_tensors(rain(0)).repeat()


@pytest.fixture
def validation():
    return tf.data.Dataset.from_tensors(rain(1))


@pytest.mark.parametrize("score, direction", [("crps", "min"), ("csi", "max")])
def test_a_search_gives_back_its_best_model(
    score, direction, eager, sequences, validation, tmp_path
):
    one = space(score=score)
    assert (one.objective.name, one.objective.direction) == (f"val_{score}", direction)
    tuner = keras_tuner.RandomSearch(
        one, one.objective, max_trials=2, seed=1, directory=tmp_path, project_name="p"
    )
    tuner.search(sequences, validation_data=validation, verbose=0)
    trials = tuner.oracle.get_best_trials(2)
    assert [trial.status for trial in trials] == ["COMPLETED"] * 2
    worse = trials[1].score - trials[0].score
    assert worse >= 0 if direction == "min" else worse <= 0
    (best,) = tuner.get_best_models()
    found = best.evaluate(validation, verbose=0, return_dict=True)
    # Of the averaged weights, which were scored.
    assert found[score] == pytest.approx(trials[0].score, rel=1e-5)


def test_training_ends_at_the_last_batch_with_averaged_weights(eager, sequences, validation):
    one, kept = space(steps=5, reports=4, learning_rate=1e-2), []
    model = one.build(hp_of())
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kept.append(model.get_weights())
    )
    history = one.fit(
        *(hp_of(), model, sequences), validation_data=validation, callbacks=[keep], verbose=0
    )
    assert int(model.optimizer.iterations) == 5
    assert {"val_crps", "val_csi"} <= set(history.history) and len(kept) == 3
    pairs = zip(model.get_weights(), kept[-1], strict=True)
    for now, scored in pairs:
        np.testing.assert_allclose(now, scored, atol=1e-6)
    found = model.evaluate(validation, verbose=0, return_dict=True)
    assert found["crps"] == pytest.approx(history.history["val_crps"][-1], rel=1e-5)


def test_the_settings_reach_the_model():
    hp = hp_of(residual="other", leads_per_batch=2, learning_rate=1e-3, weight_decay=1e-4)
    layers = (tiny(), tiny("other"))
    model = space(steps=100, residual=layers, weight_decay=(1e-5, 1e-2)).build(hp)
    assert (model.residual.name, model.leads_per_batch, model.context_length) == ("other", 2, 3)
    assert model.residual is not layers[1]
    assert model.optimizer.weight_decay == pytest.approx(1e-4)
    assert float(model.optimizer._learning_rate(10)) == pytest.approx(1e-3)  # after the warm-up
    fixed = space(weight_decay=0).build(hp_of())
    assert fixed.optimizer.weight_decay == 0


def test_a_residual_by_name():
    hp = hp_of()
    model = NowcasterHyperModel(8, residual=("predrnn", "unet"), precision="mixed_bfloat16").build(
        hp
    )
    assert hp["residual"] == model.residual == "predrnn"
    assert 5e-4 <= hp["learning_rate"] <= 5e-3
    assert model.learned.compute_dtype == "bfloat16"


def test_the_seed_gives_the_same_weights():
    first, second = (space(seed=1).build(hp_of()).get_weights() for _ in range(2))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))


def test_too_many_parameters_are_a_failed_trial(sequences):
    one = space(max_parameters=10)
    model = one.build(hp_of())
    with pytest.raises(keras_tuner.errors.FailedTrialError, match="more than max_parameters=10"):
        one.fit(hp_of(), model, sequences)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"score": "fss"}, r"NowcasterHyperModel: received score='fss'.*'crps', 'csi'"),
        ({"residual": ("unet", "resnet")}, r"residual='resnet'.*'unet', 'predrnn', 'modernn'"),
        ({"residual": None}, r"residual=None"),
        ({"residual": (tiny(), tiny())}, r"residual=\('tiny', 'tiny'\).*none twice"),
        ({"leads_per_batch": 0}, r"leads_per_batch=0"),
        ({"learning_rate": 0}, r"learning_rate=0\. Required: 0 < low"),
        ({"weight_decay": (0, 1)}, r"weight_decay=\(0, 1\)"),
        ({"precision": "float8"}, r"precision='float8'"),
        ({"max_parameters": 0}, r"max_parameters=0"),
        ({"seed": -1}, r"seed=-1"),
    ],
)
def test_refused(arguments, message):
    refused(message, space, **arguments)
