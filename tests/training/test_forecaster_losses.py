"""Losses whose thresholds are in the user's units, in a `Forecaster` that learns in others."""

import contextlib

import keras
import numpy as np
import pytest

from st_keras.layers import (
    ChannelTransforms,
    Decibel,
    FrameNormalization,
    LogScale,
    build_transform,
)
from st_keras.losses import (
    BalancedMAE,
    BalancedMSE,
    CRPSLoss,
    LeadTimeWeights,
    PinballLoss,
    SoftCSI,
)
from tests.generated_rain import moving_showers
from tests.refusals import refused
from tests.tiny import ScalarNetwork, tiny_forecaster, tiny_network
from tests.uncompiled import uncompiled

CONTEXT, HORIZON = 2, 3
RAIN = moving_showers(6, CONTEXT + HORIZON, 4, 6, seed=3, missing=0.25)
WHOLE = np.nan_to_num(RAIN, nan=0.0)
LEADS = [1.0, 0.5, 0.25]
THRESHOLDS, WEIGHTS = [1.0, 5.0], [1.0, 3.0, 9.0]


def normalization():
    return build_transform("rain-rate", 0.0, 60.0, units="mm/h")


def rainy(network=None, frames=WHOLE, **arguments):
    network = network or ScalarNetwork()
    model = tiny_forecaster(network, normalization=normalization(), **arguments)
    model.build((None, None, *frames.shape[2:]))
    return model


def in_network_units(frames):
    """The transform of `normalization`, by NumPy."""
    with np.errstate(divide="ignore"):
        decibels = np.where(frames < 0.1, -15, 10 * np.log10(np.maximum(frames, 1e-9)))
    decibels = np.where(np.isnan(frames), np.nan, decibels)
    return (decibels + 15) / (10 * np.log10(60) + 15)


def predictions_of_scalar_network(frames):
    """Closed loop of `ScalarNetwork`: the frame while it is seen, then 0."""
    network = in_network_units(frames[:, :-1])
    network[:, CONTEXT:] = 0
    return network


def balanced(frames, weights=1.0, error=np.square):
    """`BalancedMSE` over the valid values of frames 1 ... T-1, weights by mm/h."""
    truth = frames[:, 1:]
    each = error(in_network_units(truth) - predictions_of_scalar_network(frames))
    balance = np.where(truth >= 5, 9.0, np.where(truth >= 1, 3.0, 1.0))
    leads = np.concatenate([np.ones(CONTEXT - 1), LEADS])[:, None, None, None]
    return np.nansum(each * balance * leads * weights) / np.isfinite(each).sum()


def soft_csi(frames, weights=1.0):
    truth, pred = frames[:, 1:], predictions_of_scalar_network(frames)
    leads = np.concatenate([np.ones(CONTEXT - 1), LEADS])[:, None, None, None]
    count = np.isfinite(truth) * leads * weights
    scores = []
    for t in THRESHOLDS:
        low, at, high = in_network_units(np.array([0.75 * t, t, 1.25 * t]))
        event = np.nan_to_num(truth) >= t
        soft = 1 / (1 + np.exp(-(np.nan_to_num(pred) - at) / ((high - low) / 2)))
        hits = np.sum(count * soft * event)
        scores.append(hits / np.sum(count * (event + soft * (1 - event))))
    return 1 - np.mean(scores)


LOSSES = {
    "balanced mse": (lambda: BalancedMSE(THRESHOLDS, WEIGHTS, LEADS), balanced),
    "balanced mae": (
        lambda: BalancedMAE(THRESHOLDS, WEIGHTS, LEADS),
        lambda frames, weights=1.0: balanced(frames, weights, np.abs),
    ),
    "soft csi": (lambda: SoftCSI(THRESHOLDS, lead_weights=LEADS), soft_csi),
}


@uncompiled
@pytest.mark.parametrize("missing", ["refuse", "mask"])
@pytest.mark.parametrize("name", LOSSES)
def test_thresholds_are_in_the_users_units(name, missing):
    make, expected = LOSSES[name]
    frames = RAIN if missing == "mask" else WHOLE
    network = ScalarNetwork() if missing == "refuse" else Masked()
    model = rainy(network, missing=missing)
    model.compile("sgd", loss=make())
    found = model.evaluate(frames, batch_size=6, verbose=0)
    np.testing.assert_allclose(found, expected(frames), rtol=1e-4)
    weights = np.float32([0, 1, 2, 1, 0.5, 3])
    found = model.evaluate(frames, sample_weight=weights, batch_size=6, verbose=0)
    wide = weights[:, None, None, None, None]
    np.testing.assert_allclose(found, expected(frames, wide), rtol=1e-4)
    if missing == "mask":
        pixels = np.random.default_rng(1).random(frames.shape, dtype="float32")
        found = model.evaluate(frames, sample_weight=pixels, batch_size=6, verbose=0)
        np.testing.assert_allclose(found, expected(frames, pixels[:, 1:]), rtol=1e-4)


@keras.saving.register_keras_serializable(package="st_keras_tests")
class Masked(ScalarNetwork):
    """Takes masks, and reads missing values as 0."""

    validity_channel = False

    def call(
        self, frames, observed_mask=None, return_terms=False, training=False, valid=None, fill=0.0
    ):
        frames = keras.ops.where(valid, frames, fill)
        return super().call(frames, observed_mask, return_terms, training)


