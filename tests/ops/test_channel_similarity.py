import numpy as np
import pytest
import tensorflow as tf

from st_keras.ops import channel_similarity


def test_equals_numpy():
    a, b = np.random.default_rng(0).normal(size=(2, 3, 4, 5, 6)).astype("float32")
    expected = np.abs((a * b).sum((1, 2))) / (
        np.linalg.norm(a.reshape(3, 20, 6), axis=1) * np.linalg.norm(b.reshape(3, 20, 6), axis=1)
    )
    similarity = channel_similarity(a, b)
    error = np.abs(similarity - expected).max()
    print(f"channel_similarity within {error:.1e} of NumPy")
    assert similarity.shape == (3, 6)
    assert error < 1e-6


def test_parallel_is_one_orthogonal_is_zero_scale_is_nothing():
    a = np.zeros((1, 2, 2, 2), "float32")
    a[0, 0, 0], b = 1.0, np.zeros((1, 2, 2, 2), "float32")
    b[0, 0, 0, 0], b[0, 1, 1, 1] = -1e-4, 5.0
    np.testing.assert_allclose(channel_similarity(a, b), [[1.0, 0.0]], atol=1e-6)


def test_zero_increment_has_similarity_zero_and_finite_gradient():
    zeros, ones = tf.zeros((1, 2, 2, 1)), tf.ones((1, 2, 2, 1))
    with tf.GradientTape() as tape:
        tape.watch([zeros, ones])
        similarity = tf.reduce_sum(channel_similarity(zeros, ones))
    assert float(similarity) == 0.0
    for gradient in tape.gradient(similarity, [zeros, ones]):
        assert np.isfinite(gradient).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_summed_in_float32(dtype):
    # 64 * 64 equal entries: a half-precision sum of squares (4.1e5) would be infinite or rounded.
    maps = tf.cast(tf.fill((1, 64, 64, 1), 10.0), dtype)
    similarity = channel_similarity(maps, maps)
    assert similarity.dtype == tf.float32
    assert float(similarity[0, 0]) == pytest.approx(1.0, abs=1e-5)
