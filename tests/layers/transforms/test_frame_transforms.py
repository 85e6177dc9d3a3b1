"""Every transform: there and back, increasing, NaN, precision, channels, graphs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.layers import (
    Asinh,
    ChannelTransforms,
    Clip,
    Decibel,
    FrameNormalization,
    LogScale,
    Power,
    Quantile,
    ReflectivityRainRate,
    TransformChain,
)
from tests.refusals import refused

RNG = np.random.default_rng(0)
RAIN = np.float32(np.concatenate([np.exp(RNG.normal(0, 2, 400)).clip(0.1, 500), np.zeros(40)]))
SIGNED = np.float32(RNG.normal(0, 30, 400))
DBZ = np.float32(np.concatenate([RNG.uniform(-31, 70, 400), np.full(40, -32)]))
# Each with values that come back exactly, and its formula in float64.
CASES = {
    "decibel": (Decibel(), RAIN, lambda x: np.where(x > 0, 10 * np.log10(np.maximum(x, 0.1)), -15)),
    "to rain rate": (
        ReflectivityRainRate(223.0, 1.53),
        DBZ,
        lambda x: np.where(x > -32, (10 ** (x / 10) / 223) ** (1 / 1.53), 0),
    ),
    "to reflectivity": (
        ReflectivityRainRate(to="reflectivity"),
        RAIN,
        lambda x: np.where(x > 0, 10 * np.log10(200 * np.maximum(x, 1e-9) ** 1.6), -32),
    ),
    "log": (LogScale(0.5), SIGNED, lambda x: np.sign(x) * np.log(1 + np.abs(x) / 0.5)),
    "asinh": (Asinh(2.0), SIGNED, lambda x: np.arcsinh(x / 2)),
    "sqrt": (Power(), RAIN, np.sqrt),
    "cube root": (Power(1 / 3), SIGNED, np.cbrt),
    "clip": (Clip(-40.0, 500.0), RAIN, lambda x: x),
    "quantile": (
        Quantile([0.0, 0.5, 3.0, 500.0], [0.0, 0.4, 0.8, 1.0]),
        RAIN,
        lambda x: np.interp(x, [0, 0.5, 3, 500], [0, 0.4, 0.8, 1]),
    ),
    "normalization": (FrameNormalization(3.0, 20.0), SIGNED, lambda x: (x - 3) / 20),
    "chain": (
        TransformChain([Clip(minimum=0.0), LogScale(0.5), FrameNormalization(0.0, 4.0)]),
        RAIN,
        lambda x: np.log(1 + x / 0.5) / 4,
    ),
    "channels": (ChannelTransforms([Power()]), RAIN, np.sqrt),
}
every = pytest.mark.parametrize("name", CASES)


@every
def test_is_its_formula_and_comes_back(name):
    transform, values, formula = CASES[name]
    frames = values[:, None]
    there = transform(frames).numpy()
    expected = formula(frames.astype("float64"))
    np.testing.assert_allclose(there, expected, rtol=2e-5, atol=2e-6)
    assert there.dtype == "float32"
    again = transform.inverse(there).numpy()
    np.testing.assert_allclose(again, frames, rtol=3e-5, atol=3e-5)
    assert ((frames != 0) | (again == 0)).all()


@every
def test_increases(name):
    transform, values, _ = CASES[name]
    there = transform(np.sort(values)[:, None]).numpy()
    assert (np.diff(there, axis=0) >= 0).all()


@every
def test_missing_values_stay_missing_and_others_do_not_become_so(name):
    transform, _, _ = CASES[name]
    values = np.float32([[np.nan], [0.0], [-1.0], [-1e4], [1e4]])
    there = transform(values).numpy()
    np.testing.assert_array_equal(np.isnan(there), np.isnan(values))
    values = np.float32([[np.nan], [0.0], [-1.0], [1.0], [2.0]])
    back = transform.inverse(values).numpy()
    np.testing.assert_array_equal(np.isnan(back), np.isnan(values))


@every
def test_half_precision_and_integers_are_reckoned_in_float32(name):
    transform, values, _ = CASES[name]
    expected = transform(np.float32([[3.0], [200.0]])).numpy()
    half = type(transform).from_config({**transform.get_config(), "dtype": "mixed_float16"})
    for values in (np.float16([[3], [200]]), np.uint8([[3], [200]])):
        found = half(values)
        assert found.dtype == half.inverse(found).dtype == tf.float32
        np.testing.assert_array_equal(found, expected)


@every
def test_config_in_a_graph_and_symbolically(name):
    transform, values, _ = CASES[name]
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(transform))
    function = tf.function(lambda x: again.inverse(again(x)), autograph=False)
    frames = values[:, None]
    expected = transform.inverse(transform(frames))
    np.testing.assert_allclose(function(frames), expected, rtol=1e-5, atol=1e-5)
    symbolic = transform(keras.Input((None, None, None, 1), dtype="float16"))
    assert (symbolic.shape, symbolic.dtype) == ((None, None, None, None, 1), "float32")


@every
def test_of_channels_of_what_treats_all_alike(name):
    transform, _, _ = CASES[name]
    some = transform.of_channels([0])
    assert some is not transform
    assert some.get_config() == transform.get_config()


def test_decibel_is_that_of_the_protocol():
    """R < 0.1 -> -15, and what is below -10 comes back as 0."""
    layer = Decibel()
    found = layer(np.float32([0.0, 0.099, 0.1, 1.0, 100.0, -3.0])).numpy()
    np.testing.assert_allclose(found, [-15, -15, -10, 0, 20, -15], atol=1e-5)
    back = layer.inverse(np.float32([-15, -10.01, -10, 0, 20])).numpy()
    np.testing.assert_allclose(back, [0, 0, 0.1, 1, 100], rtol=1e-6)


def test_the_lowest_wet_value_survives_scaling():
    chain = TransformChain([Decibel(), FrameNormalization.from_range(-15.0, 17.8)])
    for value in (0.1, 0.1001, 0.11):
        again = float(chain.inverse(chain(np.float32([[value]])))[0, 0])
        assert again == pytest.approx(value, rel=1e-5)


def test_clip_brings_both_directions_into_the_range():
    layer = Clip(0.0, 50.0)
    for use in (layer, layer.inverse):
        assert use(np.float32([-2, 0, 7, 50, 60])).numpy().tolist() == [0, 0, 7, 50, 50]
    assert Clip(maximum=1.0)(np.float32([-5, 3])).numpy().tolist() == [-5, 1]


def test_quantile_goes_on_beyond_the_stored_ones():
    layer = Quantile([0.0, 1.0, 3.0, 9.0])
    np.testing.assert_allclose(layer(np.float32([-1, 18])), [-1 / 3, 1.5], rtol=1e-6)
    np.testing.assert_allclose(layer.inverse(np.float32([-1 / 3, 1.5])), [-1, 18], rtol=1e-6)
    assert float(layer(np.float32(2.0))) == pytest.approx(0.5)
    two = Quantile([2.0, 4.0])
    np.testing.assert_allclose(two(np.float32([[1, 2], [3, 5]])), [[-0.5, 0], [0.5, 1.5]])


def test_quantile_makes_its_data_uniform():
    rain = np.exp(np.random.default_rng(1).normal(0, 2, 400)).astype("float32")
    found = Quantile(np.percentile(rain, np.arange(101)))(rain).numpy()
    counts, _ = np.histogram(found, bins=10, range=(0, 1))
    assert counts.sum() == 400 and counts.max() - counts.min() <= 4


def test_chain_and_channels_pick_channels():
    both = FrameNormalization.from_range([0, 10], [1, 20])
    chain = TransformChain([Power(), both], name="chain")
    assert chain.channel_count == 2 and TransformChain([Power()]).channel_count is None
    last = chain.of_channels([1])
    assert (last.name, last.channel_count) == ("chain", 1)
    frames = np.float32([[4.0, 225.0]])
    np.testing.assert_allclose(last(frames[:, 1:]), chain(frames)[:, 1:])
    layer = ChannelTransforms([Power(), FrameNormalization([1.0], [2.0]), LogScale()])
    frames = np.float32([[4.0, 5.0, -1.0]])
    np.testing.assert_allclose(layer(frames), [[2.0, 2.0, -np.log(2)]], rtol=1e-6)
    picked = layer.of_channels([2, 0])
    np.testing.assert_allclose(picked(frames[:, [2, 0]]), [[-np.log(2), 2.0]], rtol=1e-6)
    refused(r"received frames with 2 channel\(s\) with 3 transform", layer, frames[:, :2])
    refused(r"frames with 3 channel\(s\) with offset", chain, frames)
    refused(r"with 3 transform", layer, keras.Input((2,)))


@pytest.mark.parametrize(
    "make, arguments, message",
    [
        (Decibel, {"threshold": 0}, r"Decibel: received threshold=0\."),
        (Decibel, {"zero_value": -9}, r"zero_value=-9 with threshold=0.1, which is -10 dB"),
        (ReflectivityRainRate, {"to": "snow"}, r"received to='snow'"),
        (ReflectivityRainRate, {"a": -1}, r"received a=-1"),
        (LogScale, {"scale": 0.0}, r"LogScale: received scale=0.0"),
        (Asinh, {"scale": -1.0}, r"Asinh: received scale=-1.0"),
        (Power, {"exponent": 0.0}, r"received exponent=0.0"),
        (Clip, {}, r"Clip: received minimum=None and maximum=None"),
        (Clip, {"minimum": 1, "maximum": 1}, r"minimum=1 and maximum=1"),
        (Quantile, {"values": [1.0]}, r"values=\[1.0\].*at least two finite numbers"),
        (Quantile, {"values": [1.0, 1.0]}, r"each above the one before"),
        (Quantile, {"values": [0, float("nan")]}, r"values=.*finite"),
        (Quantile, {"values": ["a", "b"]}, r"values="),
        (Quantile, {"values": [0, 1], "levels": [0, 0.5, 1]}, r"received 3 levels for 2 values"),
        (TransformChain, {"transforms": []}, r"TransformChain: received transforms=\[\]"),
        (TransformChain, {"transforms": [abs]}, r"a list of at least one st_keras.layers.Fr"),
        (ChannelTransforms, {"transforms": 3}, r"ChannelTransforms: received transforms=3"),
    ],
)
def test_errors(make, arguments, message):
    refused(message, make, **arguments)
