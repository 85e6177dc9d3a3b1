"""Every layer, cell and model: shapes, precision, unknown sizes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.registry import LAYERS, as_layer, as_model
from tests.tiny import random_frames

every_layer = pytest.mark.parametrize("cls", LAYERS)
B, T = 2, 3


def example(cls, channels=1, batch=B, steps=T, size=None):
    size = size or LAYERS[cls].size
    return random_frames(batch, steps, *size, LAYERS[cls].input_channels(channels))


@every_layer
@pytest.mark.parametrize(
    "policy, channels", [("float32", 1), ("mixed_float16", 1), ("mixed_bfloat16", 3)]
)
def test_symbolic_equals_eager(cls, channels, policy):
    frames = example(cls, channels)
    symbolic = as_layer(cls, dtype=policy)(keras.Input(frames.shape[1:]))
    layer = as_layer(cls, dtype=policy)
    eager = layer(frames)
    assert symbolic.shape[1:] == tuple(eager.shape[1:])
    assert symbolic.dtype == eager.dtype.name
    assert np.isfinite(tf.cast(eager, "float32")).all()
    assert {w.dtype for w in layer.weights} <= {"float32"}


@every_layer
def test_height_and_width_keep_their_places(cls):
    for height, width in (LAYERS[cls].size, LAYERS[cls].size[::-1]):
        output = as_layer(cls)(example(cls, steps=1, size=(height, width)))
        assert output.shape[:2] == (B, 1)
        assert output.shape[2] * width == output.shape[3] * height
        assert np.isfinite(output).all()


@every_layer
def test_one_saved_graph_serves_any_batch_and_length_and_mixes_no_samples(cls, tmp_path):
    model = as_model(cls, channels=1)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    frames, short = example(cls, batch=3, steps=4), example(cls, batch=1, steps=2)
    together = model(frames)
    np.testing.assert_allclose(served.serve(frames), together, atol=1e-6)
    np.testing.assert_allclose(served.serve(short), model(short), atol=1e-6)
    for k in range(3):
        np.testing.assert_allclose(served.serve(frames[k : k + 1])[0], together[k], atol=1e-6)
