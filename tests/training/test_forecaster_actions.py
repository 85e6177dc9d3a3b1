"""A Forecaster whose network is told the actions: data, training, forecasts, files."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.layers import FrameNormalization
from st_keras.training import ReverseScheduledSampling, ScheduledSampling
from st_keras.training.observed_mask import draw_observed_mask
from tests.tiny import random_frames, tiny_forecaster
from tests.tiny_actions import (
    random_actions,
    random_sequences,
    tiny_action_forecaster,
    tiny_action_network,
)
from tests.uncompiled import uncompiled

SEQUENCES = random_sequences(4, 6)
FRAMES, ACTIONS = SEQUENCES["frames"], SEQUENCES["actions"]
SHORT = {name: value[:, :4] for name, value in SEQUENCES.items()}


def one_layer(**arguments):
    """The smallest action-conditioned forecaster; tracing takes most of a test's time."""
    keras.utils.set_random_seed(0)
    return tiny_action_forecaster(tiny_action_network(filters=(2,)), **arguments)


@pytest.fixture(scope="module")
def model():
    """One for all tests that do not train it."""
    model = one_layer(normalization=FrameNormalization(0.5, 2.0))
    model.build((None, None, 4, 8, 1))
    return model


def weights_of(model):
    return np.concatenate([w.ravel() for w in model.get_weights()])


def check_forecast(model, length, horizon):
    """Equal to a loop that feeds the network its own last prediction and the next action.

    One call says so: the network, which sees no later frame and no later action, predicts each
    frame of the forecast from those before it.
    """
    context, actions = random_frames(3, length, 4, 8, 1), random_actions(3, length + horizon - 1)
    forecast = model.forecast(context, horizon, batch_size=2, actions=actions)
    assert forecast.shape == (3, horizon, 4, 8, 1) and forecast.dtype == "float32"
    seen = model.normalization(np.concatenate([context, forecast[:, :-1]], axis=1))
    following = model.network(seen, actions)[:, length - 1 :]
    np.testing.assert_allclose(forecast, model.normalization.inverse(following), atol=1e-5)


def test_forecast_is_exactly_the_future(model):
    check_forecast(model, 2, 4)


@uncompiled
@pytest.mark.parametrize("length, horizon", [(1, 1), (5, 2)])
def test_of_any_length(model, length, horizon):
    check_forecast(model, length, horizon)


def test_actions_after_t_never_change_the_forecast_up_to_t(model):
    context, actions = FRAMES[:, :2], ACTIONS[:, :5]
    before = model.forecast(context, 4, actions=actions)
    for step in range(5):
        changed = actions.copy()
        changed[:, step] += 1.0
        moved = np.abs(model.forecast(context, 4, actions=changed) - before).max((0, 2, 3, 4))
        first = max(step - 1, 0)  # action 1 is the first to lead into the forecast
        assert (moved[:first] == 0).all() and (moved[first:] > 1e-7).all()


@pytest.mark.parametrize("garbage", [0.0, 1e20, np.nan])
def test_call_and_predict_read_the_context_and_all_actions(model, garbage):
    future = np.full((4, 3, 4, 8, 1), garbage, "float32")
    sequences = {
        "frames": np.concatenate([FRAMES[:, :2], future], axis=1),
        "actions": ACTIONS[:, :5],
    }
    predictions = model(sequences).numpy()
    assert predictions.shape == (4, 5, 4, 8, 1)
    forecast = model.forecast(FRAMES[:, :2], 4, actions=ACTIONS[:, :5])
    np.testing.assert_allclose(predictions[:, 1:], forecast, atol=1e-6)
    np.testing.assert_allclose(model.predict(sequences, verbose=0), predictions, atol=1e-6)


def test_actions_are_not_normalised(model):
    """The network gets them as they are: predictions in network units say so."""
    predictions = model({"frames": FRAMES, "actions": ACTIONS})
    mask = np.tile(np.float32([1, 1, 0, 0, 0, 0]), (4, 1))
    expected = model.network((FRAMES - 0.5) / 2, ACTIONS, observed_mask=mask) * 2 + 0.5
    np.testing.assert_allclose(predictions, expected, atol=1e-6)


def test_evaluate_is_the_closed_loop():
    model = one_layer(decoupling_weight=0.3)
    model.compile(optimizer="sgd", metrics=[keras.metrics.MeanAbsoluteError(name="mae")])
    results = model.evaluate(SEQUENCES, batch_size=3, verbose=0, return_dict=True)
    forecast = model.forecast(FRAMES[:, :2], 4, actions=ACTIONS[:, :5])
    assert results["mae"] == pytest.approx(np.abs(forecast - FRAMES[:, 2:]).mean(), rel=1e-4)
    mask = np.tile(np.float32([1, 1, 0, 0, 0]), (4, 1))
    predictions, terms = model.network(FRAMES[:, :-1], ACTIONS[:, :-1], mask, return_terms=True)
    frame_loss = np.mean((predictions - FRAMES[:, 1:]) ** 2)
    assert results["frame_loss"] == pytest.approx(frame_loss, rel=1e-4)
    assert results["loss"] == pytest.approx(frame_loss + 0.3 * float(terms["decoupling"]), rel=1e-4)


