"""A `Forecaster` of frames with channels that are read and not forecast."""

import keras
import numpy as np
import pytest

from st_keras.layers import FrameNormalization
from st_keras.training import Forecaster, NaNGuard
from tests.refusals import refused
from tests.tiny import random_frames, tiny_forecaster, tiny_network
from tests.tiny_actions import random_actions, tiny_action_network
from tests.uncompiled import uncompiled

N, T, H, W = 3, 6, 4, 6
CONTEXT, HORIZON = 3, 3
NAMES = ("satellite", "rain", "height", "hour")
FUTURES = {"satellite": "absent", "height": "held", "hour": "known"}
FRAMES = random_frames(N, T, H, W, 4) * 10
NORMALIZATION = {"minimum": [0.0, 0.0, -5.0, 0.0], "maximum": [10.0, 20.0, 15.0, 10.0]}
KNOWN = {"hour": FRAMES[:, CONTEXT:, :, :, 3]}


def built(network=None, futures=FUTURES, targets=("rain",), channels=NAMES, **arguments):
    model = tiny_forecaster(
        network or tiny_network(),
        context_length=CONTEXT,
        channels=channels,
        targets=targets,
        future_inputs=futures,
        normalization=FrameNormalization.from_range(**NORMALIZATION),
        **arguments,
    )
    model.build((None, None, H, W, 4))
    rng = np.random.default_rng(0)
    model.set_weights([rng.normal(0, 0.3, weight.shape) for weight in model.weights])
    return model


@pytest.fixture(scope="module")
def model():
    return built()


def forecast(model, frames=FRAMES, known=KNOWN, horizon=HORIZON):
    return model.forecast(frames[:, :CONTEXT], horizon, known=known)


def by_hand(model, frames=FRAMES):
    """The network, told by hand what a forecast knows of each input; fill is 0 in its units."""
    low, high = (np.float32(NORMALIZATION[name]) for name in ("minimum", "maximum"))
    normalized = (frames - low) / (high - low)
    auxiliary = normalized[..., [0, 2, 3]].copy()
    auxiliary[:, CONTEXT:, ..., 0] = 0
    auxiliary[:, CONTEXT:, ..., 1] = auxiliary[:, CONTEXT - 1 : CONTEXT, ..., 1]
    if model.network.validity_channel:
        valid = np.ones_like(auxiliary)
        valid[:, CONTEXT:, ..., 0] = 0
        auxiliary = np.concatenate([auxiliary, valid], axis=-1)
    observed = np.tile(np.arange(T) < CONTEXT, (N, 1)).astype("float32")
    rain = normalized[..., 1:2]
    predictions = model.network(rain, observed_mask=observed, auxiliary=auxiliary)
    return np.asarray(predictions)[:, CONTEXT - 1 : -1] * 20


@pytest.mark.parametrize("validity_channel", [False, True])
def test_a_forecast_reads_what_is_known(validity_channel):
    model = built(tiny_network(validity_channel=validity_channel))
    assert model.network.rnn.cell.auxiliary_channels == 4 * (6 if validity_channel else 3)
    found = forecast(model)
    assert found.shape == (N, HORIZON, H, W, 1)
    np.testing.assert_allclose(found, by_hand(model), atol=1e-4)


def test_each_input_is_read_as_long_as_it_is_known(model):
    expected = forecast(model)
    for name, reads in (("satellite", False), ("height", False), ("hour", True), ("rain", False)):
        changed = FRAMES.copy()
        changed[:, CONTEXT:, ..., NAMES.index(name)] += 5
        known = {"hour": changed[:, CONTEXT:, ..., 3]}
        assert (np.abs(forecast(model, changed, known) - expected).max() > 1e-4) == reads, name
        found = model.predict(changed, verbose=0)[:, CONTEXT - 1 : -1]
        assert (np.abs(found - expected).max() > 1e-4) == reads, name
        changed = FRAMES.copy()
        changed[:, :CONTEXT, ..., NAMES.index(name)] += 5
        assert np.abs(forecast(model, changed) - expected).max() > 1e-4, name


def test_known_inputs_of_the_last_step_are_not_read(model):
    two = {"hour": KNOWN["hour"][:, : HORIZON - 1]}
    np.testing.assert_array_equal(forecast(model, known=two), forecast(model))


@uncompiled
def test_training_sees_inputs_as_a_forecast_does():
    """Frames after the context hold other inputs, which are absent or held: the same update."""
    changed = FRAMES.copy()
    changed[:, CONTEXT:, ..., [0, 2]] += 7
    ends = []
    for frames in (FRAMES, changed):
        model = built()
        model.compile(keras.optimizers.SGD(0.1))
        model.fit(frames, verbose=0, shuffle=False)
        ends.append(model.get_weights())
    for one, two in zip(*ends, strict=True):
        np.testing.assert_array_equal(one, two)


