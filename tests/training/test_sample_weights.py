"""Weights of sequences: sum(w . loss) / B in the loss, weighted means in metrics."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.metrics.video import FrameMSE
from st_keras.training.sample_weights import as_pairs, check_sample_weight, weights_like_losses
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network
from tests.uncompiled import uncompiled

FRAMES = random_frames(6, 5, 4, 4, 1)
WEIGHTS = np.float32([0.0, 3.0, 1.0, 0.5, 0.0, 2.0])
ROUNDING = 1e-6


def losses_of(predictions, power=2):
    """|error|^power of each sequence, (N,)."""
    return (np.abs(predictions - FRAMES[:, 1:]) ** power).mean(axis=(1, 2, 3, 4))


def built(**arguments):
    keras.utils.set_random_seed(0)
    model = tiny_forecaster(ScalarNetwork(), **arguments)
    model.build((None, None, 4, 4, 1))
    return model


def ways(frames=FRAMES, weights=WEIGHTS):
    """The same sequences and weights, in every form that `fit` and `evaluate` take."""
    pairs = frames[:, :2], frames[:, 2:]
    elements = tf.data.Dataset.from_tensor_slices((frames, weights)).batch(3)
    return {
        "frames": ((frames,), {"sample_weight": weights, "batch_size": 3}),
        "pairs": (pairs, {"sample_weight": weights, "batch_size": 3}),
        "elements": ((elements.map(lambda x, w: (x, None, w)),), {}),
        "elements of pairs": ((elements.map(lambda x, w: (x[:, :2], x[:, 2:], w)),), {}),
    }


@pytest.mark.parametrize("way", ways())
def test_the_update_is_that_of_the_weighted_mean(way):
    data, arguments = ways()[way]
    model = built()
    model.compile(keras.optimizers.SGD(0.1))
    history = model.fit(*data, **arguments, shuffle=False, verbose=0).history
    # Next frame = weight . frame: loss and gradient by hand.
    weight, losses = 1.0, []
    for part in (slice(0, 3), slice(3, 6)):
        x, y, w = FRAMES[part, :-1], FRAMES[part, 1:], WEIGHTS[part]
        losses.append(np.mean(w * np.square(weight * x - y).mean(axis=(1, 2, 3, 4))))
        weight -= 0.1 * np.mean(w * (2 * (weight * x - y) * x).mean(axis=(1, 2, 3, 4)))
    np.testing.assert_allclose(model.get_weights()[0], weight, atol=ROUNDING)
    np.testing.assert_allclose(history["loss"], [np.mean(losses)], rtol=1e-5)


@pytest.mark.parametrize("way", ways())
def test_scores_are_weighted_means(way):
    data, arguments = ways()[way]
    model = built()
    model.compile("sgd", metrics=[FrameMSE(name="frame_mse"), "mae"], weighted_metrics=["mse"])
    found = model.evaluate(*data, **arguments, verbose=0, return_dict=True)
    forecast = model.predict(FRAMES, verbose=0)[:, 1:-1]
    error = forecast - FRAMES[:, 2:]
    expected = {
        "mae": np.abs(error).mean(axis=(1, 2, 3, 4)),
        "mse": np.square(error).mean(axis=(1, 2, 3, 4)),
    }
    for name, each in expected.items():
        np.testing.assert_allclose(found[name], np.average(each, weights=WEIGHTS), rtol=1e-5)
    per_sequence = np.square(np.clip(forecast, 0, 1) - FRAMES[:, 2:]).sum(axis=(2, 3, 4)).mean(1)
    np.testing.assert_allclose(
        found["frame_mse"], np.average(per_sequence, weights=WEIGHTS), rtol=1e-5
    )
    closed_loop = model.predict(FRAMES, verbose=0)[:, :-1]
    np.testing.assert_allclose(found["loss"], np.mean(WEIGHTS * losses_of(closed_loop)), rtol=1e-5)


@pytest.mark.parametrize("loss", ["mae", "huber", keras.losses.MeanAbsoluteError(), "per sequence"])
def test_any_loss_that_leaves_the_batch_axis(loss):
    def per_sequence(y_true, y_pred):
        return keras.ops.mean(keras.ops.abs(y_pred - y_true), axis=(1, 2, 3, 4))

    model = built()
    model.compile(loss=per_sequence if loss == "per sequence" else loss)
    found = model.evaluate(FRAMES, sample_weight=WEIGHTS, verbose=0)
    predictions = model.predict(FRAMES, verbose=0)[:, :-1]
    each = losses_of(predictions, 1)
    if loss == "huber":
        each = losses_of(predictions) / 2  # |error| < 1
    np.testing.assert_allclose(found, np.mean(WEIGHTS * each), rtol=1e-5)


def test_weights_of_validation_data():
    model = built()
    model.compile()
    fit = {"verbose": 0, "epochs": 1, "validation_batch_size": 6}
    for validation in ((FRAMES, None, WEIGHTS), (FRAMES[:, :2], FRAMES[:, 2:], WEIGHTS)):
        history = model.fit(FRAMES, validation_data=validation, **fit).history
        expected = model.evaluate(FRAMES, sample_weight=WEIGHTS, batch_size=6, verbose=0)
        np.testing.assert_allclose(history["val_loss"], [expected], rtol=1e-5)


def test_weights_of_ones_are_none():
    ends = []
    for weights in (None, np.ones(6)):
        model = built(reverse_input=True)
        model.compile(keras.optimizers.SGD(0.1))
        model.fit(FRAMES, sample_weight=weights, shuffle=False, verbose=0)
        ends.append(model.get_weights()[0])
    np.testing.assert_allclose(*ends, atol=ROUNDING)


@uncompiled
def test_the_decoupling_term_is_not_weighted():
    model = tiny_forecaster(tiny_network(filters=(2,), decoupling=True), decoupling_weight=0.5)
    model.compile()
    plain, nothing = (
        model.evaluate(FRAMES, sample_weight=w, verbose=0, return_dict=True)["loss"]
        for w in (None, np.zeros(6))
    )
    model.fit(FRAMES, sample_weight=np.zeros(6), verbose=0)
    terms = {name: float(tracker.result()) for name, tracker in model.term_trackers.items()}
    assert terms["frame_loss"] == 0.0 < terms["decoupling"] and nothing > 0.0 and plain > nothing


@pytest.mark.parametrize("batch", [5, pytest.param(4, marks=pytest.mark.long)])
def test_uneven_batches_on_replicas(two_replicas, batch):
    """Six samples: of 5 three and two, then one and none; of 4 two each, then one each."""
    ends = []
    for scope in (contextlib.nullcontext(), two_replicas.scope()):
        with scope:
            model = built()
            model.compile(keras.optimizers.SGD(0.1), metrics=["mae"])
        fit = {"sample_weight": WEIGHTS, "batch_size": batch, "shuffle": False, "verbose": 0}
        history = model.fit(FRAMES, validation_data=(FRAMES, None, WEIGHTS), **fit).history
        ends.append((model.get_weights()[0], history))
    one, two = ends
    np.testing.assert_allclose(two[0], one[0], atol=ROUNDING)
    for name, values in one[1].items():
        np.testing.assert_allclose(two[1][name], values, rtol=1e-5)


def test_weights_of_elements_on_replicas(two_replicas):
    data, _ = ways()["elements"]
    with two_replicas.scope():
        model = built()
        model.compile(keras.optimizers.SGD(0.1))
    model.fit(*data, shuffle=False, verbose=0)


def test_shapes():
    check_sample_weight("fit", None)
    check_sample_weight("fit", [1.0, 2.0])
    for weights in (np.ones((6, 5)), np.ones(()), tf.ones((6, 1))):
        with pytest.raises(ValueError, match=r"fit: received sample_weight of shape .*\(B,\)"):
            check_sample_weight("fit", weights)


def test_frames_in_memory_become_pairs():
    arguments = {"x": FRAMES, "sample_weight": WEIGHTS, "verbose": 0}
    pairs = as_pairs("fit", arguments, 2)
    np.testing.assert_array_equal(np.concatenate([pairs["x"], pairs["y"]], axis=1), FRAMES)
    assert as_pairs("fit", pairs, 2) is pairs
    told = as_pairs("fit", {**arguments, "x": {"frames": FRAMES, "actions": FRAMES[..., 0, 0]}}, 2)
    assert told["x"]["frames"].shape[1] == 2 and told["x"]["actions"].shape[1] == 5
    without = {"x": FRAMES, "sample_weight": None}
    assert as_pairs("fit", without, 2) is without
    assert as_pairs("fit", {**arguments, "sample_weight": [1.0] * 6}, 2)["sample_weight"].ndim == 1


def test_elements_without_a_future_become_pairs():
    data = tf.data.Dataset.from_tensors((FRAMES, WEIGHTS))
    element = next(iter(as_pairs("fit", {"x": data.map(lambda x, w: (x, None, w))}, 2)["x"]))
    np.testing.assert_array_equal(np.concatenate(element[:2], axis=1), FRAMES)
    np.testing.assert_array_equal(element[2], WEIGHTS)
    others = data, data.map(lambda x, w: (x, x, w)), data.map(lambda x, w: ({"video": x}, None, w))
    for other in others:
        assert as_pairs("fit", {"x": other}, 2)["x"] is other


def test_weights_beside_what_is_no_array():
    model = built()
    model.compile()
    data = tf.data.Dataset.from_tensors(FRAMES)
    message = r"Forecaster.fit: received sample_weight beside .*Dataset as x.*\(frames, None, s"
    with pytest.raises(ValueError, match=message):
        model.fit(data, sample_weight=WEIGHTS, verbose=0)


def test_weights_of_short_sequences_are_refused_for_their_length():
    model = built()
    model.compile()
    with pytest.raises(ValueError, match="sequences of 2 frames with context_length=2"):
        model.fit(FRAMES[:, :2], sample_weight=WEIGHTS, verbose=0)


def test_a_loss_of_the_whole_batch_cannot_be_weighted():
    def whole(y_true, y_pred):
        return keras.ops.mean(y_pred - y_true)

    assert weights_like_losses(whole, FRAMES, FRAMES, None) is None
    shape = weights_like_losses("mse", FRAMES, FRAMES, tf.constant(WEIGHTS)).shape
    assert shape == (6, 1, 1, 1)
    with pytest.raises(ValueError, match="a loss that is one number for the whole batch"):
        weights_like_losses(whole, FRAMES, FRAMES, tf.constant(WEIGHTS))
