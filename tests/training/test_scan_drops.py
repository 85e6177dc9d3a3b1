import numpy as np
import pytest
import tensorflow as tf

from st_keras.training.scan_drops import draw_dropped_scans

B, T = 4000, 5


def draw(present, most, seed=0, seen=7):
    return draw_dropped_scans(tf.constant(present), most, seed, tf.constant(seen)).numpy()


def test_how_many_are_dropped_is_uniform_and_which_too():
    dropped = draw(np.ones((B, T), bool), most=3)
    counts = np.bincount(dropped.sum(1), minlength=4) / B
    np.testing.assert_allclose(counts, 0.25, atol=0.03)
    np.testing.assert_allclose(dropped.mean(0), 1.5 / T, atol=0.03)


@pytest.mark.parametrize("most", [0, 1, 3, 5, 9])
def test_one_scan_stays_and_missing_ones_count(most):
    present = np.random.default_rng(0).random((B, T)) > 0.4
    dropped = draw(present, most)
    assert not (dropped & ~present).any()
    missing = (dropped | ~present).sum(1)
    some = present.any(1)
    assert (missing[some] < T).all()
    assert (missing <= np.maximum((~present).sum(1), most)).all()
    assert dropped.any() == (most > 0)


def test_a_function_of_seed_batch_and_sample():
    present = np.ones((50, T), bool)
    one = draw(present, 2)
    np.testing.assert_array_equal(draw(present, 2), one)
    assert (draw(present, 2, seed=1) != one).any() and (draw(present, 2, seen=8) != one).any()
