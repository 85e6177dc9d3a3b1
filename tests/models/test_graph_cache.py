"""A graph lives as long as the weights it was traced for."""

import gc
import warnings
import weakref

import keras
import numpy as np
import pytest

from st_keras.models import ConvLSTM, ModeRNN, PredRNN, SlowVAE
from st_keras.models.graph_cache import GraphCache
from st_keras.training import Forecaster
from tests.tiny import random_frames


def dense_model():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])


def test_one_graph_for_each_name():
    cache, model = GraphCache(), dense_model()
    first = cache.get(model, "encode", object)
    assert cache.get(model, "encode", object) is first
    assert cache.get(model, "decode", object) is not first


@pytest.mark.parametrize(
    "change",
    [lambda model: model.layers[0].enable_lora(1), lambda model: model.quantize("int8")],
    ids=["enable_lora", "quantize"],
)
def test_other_weights_other_graphs(change):
    cache, model = GraphCache(), dense_model()
    graphs = [cache.get(model, name, object) for name in "ab"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that Keras quantizes no InputLayer
        change(model)
    for name, graph in zip("ab", graphs, strict=True):
        assert cache.get(model, name, object) is not graph


def test_other_values_of_the_same_weights_are_no_reason():
    cache, model = GraphCache(), dense_model()
    first = cache.get(model, "encode", object)
    model.set_weights([2 * weight for weight in model.get_weights()])
    assert cache.get(model, "encode", object) is first


def test_a_graph_that_is_replaced_is_forgotten():
    class Graph:
        pass

    cache, model = GraphCache(), dense_model()
    old = weakref.ref(cache.get(model, "encode", Graph))
    model.layers[0].enable_lora(1)
    cache.get(model, "encode", Graph)
    gc.collect()
    assert old() is None


NETWORKS = {
    "ConvLSTM": lambda: ConvLSTM(filters=(2,), kernel_size=3, patch_size=2),
    "PredRNN": lambda: PredRNN(filters=(2, 2), kernel_size=3, patch_size=2),
    "ModeRNN": lambda: ModeRNN(filters=(4,), num_slots=2, patch_size=4),
}


def forecaster(name):
    model = Forecaster(NETWORKS[name](), context_length=2)
    model.build((None, None, 8, 8, 1))
    return model


@pytest.mark.parametrize("name", ["ConvLSTM", "ModeRNN"])
def test_forecast_sees_lora(name, tmp_path):
    frames = random_frames(2, 5, 8, 8, 1)
    model = forecaster(name)
    before = model.forecast(frames[:, :2], 3)
    for layer in model._flatten_layers():
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.Dense)):
            layer.enable_lora(1)
            layer.lora_kernel_b.assign(np.full(layer.lora_kernel_b.shape, 0.1, "float32"))
    after = model.forecast(frames[:, :2], 3)
    model.save(tmp_path / "tuned.keras")
    loaded = keras.models.load_model(tmp_path / "tuned.keras").forecast(frames[:, :2], 3)
    np.testing.assert_allclose(after, loaded, atol=1e-5)
    assert np.abs(after - before).max() > 1e-3


@pytest.mark.parametrize("name", ["PredRNN", "ModeRNN"])
def test_int8_leaves_a_network_right(name):
    """Keras quantizes no convolution; what it could of ModeRNN others read, and it stays, too."""
    frames = random_frames(1, 2, 8, 8, 1)
    model = forecaster(name)
    before = model.forecast(frames, 2)
    with pytest.warns(UserWarning, match="quantiz"):
        model.quantize("int8")
    np.testing.assert_array_equal(model.forecast(frames, 2), before)


def test_slowvae_encodes_and_decodes_with_its_quantized_layers():
    images, codes = random_frames(4, 16, 16, 1), random_frames(4, 3)
    model = SlowVAE(latent_size=3)
    model.build((None, None, 16, 16, 1))
    before = model.encode(images), model.decode(codes), model.kl_per_latent(images)
    with pytest.warns(UserWarning, match="quantiz"):
        model.quantize("int8")
    after = model.encode(images), model.decode(codes), model.kl_per_latent(images)
    np.testing.assert_allclose(after[0], model.posterior_moments(images)[0], atol=1e-5)
    np.testing.assert_allclose(after[1], model.expected_images(codes), atol=1e-5)
    for a, b in zip(after, before, strict=True):
        assert 1e-6 < np.abs(a - b).max() < 0.1 * np.abs(b).max()
