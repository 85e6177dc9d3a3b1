"""Forecasting and evaluation; training is in `test_forecaster_fit`."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.layers import FrameNormalization
from st_keras.models import PredRNN
from st_keras.training import Forecaster, ScheduledSampling
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network
from tests.uncompiled import uncompiled


def one_layer(filters=(2,), **arguments):
    """Tracing takes most of a test's time."""
    return tiny_network(filters=filters, **arguments)


@pytest.fixture(scope="module")
def model():
    """One for all tests that do not train it."""
    keras.utils.set_random_seed(0)
    model = tiny_forecaster(normalization=FrameNormalization(0.5, 2.0))
    model.build((None, None, 4, 6, 1))
    return model


def check_forecast(model, length, horizon):
    """Equal to a loop that feeds the network its own last prediction."""
    context = random_frames(2, length, 4, 6, 1)
    forecast = model.forecast(context, horizon)
    assert forecast.shape == (2, horizon, 4, 6, 1) and forecast.dtype == "float32"
    seen = model.normalization(context).numpy()
    for t in range(horizon):
        following = model.network(seen)[:, -1:]
        np.testing.assert_allclose(
            forecast[:, t], model.normalization.inverse(following)[:, 0], atol=1e-5
        )
        seen = np.concatenate([seen, following], axis=1)


def test_forecast_is_exactly_the_future(model):
    check_forecast(model, 2, 7)


@uncompiled
@pytest.mark.parametrize("length, horizon", [(1, 7), (1, 1), (2, 2), (5, 1)])
def test_of_any_length(model, length, horizon):
    check_forecast(model, length, horizon)


@pytest.mark.parametrize("garbage", [0.0, 1e20, np.nan])
def test_call_reads_the_context_alone(model, garbage):
    context = random_frames(2, 2, 4, 6, 1)
    future = np.full((2, 3, 4, 6, 1), garbage, "float32")
    predictions = model(np.concatenate([context, future], axis=1)).numpy()
    assert predictions.shape == (2, 5, 4, 6, 1)
    np.testing.assert_allclose(predictions[:, 1:], model.forecast(context, 4), atol=1e-6)
    np.testing.assert_allclose(
        model.predict(np.concatenate([context, future], axis=1), verbose=0), predictions, atol=1e-6
    )


def test_longer_forecasts_begin_like_shorter_ones(model):
    context = random_frames(2, 3, 4, 6, 1)
    np.testing.assert_allclose(
        model.forecast(context, 6)[:, :2], model.forecast(context, 2), atol=1e-6
    )


def test_forecast_depends_on_every_frame_of_the_context(model):
    context = random_frames(1, 4, 4, 6, 1)
    before = model.forecast(context, 1)
    for t in range(4):
        changed = context.copy()
        changed[:, t] += 1.0
        assert np.abs(model.forecast(changed, 1) - before).max() > 1e-6


context_arrays = st.tuples(
    st.integers(1, 5),
    st.integers(1, 4),
    st.sampled_from([2, 4, 6]),
    st.sampled_from([2, 4, 6]),
    st.sampled_from(["float32", "float64", "float16", "uint8", "bool"]),
)


@settings(max_examples=15, deadline=None)
@given(array=context_arrays, horizon=st.integers(1, 4), batch_size=st.integers(1, 4))
def test_any_context_gives_finite_frames_whatever_the_batch_size(array, horizon, batch_size):
    n, length, height, width, dtype = array
    model = FUZZED.setdefault("model", tiny_forecaster(tiny_network(filters=(2,))))
    model.build((None, None, None, None, 1))
    context = np.random.default_rng(0).uniform(0, 255, (n, length, height, width, 1)).astype(dtype)
    forecast = model.forecast(context, horizon, batch_size=batch_size)
    assert forecast.shape == (n, horizon, height, width, 1)
    assert np.isfinite(forecast).all()
    np.testing.assert_allclose(forecast[-1:], model.forecast(context[-1:], horizon), atol=1e-6)


FUZZED = {}  # one model for all examples: building and tracing is what takes the time


def test_progress_is_shown_on_request(model, capsys):
    model.forecast(random_frames(3, 2, 4, 6, 1), 1, batch_size=2)
    assert capsys.readouterr().out == ""
    model.forecast(random_frames(3, 2, 4, 6, 1), 1, batch_size=2, verbose=1)
    assert "2/2" in capsys.readouterr().out