def trained(data, compile_arguments=None, **arguments):
    model = one_layer(**arguments)
    model.compile(optimizer=keras.optimizers.SGD(0.1), **(compile_arguments or {}))
    if isinstance(data, tf.data.Dataset):
        model.fit(data, shuffle=False, verbose=0)
    else:
        model.fit(*data, batch_size=2, shuffle=False, verbose=0)
    return model


@pytest.mark.long
def test_arrays_datasets_and_pairs_train_alike():
    pair = ({"frames": FRAMES[:, :2], "actions": ACTIONS}, FRAMES[:, 2:])
    first, *others = (
        weights_of(trained(data, compile_arguments={"metrics": ["mae"]}))
        for data in (
            (SEQUENCES,),
            tf.data.Dataset.from_tensor_slices(SEQUENCES).batch(2),
            tf.data.Dataset.from_tensor_slices(pair).batch(2),
        )
    )
    for weights in others:
        np.testing.assert_allclose(weights, first, atol=1e-6)


@pytest.mark.long
def test_compiled_by_xla_it_trains_the_same():
    """And so it does eagerly."""
    eager, compiled = (
        weights_of(trained((SEQUENCES,), options))
        for options in ({"run_eagerly": True}, {"jit_compile": True})
    )
    error = np.abs(eager - compiled).max()
    print(f"XLA: weights within {error:.1e} of eager ones")
    assert error < 1e-5


@uncompiled
def test_reverse_input_flips_the_actions_with_the_frames():
    """The second update: both back to front, so the last action now leads to frame T-2."""
    sampling = ReverseScheduledSampling.over(8)
    sequences = {name: value[:2] for name, value in SHORT.items()}
    model = trained((sequences,), sampling=sampling, reverse_input=True)
    assert int(model.optimizer.iterations) == 2
    mask = draw_observed_mask(sampling.probabilities(0, 2, 3), 2, seed=0, batches_seen=0)
    results = {}
    for reverse_actions in (True, False):
        twin = one_layer()
        twin.compile(optimizer=keras.optimizers.SGD(0.1))
        frames, actions = map(tf.constant, sequences.values())
        twin.build(frames.shape)
        twin.update_weights(frames, mask, actions)
        twin.update_weights(frames[:, ::-1], mask, actions[:, ::-1] if reverse_actions else actions)
        results[reverse_actions] = weights_of(twin)
    np.testing.assert_allclose(weights_of(model), results[True], atol=1e-6)
    assert np.abs(results[True] - results[False]).max() > 1e-5


@uncompiled
def test_the_last_action_trains_nothing_without_reverse_input():
    frames, actions = SHORT.values()
    moved = actions.copy()
    moved[:, -1] += 1.0
    for reverse_input in (False, True):
        results = []
        for given in (actions, moved):
            model = one_layer(reverse_input=reverse_input)
            model.compile(optimizer=keras.optimizers.SGD(0.1))
            model.build(frames.shape)
            model.update_weights(tf.constant(frames), tf.ones((4, 3)), tf.constant(given))
            results.append(weights_of(model))
        assert (np.abs(results[0] - results[1]).max() > 1e-7) == reverse_input


def test_learns_what_only_the_actions_say():
    """The frame turns white or black by the action; without them it would be a coin toss."""
    rng = np.random.default_rng(0)
    actions = rng.integers(0, 2, (32, 6, 2)).astype("float32") * 2 - 1
    frames = np.full((32, 6, 4, 4, 1), 0.5, "float32")
    frames[:, 1:] = (actions[:, :-1, :1, None, None] + 1) / 2
    model = tiny_action_forecaster(
        tiny_action_network(filters=(8,), decoupling=False),
        sampling=ScheduledSampling(),
    )
    model.compile(optimizer=keras.optimizers.Adam(0.02))
    model.fit({"frames": frames, "actions": actions}, epochs=30, batch_size=16, verbose=0)
    error = np.abs(model.forecast(frames[:, :2], 4, actions=actions[:, :5]) - frames[:, 2:]).mean()
    print(f"frames that the actions decide: mean error {error:.3f}")
    assert error < 0.1


@uncompiled
def test_mixed_precision_trains_with_float32_weights():
    network = tiny_action_network(dtype="mixed_float16", filters=(2,))
    model = tiny_action_forecaster(network)
    model.compile(optimizer=keras.optimizers.Adam(1e-2))
    (loss,) = model.fit(SEQUENCES, verbose=0).history["loss"]
    assert np.isfinite(loss)
    assert {w.dtype for w in model.weights} == {"float32"}
    forecast = model.forecast(FRAMES[:, :2], 2, actions=ACTIONS[:, :3])
    assert forecast.dtype == "float32" and np.isfinite(forecast).all()


