import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import ConvLSTMCell, ModeCell, StackCell
from st_keras.layers import SpatioTemporalRNN
from tests.tiny import random_frames


def build(*cells):
    stack = StackCell(cells)
    stack.build((None, 4, 5, 3))
    return stack


def test_each_cell_reads_the_one_below():
    cells = ConvLSTMCell(2, 3), ConvLSTMCell(4, 3)
    stack, x = build(*cells), random_frames(2, 4, 5, 3)
    states = [random_frames(2, 4, 5, f, seed=k) for k, f in enumerate((2, 2, 4, 4))]
    h, new = tf.function(stack)(x, states)
    h1, first = cells[0](x, states[:2])
    h2, second = cells[1](h1, states[2:])
    for ours, theirs in zip((h, *new), (h2, *first, *second), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert stack.output_channels == 4
    assert [s[-1] for s in stack.state_size] == [2, 2, 4, 4]


def test_statistics_of_all_cells_are_updated():
    """A cell without batch normalisation between two with it."""
    stack = build(ModeCell(4, 2), ConvLSTMCell(3, 3), ModeCell(6, 2))
    statistics = stack.batch_statistics
    assert len(statistics) == 12
    before = [each.numpy() for each in statistics]
    SpatioTemporalRNN(stack)(random_frames(2, 3, 4, 5, 3), training=True)
    for updated, start in zip(statistics, before, strict=True):
        assert np.abs(updated - start).max() > 0


def test_learned_initial_states_of_the_cells_are_used():
    stack = build(ModeCell(4, 2, learned_initial_slots=True), ConvLSTMCell(3, 3))
    stack.cells[0].initial_slots.assign([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_array_equal(stack.get_initial_state(2)[1][0, 0, 0], [1.0, 2.0, 3.0, 4.0])


def test_cells_that_output_more_than_h_are_refused():
    with pytest.raises(ValueError, match=r"a cell with return_responses=True"):
        StackCell([ModeCell(4, 2, return_responses=True)])


def test_an_empty_stack_is_refused():
    with pytest.raises(ValueError, match="StackCell: received an empty list of cells"):
        StackCell([])
