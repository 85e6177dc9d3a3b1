import numpy as np
import tensorflow as tf

from st_keras.training.observed_mask import closed_loop_mask, draw_observed_mask


def draw(p, batch=4, seed=0, seen=0):
    return draw_observed_mask(tf.constant(p), batch, seed, seen).numpy()


def test_certain_probabilities_are_certain():
    mask = draw([1.0, 0.0] * 50, batch=100)
    np.testing.assert_array_equal(mask, np.tile([1.0, 0.0], (100, 50)))


def test_frequencies():
    p = np.linspace(0, 1, 11, dtype="float32")
    mask = draw(p, batch=20_000)
    # Five standard errors of the mean of 20,000 draws.
    assert np.abs(mask.mean(0) - p).max() < 5 * 0.5 / np.sqrt(20_000)


def test_samples_steps_batches_and_seeds_differ():
    half = [0.5] * 32
    masks = [draw(half), draw(half, seen=1), draw(half, seed=1)]
    for a in range(3):
        for b in range(a):
            assert 0.2 < np.mean(masks[a] != masks[b]) < 0.8
    for mask in masks:
        assert len({row.tobytes() for row in mask}) == 4
        assert len({column.tobytes() for column in mask.T}) > 8


def test_reproducible_from_seed_and_batch_number_alone():
    half = [0.5] * 8
    np.testing.assert_array_equal(draw(half, seed=3, seen=5), draw(half, seed=3, seen=5))
    tf.random.set_seed(123)
    traced = tf.function(lambda seen: draw_observed_mask(tf.constant(half), 4, 3, seen))
    np.testing.assert_array_equal(traced(tf.constant(5)), draw(half, seed=3, seen=5))


def test_replicas_draw_together_what_one_device_draws(two_replicas):
    half = tf.fill([6], 0.5)
    parts = two_replicas.run(lambda: draw_observed_mask(half, 4, 9, 2))
    parts = [part.numpy() for part in two_replicas.experimental_local_results(parts)]
    assert len(parts) == 2
    assert not np.array_equal(parts[0], parts[1])
    np.testing.assert_array_equal(np.concatenate(parts), draw([0.5] * 6, batch=8, seed=9, seen=2))


def test_masks_are_the_same_under_xla():
    def mask(jit):
        function = tf.function(lambda p, seen: draw_observed_mask(p, 500, 9, seen), jit_compile=jit)
        return function(tf.constant([1.0, 0.0, 0.3]), tf.constant(2)).numpy()

    np.testing.assert_array_equal(mask(True), mask(False))


def test_closed_loop_mask():
    mask = closed_loop_mask(2, 5, 2)
    np.testing.assert_array_equal(mask, [[1, 1, 0, 0, 0]] * 2)
    np.testing.assert_array_equal(closed_loop_mask(1, 2, 5), [[1, 1]])
