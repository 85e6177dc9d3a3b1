"""Names and shapes; that the weights land where they belong is in `models/predrnn/test_golden`."""

import numpy as np
import pytest

from st_keras.export import assign_reference_weights
from st_keras.export.reference_weights import reference_shapes, reference_values
from st_keras.models import PredRNN
from tests.golden import Golden
from tests.tiny import tiny_forecaster


def build(**overrides):
    arguments = {"filters": (3, 3), "kernel_size": 3, "patch_size": 2, "layer_norm": True}
    network = PredRNN(**{**arguments, **overrides})
    network.build((None, None, 4, 6, 1))
    return network


def numbers(network):
    rng = np.random.default_rng(0)
    return {name: rng.normal(size=shape) for name, shape in reference_shapes(network).items()}


@pytest.mark.parametrize("decoupling", [False, True])
def test_every_weight_has_one_name_and_takes_its_array(decoupling):
    network = build(decoupling=decoupling)
    theirs = numbers(network)
    assert len(theirs) == len(network.weights) == 2 * (4 * 3 + 1) + 1 + decoupling
    assert ("adapter.weight" in theirs) == decoupling
    assign_reference_weights(network, theirs)
    for name, ours in reference_values(network).items():
        array = theirs[name]
        expected = array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.transpose(1, 2, 0)
        np.testing.assert_allclose(ours, expected, rtol=1e-6)


def test_shapes_of_the_reference_code():
    shapes = reference_shapes(build())
    assert shapes["cell_list.0.conv_x.0.weight"] == (7 * 3, 4, 3, 3)
    assert shapes["cell_list.1.conv_x.0.weight"] == (7 * 3, 3, 3, 3)
    assert shapes["cell_list.0.conv_x.1.weight"] == (7 * 3, 2, 3)  # channels, height, width
    assert shapes["conv_last.weight"] == (4, 3, 1, 1)
    assert shapes["adapter.weight"] == (3, 3, 1, 1)


@pytest.mark.needs_data
@pytest.mark.parametrize("name", ["predrnn_v1", "predrnn_v2_layernorm"])
def test_names_are_those_of_real_checkpoints(name):
    golden = Golden(name)
    network = golden.network(golden.frames().shape)
    theirs = {n: a.shape for n, a in golden.group("param").items() if n != "adapter.weight"}
    ours = {n: s for n, s in reference_shapes(network).items() if n != "adapter.weight"}
    assert ours == theirs


def test_v1_ignores_an_adapter():
    network = build(decoupling=False)
    assign_reference_weights(
        network, {**numbers(network), "adapter.weight": np.zeros((3, 3, 1, 1))}
    )


def test_errors_list_both_sides_and_assign_nothing():
    network = build()
    before, theirs = network.get_weights(), numbers(network)
    missing = {n: a for n, a in theirs.items() if n != "conv_last.weight"}
    message = r"does not have: \['extra'\].*missing: \['conv_last.weight'\]"
    with pytest.raises(ValueError, match=message):
        assign_reference_weights(network, {**missing, "extra": np.zeros(1)})
    wrong = {**theirs, "conv_last.weight": np.zeros((4, 5, 1, 1))}
    with pytest.raises(ValueError, match=r"conv_last.weight.*\(1, 1, 5, 4\), \(1, 1, 3, 4\)"):
        assign_reference_weights(network, wrong)
    with pytest.raises(ValueError, match=r"missing: \['adapter.weight'\]"):
        assign_reference_weights(network, numbers(build(decoupling=False)))
    for a, b in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match=r"a PredRNN that is not built"):
        assign_reference_weights(PredRNN((2,)), theirs)
    with pytest.raises(ValueError, match=r"a Forecaster.*a built st_keras.models.PredRNN"):
        assign_reference_weights(tiny_forecaster(), theirs)
