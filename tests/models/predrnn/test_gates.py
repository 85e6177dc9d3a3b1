"""The gates alone; inside the cells they are compared with NumPy in the tests of the cells."""

import types

import numpy as np
import pytest

from st_keras.models.predrnn.gates import ActionGates, FusedGates, SeparateGates
from tests.models.predrnn.numpy_cells import assign_apart
from tests.tiny import random_frames

F, C, A = 3, 2, 4
OPTIONS = {"kernel_size": (3, 3), "use_bias": False, "kernel_initializer": "glorot_uniform"}


def inputs(*channels):
    return [random_frames(2, 4, 5, c, seed=k) for k, c in enumerate(channels)]


def test_fused_gates_are_separate_ones_without_normalisation():
    fused = FusedGates(F, **OPTIONS)
    apart = SeparateGates(F, layer_norm=False, **OPTIONS)
    for gates in (fused, apart):
        gates.build((None, 4, 5, C))
    x, h, m = (w.numpy() for w in apart.weights)
    cell = types.SimpleNamespace(filters=F, gates=fused)
    assign_apart(cell, {"input": x, "recurrent": h, "memory": m})
    for ours, theirs in zip(fused(*inputs(C, F, F)), apart(*inputs(C, F, F)), strict=True):
        for gate, other in zip(ours, theirs, strict=True):
            assert gate.shape == (2, 4, 5, F)
            np.testing.assert_allclose(gate, other, atol=1e-6)


@pytest.mark.parametrize("layer_norm", [False, True])
def test_normalised_sums_have_mean_zero(layer_norm):
    gates = SeparateGates(F, layer_norm=layer_norm, **OPTIONS)
    gates.build((None, 4, 5, C))
    (of_c, of_m) = gates(*inputs(C, F, F))
    # Every part is normalised over all of its channels, and so is what all add up to.
    total = np.concatenate([*of_c, *of_m], axis=-1).mean(axis=(1, 2, 3))
    assert (np.abs(total) < 1e-5).all() == layer_norm
    assert len(gates.weights) == (9 if layer_norm else 3)


def test_the_action_multiplies_what_h_says():
    gates = ActionGates(F, A, layer_norm=False, **{**OPTIONS, "use_bias": True})
    gates.build((None, 4, 5, C))
    x, h, m, a = inputs(C, F, F, A)
    silent = [w.numpy() for w in gates.action_conv.weights]
    gates.action_conv.set_weights([0 * w for w in silent])
    for state in (h, 2 * h):  # it says nothing any more
        (i, *_), _ = gates(x, state, m, a)
        np.testing.assert_array_equal(i, gates(x, h, m, a)[0][0])
    gates.action_conv.set_weights(silent)
    assert np.abs(gates(x, h, m, a)[0][0] - gates(x, 2 * h, m, a)[0][0]).max() > 1e-3
