import keras
import pytest

from st_keras import cells
from st_keras.cells.spatial_state_cell import SpatialStateCell
from tests.refusals import refused


class Counter(SpatialStateCell):
    """Two states: a map and a narrower one in half precision."""

    def build(self, input_shape):
        self.remember_spatial_shape(input_shape)
        self.built = True

    def state_specs(self, spatial_shape):
        return [((*spatial_shape, 3), "float32"), ((*spatial_shape, 1), "float16")]

    def call(self, inputs, states):
        return inputs, [states[0] + 1, states[1]]


def test_state_size_before_and_after_build():
    cell = Counter()
    assert cell.state_size == [(None, None, 3), (None, None, 1)]
    cell.build((None, 4, 6, 1))
    assert cell.state_size == [(4, 6, 3), (4, 6, 1)]


def test_initial_state_has_the_specs_and_is_zero():
    cell = Counter()
    cell.build((None, 4, 6, 1))
    for size, expected in ((None, (4, 6)), ((2, 3), (2, 3))):
        states = cell.get_initial_state(5, size)
        assert [tuple(s.shape) for s in states] == [(5, *expected, 3), (5, *expected, 1)]
        assert [s.dtype.name for s in states] == ["float32", "float16"]
        assert all(float(keras.ops.max(keras.ops.abs(s))) == 0 for s in states)


@pytest.mark.parametrize("shape", [None, (None, None, 6, 1)])
def test_initial_state_of_unknown_size_is_refused(shape):
    cell = Counter()
    if shape:
        cell.build(shape)
    refused(r"spatial_shape=.*height and width.*pass spatial_shape", cell.get_initial_state, 2)


def test_functional_keras_rnn_gets_a_clear_error():
    message = r"Counter: received a symbolic call.*Required: st_keras.layers.SpatioTemporalRNN"
    refused(message, keras.layers.RNN(Counter()), keras.Input((3, 4, 6, 1)))


def test_wrong_rank():
    refused(r"Counter.*rank 3.*axes \(B, H, W, C\)", Counter().build, (None, 4, 6))


CELLS = {
    "h c m": cells.SpatioTemporalLSTMCell(3, 3),
    "h c": cells.ConvLSTMCell(3, 3),
    "h slots": cells.ModeCell(4, num_slots=2, layer_norm=False),
    "h1 slots1 h2 c2": cells.StackCell(
        [cells.ModeCell(4, num_slots=2, layer_norm=False), cells.ConvLSTMCell(3, 3)]
    ),
    "h1 c1 h2 c2 m": cells.ZigzagStackCell([cells.SpatioTemporalLSTMCell(3, 3) for _ in "12"]),
    "prediction h1 c1 m": cells.RolloutCell(
        cells.ZigzagStackCell([cells.SpatioTemporalLSTMCell(3, 3)])
    ),
}


@pytest.mark.parametrize("names", CELLS)
def test_every_state_has_a_name(names):
    assert CELLS[names].state_names == names.split()
    shape = (None, 4, 6, 2)
    named = {"frame": shape, "observed": (None, 1)}
    CELLS[names].build(named if names.startswith("prediction") else shape)
    assert len(CELLS[names].state_specs((4, 6))) == len(names.split())
