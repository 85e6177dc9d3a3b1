import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from st_keras.random.per_sample import per_sample_normal, per_sample_uniform

each = pytest.mark.parametrize("draw", [per_sample_uniform, per_sample_normal])


@each
def test_shape_and_dtype(draw):
    numbers = draw(3, (2, 5), seed=0, batches_seen=0)
    assert numbers.shape == (3, 2, 5) and numbers.dtype == tf.float32
    assert draw(4, (), seed=0, batches_seen=0).shape == (4,)


@each
def test_shapes_known_only_at_run_time(draw):
    traced = tf.function(
        lambda x, seen: draw(tf.shape(x)[0], (tf.shape(x)[1],), 3, seen),
        input_signature=[tf.TensorSpec([None, None]), tf.TensorSpec([], tf.int32)],
    )
    tf.random.set_seed(123)  # has no say
    for batch, latents in ((4, 6), (7, 3)):
        numbers = traced(tf.zeros((batch, latents)), tf.constant(5))
        np.testing.assert_array_equal(numbers, draw(batch, (latents,), 3, 5))


@each
def test_reproducible(draw):
    np.testing.assert_array_equal(draw(4, (6,), 3, 5), draw(4, (6,), 3, 5))
    np.testing.assert_array_equal(draw(4, (6,), 3, tf.constant(5)), draw(4, (6,), 3, 5))


@each
def test_samples_batches_and_seeds_differ(draw):
    draws = [draw(4, (32,), seed, seen).numpy() for seed, seen in ((0, 0), (0, 1), (1, 0), (1, 1))]
    numbers = np.concatenate(draws).ravel()
    # A float32 in [0, 1) has 23 random bits: 512 of them rarely meet by chance, rows never.
    assert len(np.unique(numbers)) > 505
    rows = np.concatenate(draws)
    correlations = np.corrcoef(rows)[np.triu_indices(16, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(32)
    assert abs(correlations.mean()) < 0.1


@each
def test_seed_and_batch_number_do_not_merge(draw):
    # seed + batch number would give (1, 0) and (0, 1) the same numbers, 32 bits the last two.
    pairs = [(0, 1), (1, 0), (2, 3), (3, 2), (5, 0), (5, 2**32)]
    draws = {draw(2, (4,), seed, seen).numpy().tobytes() for seed, seen in pairs}
    assert len(draws) == len(pairs)


@each
def test_a_sample_does_not_depend_on_how_many_follow_it(draw):
    many = draw(9, (5,), 1, 2).numpy()
    for batch in (1, 2, 4, 8):
        # The library rounds logarithm, sine and cosine at the end of an array otherwise.
        np.testing.assert_allclose(draw(batch, (5,), 1, 2), many[:batch], rtol=0, atol=1e-6)


@each
def test_replicas_draw_together_what_one_device_draws(draw, two_replicas):
    parts = two_replicas.run(lambda: draw(4, (6,), 9, 2))
    parts = [part.numpy() for part in two_replicas.experimental_local_results(parts)]
    assert len(parts) == 2
    assert not np.array_equal(parts[0], parts[1])
    np.testing.assert_array_equal(np.concatenate(parts), draw(8, (6,), 9, 2))


@each
def test_numbers_are_the_same_under_xla(draw):
    def numbers(jit):
        function = tf.function(lambda seen: draw(501, (3,), 9, seen), jit_compile=jit)
        return function(tf.constant(2)).numpy()

    # Of normal numbers logarithm, sine and cosine are rounded otherwise.
    tolerance = 2e-6 if draw is per_sample_normal else 0.0
    np.testing.assert_allclose(numbers(True), numbers(False), rtol=0, atol=tolerance)


@pytest.mark.parametrize("count", [1, 6, 1001])
def test_numbers_are_those_of_tensorflow(count):
    """As they have been since the first release: runs of older versions can be repeated."""
    theirs = {"shape": (count,), "seed": [3, 5], "alg": "philox"}
    ours = per_sample_uniform(count, (), 3, 5)
    np.testing.assert_array_equal(ours, tf.random.stateless_uniform(**theirs))
    normal = tf.random.stateless_normal(**theirs)
    np.testing.assert_allclose(per_sample_normal(count, (), 3, 5), normal, atol=3e-6)


def test_uniform_numbers():
    numbers = per_sample_uniform(1000, (50,), 0, 0).numpy()
    assert numbers.min() >= 0 and numbers.max() < 1
    assert stats.kstest(numbers.ravel(), "uniform").pvalue > 1e-3
    # Five standard errors, over all samples and over all places of a sample.
    error = np.sqrt(1 / 12)
    assert np.abs(numbers.mean(0) - 0.5).max() < 5 * error / np.sqrt(1000)
    assert np.abs(numbers.mean(1) - 0.5).max() < 5 * error / np.sqrt(50)


def test_normal_numbers():
    numbers = per_sample_normal(1000, (50,), 0, 0).numpy().astype("float64").ravel()
    count = len(numbers)
    assert abs(numbers.mean()) < 5 / np.sqrt(count)
    assert abs(numbers.std() - 1) < 5 / np.sqrt(2 * count)
    assert abs(stats.skew(numbers)) < 5 * np.sqrt(6 / count)
    assert abs(stats.kurtosis(numbers)) < 5 * np.sqrt(24 / count)
    assert stats.kstest(numbers, "norm").pvalue > 1e-3


def test_normal_numbers_over_batches_are_independent():
    # One number of one sample, followed through 400 batches.
    series = np.array([per_sample_normal(1, (1,), 0, seen).numpy().item() for seen in range(400)])
    assert abs(series.mean()) < 5 / np.sqrt(400)
    assert abs(series.std() - 1) < 5 / np.sqrt(800)
    assert abs(np.corrcoef(series[1:], series[:-1])[0, 1]) < 5 / np.sqrt(399)
