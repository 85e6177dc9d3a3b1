"""A `Forecaster` whose normalization is a transform: trained, saved, served in the user's units."""

import json

import keras
import numpy as np
import pytest

from st_keras.choices import TRANSFORMS
from st_keras.export import export_saved_model
from st_keras.layers import (
    ChannelTransforms,
    FrameNormalization,
    LogScale,
    build_transform,
)
from st_keras.losses import build_loss
from st_keras.training import Forecaster
from tests.fresh_process import run_python
from tests.generated_rain import moving_showers
from tests.refusals import refused
from tests.tiny import ScalarNetwork, tiny_forecaster, tiny_network
from tests.uncompiled import uncompiled

CONTEXT, HORIZON = 2, 3
RAIN = moving_showers(8, CONTEXT + HORIZON, 7, 9, seed=5, missing=0.2)
VALID = RAIN[np.isfinite(RAIN)]
PERCENTILES = {p: float(np.percentile(VALID, p)) for p in (1, 25, 50, 75, 90, 95, 99, 99.9)}

ANSWER = """
import json, sys
import keras, numpy as np, tensorflow as tf
import st_keras

folder = sys.argv[1]
context = np.load(folder + "/context.npy")
model = keras.models.load_model(folder + "/model.keras")
served = tf.saved_model.load(folder + "/served/1").signatures["forecast"]
answer = served(context=tf.constant(context), horizon=tf.constant(3))["forecast"]
np.savez(folder + "/answers.npz", loaded=model.forecast(context, 3), served=answer)
print(json.dumps([model.loss.thresholds, model.normalization.name]))
"""


def transform(name):
    return build_transform(name, float(VALID.min()), float(VALID.max()), PERCENTILES)


def rain_model(**arguments):
    arguments = {"missing": "mask", "pad": True, **arguments}
    network = tiny_network(filters=(6,), validity_channel=True)
    return tiny_forecaster(network, normalization=transform("rain-rate"), **arguments)