@uncompiled
@pytest.mark.parametrize("built_by", ["build", "call", "fit"])
def test_keras_file_whatever_built_the_model(tmp_path, built_by):
    model = one_layer()
    if built_by == "build":
        model.build(FRAMES.shape)
    elif built_by == "call":
        model(SEQUENCES)
    else:
        model.compile(optimizer="sgd")
        model.fit(SHORT, verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(again(SEQUENCES), model(SEQUENCES), atol=1e-6)


def test_keras_own_export_takes_frames_and_actions(model, tmp_path):
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    for sequences in (SEQUENCES, random_sequences(1, 3, 8, 4, seed=2)):
        np.testing.assert_allclose(served.serve(sequences), model(sequences), atol=1e-5)


def test_functional_model_around_the_forecaster(model):
    shapes = {"frames": (None, 4, 8, 1), "actions": (None, 2)}
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    functional = keras.Model(inputs, model(inputs))
    assert functional.output_shape == (None, None, 4, 8, 1)
    np.testing.assert_allclose(functional(SEQUENCES), model(SEQUENCES), atol=1e-6)


@pytest.mark.parametrize(
    "data, message",
    [
        (FRAMES, r"frames without actions"),
        ({"frames": FRAMES}, r"a dict of \['frames'\]"),
        ({"video": FRAMES, "actions": ACTIONS}, r"a dict of \['actions', 'video'\]"),
        ({"frames": FRAMES, "actions": ACTIONS[:, :5]}, r"actions of shape .* of 6 frames"),
        ({"frames": FRAMES, "actions": ACTIONS[..., :1]}, r"actions of shape"),
        ({"frames": FRAMES, "actions": ACTIONS[..., 0]}, r"rank 2. Required: rank 3"),
        (random_sequences(2, 2), r"sequences of 2 frames with context_length=2"),
    ],
)
def test_fit_and_evaluate_refuse_what_they_cannot_read(data, message):
    model = one_layer()
    for method in ("fit", "evaluate"):
        model.compile(optimizer="sgd")
        with pytest.raises(ValueError, match=f"Forecaster.*: received .*{message}"):
            getattr(model, method)(data, verbose=0)


@uncompiled
def test_sample_weights_in_every_form():
    weights, ends = np.float32([1.0, 0.0, 2.0, 0.5]), []
    elements = tf.data.Dataset.from_tensors((SHORT, weights))
    context = {**SHORT, "frames": FRAMES[:, :2]}
    for data, more in (
        ((SHORT,), {"sample_weight": weights}),
        ((context, FRAMES[:, 2:4]), {"sample_weight": weights}),
        ((elements.map(lambda x, w: (x, None, w)),), {}),
        ((SHORT,), {}),
    ):
        model = one_layer()
        model.compile(keras.optimizers.SGD(0.5))
        model.fit(*data, **more, shuffle=False, verbose=0)
        ends.append(weights_of(model))
    weighted, *same, plain = ends
    for other in same:
        np.testing.assert_allclose(other, weighted, atol=1e-6)
    assert np.abs(plain - weighted).max() > 1e-4


def test_forecast_errors(model):
    context = FRAMES[:, :2]
    with pytest.raises(ValueError, match=r"Forecaster.forecast: received no actions"):
        model.forecast(context, 4)
    with pytest.raises(ValueError, match=r"Forecaster.forecast: .*shape \(4, 6, 2\).*\(4, 5, 2\)"):
        model.forecast(context, 4, actions=ACTIONS)
    with pytest.raises(ValueError, match=r"Forecaster.rollout: received no actions"):
        model.rollout(context, 4)
    with pytest.raises(ValueError, match=r"Forecaster.update_weights: received no actions"):
        model.update_weights(FRAMES, np.ones((4, 5)))
    with pytest.raises(ValueError, match=r"Forecaster.forecast: received H=6 with size_divisor=4"):
        model.forecast(random_frames(1, 2, 6, 8, 1), 1, actions=ACTIONS[:1, :2])
    for method in (model, model.predict):
        with pytest.raises(ValueError, match=r"Forecaster: received frames without actions"):
            method(FRAMES)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "__call__"])
def test_a_network_without_actions_refuses_them(method):
    model = tiny_forecaster()
    model.compile(optimizer="sgd")
    with pytest.raises(ValueError, match=r"a dict of \['actions', 'frames'\] for a PredRNN"):
        getattr(model, method)(SEQUENCES)


def test_forecast_of_a_network_without_actions_refuses_them():
    model = tiny_forecaster()
    model.build(FRAMES.shape)
    for forecast in (model.forecast, model.rollout):
        with pytest.raises(ValueError, match=r"received actions for a PredRNN, which takes no act"):
            forecast(FRAMES[:, :2], 4, actions=ACTIONS[:, :5])
