import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets.modes.mode_order import mode_order, sequences_of_mode

MODES, SEEDS = st.integers(1, 7), st.integers(0, 2**40)


@settings(max_examples=50, deadline=None)
@given(MODES, SEEDS, st.integers(0, 2**40), st.integers(1, 600), st.data())
def test_a_label_does_not_depend_on_what_else_is_asked(num_modes, seed, start, count, data):
    labels = mode_order(num_modes, seed, start, count)
    assert labels.shape == (count,) and labels.dtype == np.int64
    cut = data.draw(st.integers(0, count))
    parts = [mode_order(num_modes, seed, start, cut)]
    parts.append(mode_order(num_modes, seed, start + cut, count - cut))
    np.testing.assert_array_equal(np.concatenate(parts), labels)


@settings(max_examples=50, deadline=None)
@given(MODES, SEEDS, st.integers(0, 10**6), st.integers(1, 200))
def test_every_block_holds_each_mode_once(num_modes, seed, block, blocks):
    labels = mode_order(num_modes, seed, block * num_modes, blocks * num_modes)
    expected = np.tile(np.arange(num_modes), (blocks, 1))
    np.testing.assert_array_equal(np.sort(labels.reshape(blocks, num_modes), axis=1), expected)


def test_orders_are_drawn_from_seed_and_block():
    blocks = mode_order(3, 0, 0, 3 * 6000).reshape(-1, 3)
    counts = np.unique(blocks, axis=0, return_counts=True)[1]
    assert len(counts) == math.factorial(3) and (np.abs(counts - 1000) < 5 * np.sqrt(1000)).all()
    assert not np.array_equal(mode_order(3, 0, 0, 99), mode_order(3, 1, 0, 99))


@settings(max_examples=50, deadline=None)
@given(MODES, SEEDS, st.integers(0, 500))
def test_count_of_a_mode(num_modes, seed, total):
    labels = mode_order(num_modes, seed, 0, total)
    counted = [sequences_of_mode(num_modes, seed, m, total) for m in range(num_modes)]
    assert counted == np.bincount(labels, minlength=num_modes).tolist()