def test_rain_is_learned_and_answered_in_mm_per_hour(tmp_path):
    """Rain rates, decibels, balanced errors, missing pixels and padding, in all ways of asking."""
    model = rain_model()
    model.compile(keras.optimizers.Adam(0.01), loss=build_loss("balanced"), metrics=["mae"])
    losses = model.fit(RAIN, batch_size=4, epochs=12, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]
    context = RAIN[:, :CONTEXT]
    forecast = model.forecast(context, HORIZON)
    unknown = np.isnan(context).all(axis=1, keepdims=True)
    np.testing.assert_array_equal(np.isnan(forecast), np.broadcast_to(unknown, forecast.shape))
    known = forecast[np.isfinite(forecast)]
    assert known.min() >= 0 and (known == 0).any() and known.max() > 1
    assert ((known == 0) | (known > 0.0999)).all()
    scores = model.evaluate(RAIN, verbose=0, return_dict=True)
    error = np.abs(forecast - RAIN[:, CONTEXT:])
    np.testing.assert_allclose(scores["mae"], np.nanmean(error), rtol=1e-4)

    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "context.npy", context)
    export_saved_model(model, tmp_path / "served" / "1")
    told = json.loads(run_python(ANSWER, tmp_path).splitlines()[-1])
    assert told == [[2.0, 5.0, 10.0, 30.0], "normalization"]
    with np.load(tmp_path / "answers.npz") as answers:
        np.testing.assert_allclose(answers["loaded"], forecast, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(answers["served"], forecast, rtol=1e-4, atol=1e-4)


@uncompiled
@pytest.mark.parametrize("name", [name for name in TRANSFORMS if name != "reflectivity"])
def test_a_network_that_repeats_its_input_forecasts_persistence(name):
    """There and back through every transform, padded and with missing pixels."""
    model = tiny_forecaster(
        tiny_network(filters=(2,)), normalization=transform(name), missing="mask", pad=True
    )
    model.build((None, None, *RAIN.shape[2:]))
    model.reader.network = None  # what is read and answered does not depend on it
    context = RAIN[:, :1]
    read = model.reader.read_context(context, 1)
    assert np.isfinite(np.asarray(read.finite)).all()
    valid = np.asarray(read.arguments["valid"])
    np.testing.assert_array_equal(valid[:, :, :7, :9], np.isfinite(context))
    assert not valid[:, :, 7:].any() and not valid[..., 9:, :].any()
    network_units = np.asarray(read.finite)[valid]
    assert network_units.min() >= (-1 if name == "standardise" else 0)
    again = np.asarray(model.reader.forecast(read.frames, read, 1))
    expected = np.where(context < 0.1, 0, context) if name == "rain-rate" else context
    np.testing.assert_allclose(again, expected, rtol=1e-4, atol=1e-4)


def test_fill_values_go_through_the_transform():
    for name, value in (("rain-rate", 10.0), ("sqrt", 4.0), ("log", 2.0)):
        model = tiny_forecaster(normalization=transform(name), missing="mask", fill_value=value)
        expected = np.asarray(transform(name)(np.float32([[value]])))
        np.testing.assert_allclose(model.reader.fill, expected[0], rtol=1e-6)
    both = ChannelTransforms([LogScale(2.0), FrameNormalization(1.0, 4.0)])
    model = tiny_forecaster(normalization=both, missing="mask", fill_value=[2.0, 3.0])
    np.testing.assert_allclose(model.reader.fill, [np.log(2), 0.5], rtol=1e-6)
    model = tiny_forecaster(normalization=both, missing="mask", fill_value=2.0)
    np.testing.assert_allclose(model.reader.fill, [np.log(2), 0.25], rtol=1e-6)


@uncompiled
def test_inputs_beside_the_targets_have_their_own_transform():
    height = np.linspace(-5, 2000, RAIN[..., 0].size).reshape(RAIN.shape).astype("float32")
    frames = np.concatenate([RAIN, height], axis=-1)
    lows, highs = [0.0, -5.0], [60.0, 2000.0]
    both = build_transform("rain-rate", lows, highs, targets=[0])
    roles = {
        "channels": ["rain", "height"],
        "targets": ["rain"],
        "future_inputs": {"height": "held"},
    }
    model = tiny_forecaster(
        tiny_network(filters=(2,)), normalization=both, missing="mask", pad=True, **roles
    )
    model.compile("sgd", loss=build_loss("balanced"))
    assert np.isfinite(model.fit(frames, verbose=0).history["loss"]).all()
    read = model.reader.read(frames, CONTEXT)
    maps = np.asarray(read.arguments["auxiliary"])[:, :CONTEXT, :7, :9]
    np.testing.assert_allclose(maps, (frames[:, :CONTEXT, ..., 1:] + 5) / 2005, atol=1e-5)
    forecast = model.forecast(frames[:, :CONTEXT], 2)
    assert forecast.shape[-1] == 1 and np.nanmin(forecast) >= 0
    again = Forecaster.from_config(model.get_config())
    assert again.get_config() == model.get_config()


def test_mixed_precision_keeps_large_values():
    keras.config.set_dtype_policy("mixed_float16")
    layer = build_transform("none", 0.0, 101325.0)
    model = tiny_forecaster(tiny_network(filters=(2,)), normalization=layer)
    frames = np.full((1, 3, 4, 6, 1), 101300.0, "float32")
    normalized = model.reader.read(frames, 2).frames
    assert normalized.dtype.name == "float32"
    np.testing.assert_allclose(layer.inverse(normalized), frames, rtol=1e-6)


def test_what_is_no_transform():
    class OneWay(keras.layers.Layer):
        def inverse(self, values):
            return values

    message = r"Forecaster: received normalization=.*Required: an object with `of_channels`"
    refused(message, tiny_forecaster, ScalarNetwork(), normalization=OneWay())
