import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells.map_normalization import MapNormalization
from tests.cells.numpy_cells import layer_norm
from tests.tiny import random_frames


def build(dtype=None):
    norm = MapNormalization(dtype=dtype)
    norm.build((None, 4, 5, 3))
    norm.gamma.assign(random_frames(4, 5, 3, seed=1))
    norm.beta.assign(random_frames(4, 5, 3, seed=2))
    return norm


def test_equals_numpy():
    norm, x = build(), 5 * random_frames(2, 4, 5, 3) + 7
    expected = layer_norm(x.astype("float64"), norm.gamma.numpy(), norm.beta.numpy())
    np.testing.assert_allclose(norm(x), expected, atol=1e-5)


def test_is_the_layer_of_keras_and_its_gradients():
    norm, x = build(), tf.constant(random_frames(2, 4, 5, 3))
    other = keras.layers.LayerNormalization(axis=(1, 2, 3), epsilon=1e-5)
    other.build((None, 4, 5, 3))
    other.set_weights(norm.get_weights())
    assert [w.name for w in other.weights] == [w.name for w in norm.weights]
    found = []
    for layer in (norm, other):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_sum(y**3)
        found.append([y, *tape.gradient(loss, [x, *(w.value for w in layer.weights)])])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_16_bits_are_normalised_in_float32(policy):
    norm = build(policy)
    x = tf.cast(random_frames(2, 4, 5, 3) + 10, norm.compute_dtype)  # differences are 2^-4 at best
    expected = build()(tf.cast(x, "float32"))
    assert norm(x).dtype == norm.compute_dtype
    np.testing.assert_array_equal(norm(x), tf.cast(expected, norm.compute_dtype))
    assert {w.dtype for w in norm.weights} == {"float32"}


def test_maps_of_another_size_are_not_cut_to_it():
    norm = build()
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        norm(random_frames(2, 8, 5, 3))  # as many numbers as four maps of 4x5