def test_learns_to_blink_without_a_shift():
    """Frame t+1 = 1 - frame t: a forecast shifted by one frame would be wrong everywhere."""
    frames = np.zeros((2, 7, 4, 4, 1), "float32")
    frames[0, ::2], frames[1, 1::2] = 1.0, 1.0
    model = tiny_forecaster(tiny_network(kernel_size=1, filters=(8,)))
    model.compile(optimizer=keras.optimizers.Adam(0.03))
    model.fit(frames, epochs=80, batch_size=2, verbose=0)
    forecast = model.forecast(frames[:, :2], 5)
    right, shifted = (np.abs(forecast - frames[:, s : s + 5]).max() for s in (2, 1))
    print(f"blinking: error {right:.3f}, of a shifted forecast {shifted:.3f}")
    assert right < 0.2 and shifted > 0.8


def test_evaluate_is_the_closed_loop_and_metrics_see_the_forecast_in_users_units():
    model = tiny_forecaster(
        one_layer(), decoupling_weight=0.3, normalization=FrameNormalization.from_range(0, 255)
    )
    model.compile(optimizer="sgd", metrics=[keras.metrics.MeanAbsoluteError(name="mae")])
    frames = np.random.default_rng(0).integers(0, 255, (5, 6, 4, 6, 1)).astype("uint8")
    results = model.evaluate(frames, batch_size=2, verbose=0, return_dict=True)

    error = np.abs(model.forecast(frames[:, :2], 4) - frames[:, 2:])
    assert results["mae"] == pytest.approx(error.mean(), rel=1e-4)
    network_units = frames / np.float32(255)
    mask = np.tile(np.float32([1, 1, 0, 0, 0]), (5, 1))
    predictions, terms = model.network(network_units[:, :-1], mask, return_terms=True)
    frame_loss = np.mean((predictions - network_units[:, 1:]) ** 2)
    assert results["frame_loss"] == pytest.approx(frame_loss, rel=1e-4)
    assert results["decoupling"] == pytest.approx(float(terms["decoupling"]), rel=1e-4)
    expected = frame_loss + 0.3 * float(terms["decoupling"])
    assert results["loss"] == pytest.approx(expected, rel=1e-4)


@uncompiled
def test_a_loss_given_to_compile_replaces_the_mse():
    model = tiny_forecaster(one_layer(), decoupling_weight=0.0)
    model.compile(optimizer="sgd", loss="mae")
    frames = random_frames(2, 5, 4, 6, 1)
    loss = model.evaluate(frames, verbose=0, return_dict=True)["loss"]
    assert loss == pytest.approx(np.abs(model(frames[:, :-1]) - frames[:, 1:]).mean(), rel=1e-4)


@uncompiled
def test_losses_that_a_network_adds_count():
    class Regularized(PredRNN):
        def call(self, frames, observed_mask=None, return_terms=False, training=False):
            self.add_loss(keras.ops.convert_to_tensor(0.5))
            return super().call(frames, observed_mask, return_terms, training)

    frames = random_frames(2, 5, 8, 8, 1)
    losses = []
    for cls in (PredRNN, Regularized):
        keras.utils.set_random_seed(0)
        network = cls(filters=(4,), kernel_size=3, patch_size=4)
        model = Forecaster(network, context_length=2)
        model.compile(optimizer="sgd")
        losses.append(model.evaluate(frames, verbose=0, return_dict=True)["loss"])
    assert losses[1] - losses[0] == pytest.approx(0.5, abs=1e-5)


def test_dtype_is_that_of_the_network():
    model = tiny_forecaster(tiny_network(dtype="mixed_bfloat16"))
    model.build((None, None, 4, 6, 1))
    assert model.dtype_policy.name == "mixed_bfloat16"
    forecast = model.forecast(random_frames(1, 2, 4, 6, 1), 2)
    assert forecast.dtype == "float32" and np.isfinite(forecast).all()


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"context_length": 0}, r"context_length=0.*at least 1"),
        ({"decoupling_weight": -1}, r"decoupling_weight=-1"),
        ({"seed": -1}, r"seed=-1"),
        ({"sampling": "reverse"}, r"sampling='reverse'.*ReverseScheduledSampling"),
        ({"normalization": 255}, r"normalization=255.*FrameNormalization"),
        ({"network": None}, r"network=None.*PredRNN"),
        (
            {"network": ScalarNetwork(), "decoupling_weight": 0.1},
            r"decoupling_weight=0\.1 with a network whose loss terms are \[\]",
        ),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=f"Forecaster: received {message}"):
        Forecaster(**{"network": tiny_network(), "context_length": 2, **arguments})


@pytest.mark.parametrize(
    "network, given, resolved",
    [
        (tiny_network, None, 0.1),
        (tiny_network, 0, 0.0),
        (tiny_network, 0.3, 0.3),
        (lambda: tiny_network(decoupling=False), None, 0.0),
        (ScalarNetwork, None, 0.0),
    ],
)
def test_the_default_loss_is_that_of_the_network(network, given, resolved):
    model = tiny_forecaster(network(), decoupling_weight=given)
    assert model.decoupling_weight == resolved
    assert model.get_config()["decoupling_weight"] == resolved
    assert tiny_forecaster(network()).decoupling_weight == (0.1 if network is tiny_network else 0.0)