@uncompiled
def test_loss_and_scores_are_those_of_the_targets():
    model = built(tiny_network(decoupling=False))
    model.compile("sgd", metrics=["mae"])
    rain = FRAMES[:, CONTEXT:, ..., 1:2]
    mae = np.abs(forecast(model) - rain).mean()
    for data in ((FRAMES,), (FRAMES[:, :CONTEXT], FRAMES[:, CONTEXT:])):
        found = model.evaluate(*data, verbose=0, return_dict=True)
        np.testing.assert_allclose(found["mae"], mae, rtol=1e-5)
    predictions = model.predict(FRAMES, verbose=0)[:, :-1]
    mse = np.square((predictions - FRAMES[:, 1:, ..., 1:2]) / 20).mean()
    np.testing.assert_allclose(found["loss"], mse, rtol=1e-5)


def test_pairs_in_a_graph():
    """Keras builds metrics from a batch whose future has more channels than the forecast."""
    model = built(missing="mask")
    model.compile("sgd", metrics=["mae"])
    pairs = FRAMES[:, :CONTEXT], FRAMES[:, CONTEXT:]
    history = model.fit(*pairs, validation_data=pairs, verbose=0).history
    assert np.isfinite(history["val_mae"]).all()


def test_missing_pixels_of_inputs_are_filled():
    fill = [1.0, 2.0, 3.0, 4.0]
    model = built(missing="mask", fill_value=fill)
    frames, filled = FRAMES.copy(), FRAMES.copy()
    holes = np.random.default_rng(1).random((N, T, H, W)) < 0.4
    for channel, value in ((0, fill[0]), (2, fill[2]), (3, fill[3])):
        frames[holes, channel], filled[holes, channel] = np.nan, value
    found = forecast(model, frames, {"hour": frames[:, CONTEXT:, ..., 3]})
    expected = forecast(model, filled, {"hour": filled[:, CONTEXT:, ..., 3]})
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.isfinite(found).all()


def test_a_scan_is_missing_if_all_targets_are():
    model = built(missing="mask", max_missing_scans=1)
    frames = FRAMES.copy()
    frames[:, 1, ..., 1] = np.nan
    assert np.isfinite(forecast(model, frames)).all()
    inputs = FRAMES.copy()
    inputs[:, :CONTEXT, ..., 2] = np.nan  # never seen, and no scan
    assert np.isfinite(forecast(built(missing="mask"), inputs)).all()


def test_several_targets_in_another_order():
    model = built(targets=("hour", "rain"), futures={"satellite": "held", "height": "held"})
    found = model.forecast(FRAMES[:, :CONTEXT], 2)
    assert found.shape == (N, 2, H, W, 2)
    assert model.reader.of_targets.scale == [10.0, 20.0]


def test_padding_with_inputs_and_actions():
    network = tiny_action_network(filters=(4,), validity_channel=True)
    model = built(network, pad=True)
    model.compile("sgd", run_eagerly=True, metrics=["mae"])
    told = {"frames": FRAMES, "actions": random_actions(N, T)}
    history = model.fit(told, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    known = {"hour": KNOWN["hour"]}
    found = model.forecast(
        FRAMES[:, :CONTEXT], HORIZON, actions=random_actions(N, T - 1), known=known
    )
    assert found.shape == (N, HORIZON, H, W, 1) and np.isfinite(found).all()


def test_file(tmp_path, model):
    model.compile("sgd")
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.channels == list(NAMES) and again.future_inputs == FUTURES
    assert again.targets == ["rain"]
    np.testing.assert_array_equal(forecast(again), forecast(model))
    folder = model.save_to_preset(tmp_path / "preset")
    np.testing.assert_array_equal(forecast(Forecaster.from_preset(folder)), forecast(model))


def test_what_is_asked_of_the_data(model):
    refused(r"frames with 3 channel\(s\)\. Required: 4", model.forecast, FRAMES[:, :3, ..., :3], 1)
    refused(r"known inputs \[\]\. Required: \['hour'\]", model.forecast, FRAMES[:, :3], 1)
    model.compile("sgd")
    with pytest.raises(ValueError, match=r"frames with 3 channel\(s\)\. Required: 4, those of"):
        model.fit(FRAMES[..., :3], verbose=0)
    message = r"Forecaster.build: received frames with 2 channel\(s\)"
    refused(message, tiny_forecaster(channels=["a"]).build, (None, None, H, W, 2))


@uncompiled
def test_faults_of_inputs_are_found_beside_a_guard():
    model = built()
    model.compile("sgd")
    frames = FRAMES.copy()
    frames[1, 2, 3, 4, 2] = np.nan
    for callbacks in ([], [NaNGuard()]):
        with pytest.raises(ValueError, match=r"Forecaster.fit: received batch 0 with 1 NaN or inf"):
            model.fit(frames, verbose=0, callbacks=callbacks)


def test_names_alone_change_nothing():
    named = tiny_forecaster(channels=["rain"])
    assert named.reader.plain
    named.build((None, None, H, W, 1))
    assert named.forecast(FRAMES[:, :2, ..., :1], 2).shape == (N, 2, H, W, 1)
