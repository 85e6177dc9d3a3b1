import numpy as np
import tensorflow as tf

from st_keras.cells import SpatioTemporalLSTMCell, StackCell
from st_keras.cells.joined_weights import (
    JoinedWeights,
    joined_weights,
    tensors_given,
    weights_joined,
)
from tests.tiny import random_frames

B, H, W, C, F = 2, 4, 5, 2, 3


class Counted(JoinedWeights):
    """Counts how often it is made."""

    made = 0

    def join(self):
        self.made += 1
        return self.made


def test_made_now_unless_given():
    joined, other = Counted(), Counted()
    assert not joined.given
    assert (joined.tensors, joined.tensors) == (1, 2)
    with tensors_given([joined], ["given"]):
        assert joined.given and not other.given
        assert (joined.tensors, other.tensors) == ("given", 1)
        with tensors_given([other], ["too"]):
            assert (joined.tensors, other.tensors) == ("given", "too")
        assert not other.given
    assert joined.tensors == 3


def test_those_of_nested_cells():
    cell = StackCell([SpatioTemporalLSTMCell(F, 3), SpatioTemporalLSTMCell(F, 3)])
    assert joined_weights(cell) == [each for one in cell.cells for each in one.joined]
    assert len(joined_weights(cell)) == 4


def test_given_tensors_stay():
    cell = SpatioTemporalLSTMCell(F, 3)
    cell.build((None, H, W, C))
    x, states = tf.constant(random_frames(B, H, W, C)), cell.get_initial_state(B, (H, W))
    expected, _ = cell(x, states)
    with weights_joined(cell):
        cell.input_conv.kernel.assign(0 * cell.input_conv.kernel)
        with weights_joined(cell):
            before, _ = cell(x, states)
    with weights_joined(cell):
        after, _ = cell(x, states)
    np.testing.assert_allclose(before, expected, atol=1e-6)
    assert not np.any(after)
