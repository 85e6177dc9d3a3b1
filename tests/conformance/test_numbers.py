"""Every layer, cell and model: shapes, precision, unknown sizes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.registry import LAYERS, as_layer, as_model, example

every_layer = pytest.mark.parametrize("cls", LAYERS)


@every_layer
@pytest.mark.parametrize("policy, channels", [("mixed_float16", 1), ("mixed_bfloat16", 3)])
def test_symbolic_equals_eager_in_mixed_precision(cls, channels, policy):
    inputs = example(cls, channels)
    symbolic = as_layer(cls, dtype=policy)(*(keras.Input(each.shape[1:]) for each in inputs))
    layer = as_layer(cls, dtype=policy)
    eager = layer(*inputs)
    assert symbolic.shape[1:] == tuple(eager.shape[1:])
    assert symbolic.dtype == eager.dtype.name
    assert np.isfinite(tf.cast(eager, "float32")).all()
    assert {w.dtype for w in layer.weights} <= {"float32"}


@every_layer
def test_height_and_width_keep_their_places(cls):
    for height, width in (LAYERS[cls].size, LAYERS[cls].size[::-1]):
        output = as_layer(cls)(*example(cls, steps=1, size=(height, width)))
        assert output.shape[:2] == (2, 1)
        assert output.shape[2] * width == output.shape[3] * height
        assert np.isfinite(output).all()


@every_layer
def test_one_saved_graph_serves_any_batch_and_length_and_mixes_no_samples(cls, tmp_path):
    model = as_model(cls, channels=1)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    inputs, short = example(cls, batch=3, steps=4), example(cls, batch=1, steps=2)
    together = model(inputs)
    assert model.output.shape[2:] == tuple(together.shape[2:]) and np.isfinite(together).all()
    assert model.output.dtype == together.dtype.name == "float32"
    np.testing.assert_allclose(served.serve(inputs), together, atol=1e-6)
    np.testing.assert_allclose(served.serve(short), model(short), atol=1e-6)
    for k in range(3):
        alone = served.serve([each[k : k + 1] for each in inputs])
        np.testing.assert_allclose(alone[0], together[k], atol=1e-6)
