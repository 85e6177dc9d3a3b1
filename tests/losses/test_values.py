"""Losses against NumPy, masks and weights, and gradients that are finite everywhere."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import integrate, stats

from st_keras.losses import (
    BalancedMAE,
    BalancedMSE,
    CRPSLoss,
    LeadTimeWeights,
    PinballLoss,
    SoftCSI,
)
from tests.refusals import refused
from tests.tiny import random_frames

SHAPE = (4, 3, 2, 5, 2)
TRUE = random_frames(*SHAPE) * 12
TRUE[TRUE < 3] = 0
PRED = random_frames(*SHAPE, seed=1) * 12
HOLES = np.random.default_rng(2).random(SHAPE) < 0.3
GAPPY = np.where(HOLES, np.float32(np.nan), TRUE)
OUTPUTS = random_frames(*SHAPE[:-1], 6, seed=4) * 12
# Each with predicted channels that it takes.
LOSSES = {
    "balanced mse": (BalancedMSE(), PRED),
    "balanced mae": (BalancedMAE([1.0, 6.0]), PRED),
    "pinball": (PinballLoss(), OUTPUTS),
    "ensemble": (CRPSLoss(), OUTPUTS),
    "gaussian": (CRPSLoss("gaussian"), OUTPUTS[..., :4]),
    "soft csi": (SoftCSI([1.0, 5.0]), PRED),
    "weighted": (LeadTimeWeights("huber", [1.0, 0.5, 0.2]), PRED),
}
every = pytest.mark.parametrize("name", LOSSES)
MEANS = [name for name in LOSSES if name != "soft csi"]


def balance(values, thresholds, weights):
    return np.asarray(weights)[np.searchsorted(thresholds, values, side="right")]


def test_balanced_against_numpy():
    weights = balance(TRUE, [2, 5, 10, 30], [1, 2, 5, 10, 30])
    expected = np.mean(weights * np.square(TRUE - PRED))
    np.testing.assert_allclose(BalancedMSE()(TRUE, PRED), expected, rtol=1e-5)
    weights = balance(TRUE, [1, 6], [1, 2, 12])
    expected = np.mean(weights * np.abs(TRUE - PRED))
    np.testing.assert_allclose(BalancedMAE([1.0, 6.0])(TRUE, PRED), expected, rtol=1e-5)


@pytest.mark.parametrize("value, weight", [(1.999, 1), (2.0, 2), (5.0, 5), (10, 10), (30, 30)])
def test_a_value_that_equals_a_threshold_is_above_it(value, weight):
    assert float(BalancedMAE()([[value]], [[value + 1]])) == pytest.approx(weight, rel=1e-4)


def test_pinball_against_numpy():
    outputs = OUTPUTS.reshape(*SHAPE, 3)
    d = TRUE[..., None] - outputs
    q = np.array([0.1, 0.5, 0.9])
    expected = np.mean(np.where(d >= 0, q * d, (q - 1) * d))
    np.testing.assert_allclose(PinballLoss()(TRUE, OUTPUTS), expected, rtol=1e-5)


@pytest.mark.parametrize("fairness", [0.0, 0.95, 1.0])
def test_ensemble_against_all_pairs(fairness):
    members = OUTPUTS.reshape(*SHAPE, 3)
    pairs = np.abs(members[..., None] - members[..., None, :]).sum((-1, -2))
    spread = (fairness / 6 + (1 - fairness) / 9) / 2 * pairs
    expected = np.mean(np.abs(members - TRUE[..., None]).mean(-1) - spread)
    np.testing.assert_allclose(CRPSLoss(fairness=fairness)(TRUE, OUTPUTS), expected, rtol=1e-4)
    one = CRPSLoss(fairness=fairness)(TRUE, PRED)
    np.testing.assert_allclose(one, np.abs(TRUE - PRED).mean(), rtol=1e-5)


@pytest.mark.parametrize("y, mean, scale", [(0.3, 1.0, 2.0), (5.0, -1.0, 0.5), (-9.0, 3.0, 0.1)])
def test_gaussian_against_the_integral(y, mean, scale):
    """The squared distance of two distribution functions, integrated."""
    below, _ = integrate.quad(lambda x: stats.norm.cdf(x, mean, scale) ** 2, -40, y, limit=400)
    above, _ = integrate.quad(
        lambda x: (1 - stats.norm.cdf(x, mean, scale)) ** 2, y, 40, limit=400, points=[mean]
    )
    found = float(CRPSLoss("gaussian")([[y]], [[mean, np.log(scale)]]))
    assert found == pytest.approx(below + above, rel=1e-4)


def test_soft_csi_against_numpy_and_the_index():
    scores = []
    for threshold in (1.0, 5.0):
        soft = 1 / (1 + np.exp(-(PRED - threshold) / (threshold / 4)))
        event = TRUE >= threshold
        scores.append(np.sum(soft * event) / np.sum(event + soft * (1 - event)))
    np.testing.assert_allclose(SoftCSI([1.0, 5.0])(TRUE, PRED), 1 - np.mean(scores), rtol=1e-4)
    yes, event = PRED >= 5, TRUE >= 5
    index = np.sum(yes & event) / np.sum(yes | event)
    found = SoftCSI([5.0], width=1e-4)(TRUE, PRED)
    np.testing.assert_allclose(found, 1 - index, rtol=1e-3)


def test_soft_csi_of_nothing():
    zeros = np.zeros((2, 3), "float32")
    loss = SoftCSI([1.0], width=0.01)
    assert float(loss(zeros, zeros)) == pytest.approx(0, abs=1e-4)
    assert float(loss(zeros, zeros + 5)) == pytest.approx(1, abs=1e-4)


@every
def test_sums_of_parts_and_valid_values_alone(name):
    """What is missing does not count, whatever is predicted there."""
    loss, outputs = LOSSES[name]
    found = float(loss(GAPPY, outputs))
    spread = np.repeat(HOLES, outputs.shape[-1] // SHAPE[-1], axis=-1)
    for wild in (np.nan, np.inf, 1e30):
        wrong = np.where(spread, np.float32(wild), outputs)
        np.testing.assert_allclose(loss(GAPPY, wrong), found, rtol=1e-6)
    if name in MEANS:
        each = loss.weighted(TRUE, outputs).numpy()
        np.testing.assert_allclose(found, each[~HOLES].mean(), rtol=1e-5)


@every
def test_a_weight_of_0_is_a_missing_value(name):
    loss, outputs = LOSSES[name]
    weights = (~HOLES).astype("float32")
    found, expected = loss(TRUE, outputs, weights), loss(GAPPY, outputs)
    share = weights.mean() if name in MEANS else 1.0  # means divide by valid values, not weights
    np.testing.assert_allclose(found, expected * share, rtol=1e-5)


@every
def test_weights_of_sequences(name):
    loss, outputs = LOSSES[name]
    weights = np.float32([0, 1, 2, 5])
    found = loss(TRUE, outputs, weights)
    wide = np.broadcast_to(weights[:, None, None, None, None], SHAPE)
    np.testing.assert_allclose(found, loss(TRUE, outputs, wide), rtol=1e-6)
    if name in MEANS:
        each = loss.weighted(TRUE, outputs).numpy()
        np.testing.assert_allclose(found, np.mean(each * wide), rtol=1e-5)
    else:
        twice = np.concatenate([TRUE[1:], TRUE[2:3], *[TRUE[3:]] * 4])
        again = np.concatenate([outputs[1:], outputs[2:3], *[outputs[3:]] * 4])
        np.testing.assert_allclose(found, loss(twice, again), rtol=1e-5)


@every
def test_nothing_valid_is_0_and_teaches_nothing(name):
    loss, outputs = LOSSES[name]
    with tf.GradientTape() as tape:
        pred = tf.constant(outputs)
        tape.watch(pred)
        value = loss(TRUE * np.nan, pred)
    assert float(value) == pytest.approx(0, abs=1e-6)
    assert not tape.gradient(value, pred).numpy().any()


@every
@pytest.mark.parametrize("at", ["equal", "zero", "far", "half"])
def test_gradients_are_finite(name, at):
    """Where both are equal or 0, far away, and for predictions in 16 bits."""
    loss, outputs = LOSSES[name]
    equal = np.repeat(TRUE, outputs.shape[-1] // SHAPE[-1], axis=-1)
    values = {"equal": equal, "zero": 0 * outputs, "far": outputs * 1e6 - 5e6, "half": outputs}[at]
    truth = np.where(HOLES, np.float32(np.nan), TRUE * (at != "zero"))
    with tf.GradientTape() as tape:
        pred = tf.constant(values, "float16" if at == "half" else "float32")
        tape.watch(pred)
        value = loss(truth, pred)
    gradient = tape.gradient(value, pred).numpy()
    assert np.isfinite(value) and np.isfinite(gradient).all()
    assert value.dtype == tf.float32
    assert not gradient[np.repeat(HOLES, values.shape[-1] // SHAPE[-1], axis=-1)].any()


@pytest.mark.parametrize("name", ["balanced mse", "pinball", "ensemble", "gaussian", "soft csi"])
def test_leads_of_weight_0_do_not_count(name):
    loss, outputs = LOSSES[name]
    config = {**loss.get_config(), "lead_weights": [0.0, 1.0]}
    weighted = type(loss).from_config(config)
    found = weighted(TRUE[:, 1:], outputs[:, 1:])
    expected = loss(TRUE[:, 2:], outputs[:, 2:])
    share = 0.5 if name in MEANS else 1.0
    np.testing.assert_allclose(found, expected * share, rtol=1e-5)
    # A frame before the lead times weighs 1.
    found = weighted(TRUE, outputs)
    weights = np.float32([1, 0, 1])[:, None, None, None] + np.zeros(SHAPE, "float32")
    np.testing.assert_allclose(found, loss(TRUE, outputs, weights), rtol=1e-5)


@every
def test_saved_with_any_keras_model(name, tmp_path):
    loss, outputs = LOSSES[name]
    model = keras.Sequential([keras.Input(SHAPE[1:]), keras.layers.Dense(outputs.shape[-1])])
    model.compile("adam", loss=loss)
    model.fit(TRUE, GAPPY, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again.loss) is type(loss) and again.loss.get_config() == loss.get_config()
    found, expected = (one.evaluate(TRUE, GAPPY, verbose=0) for one in (again, model))
    assert np.isfinite(found) and found == expected


@pytest.mark.parametrize(
    "make, arguments, message",
    [
        (BalancedMSE, {"thresholds": [5, 2]}, r"BalancedMSE: received thresholds=\[5, 2\]"),
        (BalancedMSE, {"thresholds": []}, r"thresholds=\[\]"),
        (BalancedMSE, {"thresholds": "ten"}, r"thresholds='ten'"),
        (BalancedMSE, {"weights": [1, 2]}, r"weights=\[1, 2\]\. Required: 5 finite numbers"),
        (BalancedMAE, {"weights": [0] * 5}, r"BalancedMAE: received weights=.*not all 0"),
        (BalancedMSE, {"thresholds": [-5.0, 3.0]}, r"thresholds=\[-5.0, 3.0\] without weights"),
        (BalancedMSE, {"lead_weights": [-1]}, r"lead_weights=\[-1\]"),
        (BalancedMSE, {"lead_weights": [0, 0]}, r"lead_weights=\[0, 0\].*not all 0"),
        (BalancedMSE, {"reduction": "sum"}, r"reduction='sum'"),
        (SoftCSI, {"thresholds": [1, float("nan")]}, r"SoftCSI: received thresholds="),
        (SoftCSI, {"width": 0}, r"width=0 with thresholds"),
        (SoftCSI, {"width": [1, 2]}, r"one for each threshold"),
        (SoftCSI, {"thresholds": [0.0, 1.0]}, r"width=None with thresholds=\[0.0, 1.0\]"),
        (PinballLoss, {"quantiles": [0.5, 0.1]}, r"PinballLoss: received quantiles=\[0.5, 0.1\]"),
        (PinballLoss, {"quantiles": [0, 0.1]}, r"numbers in \(0, 1\)"),
        (CRPSLoss, {"distribution": "gamma"}, r"distribution='gamma'"),
        (CRPSLoss, {"fairness": 2}, r"fairness=2"),
        (LeadTimeWeights, {"loss": "cosine_similarity", "lead_weights": [1]}, r"one number for ea"),
        (LeadTimeWeights, {"loss": SoftCSI(), "lead_weights": [1]}, r"loss=SoftCSI\. .*of Keras"),
    ],
)
def test_errors(make, arguments, message):
    refused(message, make, **arguments)


def test_shapes_refused():
    message = r"PinballLoss: received 2 predicted channel\(s\) for 2 .*3 times as many"
    refused(message, PinballLoss(), TRUE, PRED)
    refused(r"CRPSLoss: received 5 predicted", CRPSLoss(), TRUE, OUTPUTS[..., :5])
    refused(r"2 times as many: mean and log scale", CRPSLoss("gaussian"), TRUE, PRED)
    for one in (BalancedMAE(), SoftCSI(), LeadTimeWeights("mae", [1.0])):
        message = rf"{type(one).__name__}: received 6 .*2 channel.*1 times as many: one value"
        refused(message, one, TRUE, OUTPUTS)
    loss = BalancedMSE(lead_weights=[1.0] * 4)
    refused(r"received 4 lead_weights for 3 forecast frame", loss, TRUE, PRED)
    flat = TRUE[..., 0, 0, 0]
    refused(r"lead_weights with frames of shape \(4, 3\)", loss, flat, flat)