def test_no_forecast_without_weights():
    model = tiny_forecaster()
    message = r"a model without weights\. Required: a built model\. Train it, load it, or call"
    with pytest.raises(ValueError, match=f"Forecaster.forecast: received {message}"):
        model.forecast(random_frames(1, 2, 4, 6, 1), 1)


def test_a_trained_network_is_enough_to_forecast():
    network = tiny_network()
    network(random_frames(1, 2, 4, 6, 1))
    assert tiny_forecaster(network).forecast(random_frames(1, 2, 4, 6, 1), 3).shape[1] == 3


@pytest.mark.parametrize("method", ["__call__", "predict", "fit", "evaluate"])
def test_layer_norm_takes_one_size_everywhere(method):
    model = tiny_forecaster(one_layer(layer_norm=True))
    model.compile(optimizer="sgd")
    model.build((None, None, 4, 6, 1))
    getattr(model, method)(random_frames(1, 4, 4, 6, 1))
    # Keras traces a second size as an unknown one.
    size = r"\((6, 4|None, None)\)"
    with pytest.raises(ValueError, match=rf"{size} with layer_norm=True\. Required: \(4, 6\)"):
        getattr(model, method)(random_frames(1, 4, 6, 4, 1))


@pytest.mark.parametrize("horizon, batch_size", [(0, 1), (-1, 1), (1.5, 1), (True, 1), (1, 0)])
def test_forecast_argument_errors(model, horizon, batch_size):
    with pytest.raises(ValueError, match=r"Forecaster.forecast: received (horizon|batch_size)="):
        model.forecast(random_frames(1, 2, 4, 6, 1), horizon, batch_size)


FRAMES = random_frames(2, 5, 4, 6, 1)


@pytest.mark.parametrize(
    "data, message",
    [
        (FRAMES[:, :2], r"sequences of 2 frames with context_length=2.*context_length=1"),
        (FRAMES[:, :1], r"sequences of 1 frames.*Use sequences of at least 3 frames"),
        (
            tf.data.Dataset.from_tensors((FRAMES[:, :3], FRAMES[:, 3:])),
            r"context has 3 frame\(s\)\. Required: context_length=2",
        ),
        (FRAMES[..., 0], r"rank 4. Required: rank 5"),
        (FRAMES[:, :, :, :5], r"PredRNN: received W=5 with patch_size=2"),
        (FRAMES[:, :, :3], r"H=3 with patch_size=2.*Crop or pad H to 2 or 4"),
        ({"video": FRAMES}, r"x as a dict"),
        (
            tf.data.Dataset.from_tensors((FRAMES[:, :2], FRAMES[:, 2:], np.ones((2, 3)))),
            r"sample_weight of shape \(2, 3\)\. Required: one number for each sequence, \(B,\)",
        ),
        (
            tf.data.Dataset.from_tensors((FRAMES[:, :2], FRAMES[:, 2:, :, :, [0, 0]])),
            r"\(H, W, C\) = \(4, 6, 1\) and futures of \(4, 6, 2\)\. Required: one size",
        ),
        (
            tf.data.Dataset.range(2).map(
                lambda i: tf.numpy_function(lambda _: FRAMES, [i], tf.float32)
            ),
            r"frames of unknown shape\. Required: rank 5.*ensure_shape\(x, \(None, T, H, W, C\)\)",
        ),
        (
            tf.data.Dataset.from_generator(
                lambda: [FRAMES], output_signature=tf.TensorSpec((None, None, 4, 6, 1))
            ),
            r"an unknown number of frames",
        ),
    ],
)
def test_fit_refuses_what_it_cannot_train_on(data, message):
    model = tiny_forecaster(one_layer(), sampling=ScheduledSampling())
    model.compile(optimizer="sgd")
    with pytest.raises(ValueError, match=message):
        model.fit(data, verbose=0, shuffle=False)
    model.compile(optimizer="sgd")
    with pytest.raises(ValueError, match=message):
        model.evaluate(data, verbose=0)


def test_fit_refuses_other_channels_than_those_it_was_built_for():
    model = tiny_forecaster(one_layer())
    model.build((None, None, 4, 6, 1))
    model.compile(optimizer="sgd")
    with pytest.raises(ValueError, match=r"frames with 3 channel\(s\). Required: 1 channel"):
        model.fit(random_frames(2, 5, 4, 6, 3), verbose=0)