@pytest.mark.parametrize("missing", ["refuse", "mask"])
@pytest.mark.parametrize("name", ["balanced mse", "soft csi"])
def test_two_replicas_train_as_one_device(two_replicas, name, missing):
    frames = (RAIN if missing == "mask" else WHOLE)[:5]  # three samples and two
    results = []
    for scope in (contextlib.nullcontext(), two_replicas.scope()):
        with scope:
            model = rainy(Masked() if missing == "mask" else None, missing=missing)
            model.compile(keras.optimizers.SGD(0.5), loss=LOSSES[name][0]())
        logs = model.fit(frames, batch_size=5, shuffle=False, epochs=2, verbose=0).history
        scores = model.evaluate(frames, batch_size=5, verbose=0)
        results.append((model.get_weights()[0], logs["loss"], scores))
    one, two = results
    assert abs(one[0] - 1) > 1e-3
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-5)


@pytest.mark.parametrize("loss", [SoftCSI(THRESHOLDS), BalancedMSE(), PinballLoss([0.9])])
def test_mixed_precision_trains_and_reckons_in_float32(loss):
    model = rainy(tiny_network(filters=(2,), dtype="mixed_float16"), missing="mask")
    model.compile(keras.optimizers.SGD(0.1), loss=loss)
    before = model.get_weights()
    history = model.fit(RAIN, batch_size=3, epochs=2, verbose=0).history["loss"]
    assert np.isfinite(history).all()
    assert any(np.abs(a - b).max() > 0 for a, b in zip(before, model.get_weights(), strict=True))


@uncompiled
@pytest.mark.parametrize("name", LOSSES)
def test_a_compiled_model_comes_back(name, tmp_path):
    model = rainy(tiny_network(filters=(2,)))
    loss = LOSSES[name][0]()
    model.compile("sgd", loss=loss)
    model.fit(WHOLE, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.loss.get_config() == loss.get_config()
    np.testing.assert_array_equal(again.loss._limits, model.loss._limits)
    expected = model.evaluate(WHOLE, verbose=0)
    assert again.evaluate(WHOLE, verbose=0) == expected


def test_the_loss_of_the_user_stays_as_it_was():
    loss = BalancedMSE(THRESHOLDS)
    before = loss._limits.copy()
    rainy().compile(loss=loss)
    np.testing.assert_array_equal(loss._limits, before)


@uncompiled
def test_each_channel_has_the_thresholds_of_its_transform():
    transforms = [Decibel(), LogScale(2.0), FrameNormalization(3.0, 4.0)]
    frames = np.concatenate([WHOLE, WHOLE + 1, WHOLE * 2], axis=-1)
    targets = {"targets": ["a", "c"], "channels": ["a", "b", "c"], "future_inputs": {"b": "held"}}
    model = tiny_forecaster(
        tiny_network(filters=(2,)), normalization=ChannelTransforms(transforms), **targets
    )
    model.compile("sgd", loss=BalancedMSE([1.0, 7.0]))
    limits = model.loss._limits
    np.testing.assert_allclose(limits[:, 0], [0.0, 10 * np.log10(7)], atol=1e-4)
    np.testing.assert_allclose(limits[:, 1], [-0.5, 1.0], atol=1e-4)
    assert np.isfinite(model.evaluate(frames, verbose=0, return_dict=True)["loss"])


def test_refusals():
    model = rainy()
    message = r"SoftCSI: received threshold\(s\) \[0.05\] that the normalization does not tell"
    refused(message, model.compile, loss=SoftCSI([0.05, 2.0]))
    message = r"BalancedMSE: received threshold\(s\) \[-3.0\] .*in the units of the frames"
    refused(message, model.compile, loss=BalancedMSE([-3.0, 2.0], [1, 1, 2]))
    message = r"compile: received loss_weights"
    refused(message, model.compile, loss=SoftCSI(THRESHOLDS), loss_weights=[2.0])
    for loss, message in (
        (LeadTimeWeights("mse", [1.0, 2.0]), r"received 2 lead_weights for 3 forecast frame"),
        (CRPSLoss("gaussian"), r"1 predicted channel\(s\) for 1 .*A Forecaster predicts"),
        (PinballLoss(), r"Required: 3 times as many: 3 quantile\(s\) for each"),
    ):
        model = rainy()
        model.compile("sgd", loss=loss, run_eagerly=True)
        refused(message, model.fit, WHOLE, verbose=0)


@uncompiled
@pytest.mark.parametrize("name", ["mse", "mae", "huber"])
def test_losses_of_keras_with_weights_of_leads(name):
    model = rainy(Masked(), missing="mask")
    model.compile("sgd", loss=LeadTimeWeights(name, LEADS))
    found = model.evaluate(RAIN, batch_size=6, verbose=0)
    error = in_network_units(RAIN[:, 1:]) - predictions_of_scalar_network(RAIN)
    each = {"mse": np.square, "mae": np.abs, "huber": lambda e: np.square(e) / 2}[name](error)
    leads = np.concatenate([np.ones(CONTEXT - 1), LEADS])[:, None, None, None]
    np.testing.assert_allclose(found, np.nansum(each * leads) / np.isfinite(each).sum(), rtol=1e-4)
