import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.layers import FrameNormalization
from tests.refusals import refused


def test_default_changes_nothing():
    frames = np.random.default_rng(0).random((2, 3, 4, 4, 1), dtype="float32")
    layer = FrameNormalization()
    np.testing.assert_array_equal(layer(frames), frames)
    np.testing.assert_array_equal(layer.inverse(frames), frames)


@settings(max_examples=50, deadline=None)
@given(offset=st.floats(-1e3, 1e3), scale=st.floats(1e-2, 1e3), value=st.floats(-5, 5))
def test_inverse_undoes_call(offset, scale, value):
    layer = FrameNormalization(offset, scale)
    frames = np.full((1, 1), offset + value * scale, "float32")
    back = layer.inverse(layer(frames))
    np.testing.assert_allclose(back, frames, rtol=1e-5, atol=1e-6 * max(abs(offset), scale))


def test_per_channel_values():
    layer = FrameNormalization.from_range([0.0, 200.0], [1.0, 300.0])
    frames = np.array([[0.5, 275.0]], "float32")
    np.testing.assert_allclose(layer(frames), [[0.5, 0.75]])
    np.testing.assert_allclose(layer.inverse(layer(frames)), frames)
    layer = FrameNormalization.from_statistics([0.0, 250.0], [1.0, 25.0])
    np.testing.assert_allclose(layer(frames), [[0.5, 1.0]])


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float64"])
def test_arithmetic_is_float32(policy, dtype):
    layer = FrameNormalization(offset=100_000.0, scale=1000.0, dtype=policy)  # pascals
    normalized = layer(np.array([[100]], dtype))
    assert normalized.dtype == "float32"
    np.testing.assert_allclose(normalized, [[-99.9]], rtol=1e-6)
    np.testing.assert_allclose(layer.inverse(np.array([[1.0]], "float16")), [[101_000.0]])


def test_symbolic_output():
    out = FrameNormalization()(keras.Input((None, 4, 4, 1), dtype="uint8"))
    assert out.shape == (None, None, 4, 4, 1) and out.dtype == "float32"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"scale": 0}, r"scale=0\. Required: positive"),
        ({"scale": [1.0, -1.0]}, r"scale=\[1\.0, -1\.0\]"),
        ({"offset": float("nan")}, r"offset=nan.*finite"),
        ({"offset": []}, r"offset=\[\]"),
        ({"offset": "zero"}, r"offset='zero'"),
        ({"scale": [[1.0]]}, r"scale=\[\[1\.0\]\].*one finite number per channel"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=f"FrameNormalization: received {message}"):
        FrameNormalization(**arguments)


@pytest.mark.parametrize("name", ["offset", "scale"])
@pytest.mark.parametrize("channels, entries", [(3, 2), (1, 3), (3, 1)])
def test_lists_have_one_entry_per_channel(name, channels, entries):
    layer = FrameNormalization(**{name: [0.5] * entries})
    message = rf"frames with {channels} channel\(s\) with {name}=.*Required: {entries} channel"
    frames = np.ones((2, channels), "float32")
    for use in (layer, layer.inverse, lambda x: layer(keras.Input(x.shape[1:]))):
        with pytest.raises(ValueError, match=f"FrameNormalization: received {message}"):
            use(frames)
    right = np.ones((2, entries), "float32")
    assert layer(right).shape == layer.inverse(right).shape == right.shape


def test_constant_data_has_no_range():
    with pytest.raises(ValueError, match=r"scale=0.*data that vary"):
        FrameNormalization.from_range(5, 5)


def test_of_channels():
    whole = FrameNormalization.from_range([0, 10, 20], [1, 20, 40], name="whole")
    some = whole.of_channels([2, 0])
    assert some.offset == [20.0, 0.0] and some.scale == [20.0, 1.0] and some.name == "whole"
    assert FrameNormalization(3.0, 2.0).of_channels([1]).offset == 3.0
    mixed = FrameNormalization(1.0, [2.0, 4.0]).of_channels([1])
    assert (mixed.offset, mixed.scale) == (1.0, [4.0])


def test_from_percentiles_does_not_follow_the_extremes():
    values = np.random.default_rng(0).normal(10, 2, (100, 20, 1))
    values[3, 4] = 1e6
    values[5] = np.nan
    layer = FrameNormalization.from_percentiles(values, 5, 95, name="chosen")
    low, high = np.nanpercentile(values, [5, 95])
    assert layer.name == "chosen"
    np.testing.assert_allclose([layer.offset, layer.scale], [low, high - low])
    # Beyond them nothing is cut off.
    found = layer(np.float32([[low], [high], [1e6]])).numpy().ravel()
    np.testing.assert_allclose(found, [0, 1, (1e6 - low) / (high - low)], rtol=1e-4, atol=1e-6)
    both = np.concatenate([values, 3 * values], axis=-1)
    each = FrameNormalization.from_percentiles(both, 5, 95, per_channel=True)
    np.testing.assert_allclose(each.scale, [high - low, 3 * (high - low)])
    assert each.channel_count == 2 and layer.channel_count is None


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ([0.0] * 199 + [5.0],),
            r"percentiles 1 and 99 that are \[0.0\] and \[0.0\].*higher `high`",
        ),
        (([np.nan, np.nan],), r"values of shape \(2,\) without a finite number\. Required"),
        (([1.0, 2.0], 90, 10), r"percentiles 90 and 10"),
        (([1.0, 2.0], -1, 10), r"received low=-1"),
        (([1.0, 2.0], 1, 101), r"received high=101"),
    ],
)
def test_percentiles_refused(arguments, message):
    refused(message, FrameNormalization.from_percentiles, *arguments)
