"""One reference name for each weight of every published network, and nothing else."""

import numpy as np
import pytest

from st_keras.export.reference_names import named_variables
from st_keras.models import ModeRNN, PredRNN, SlowVAE
from tests.tiny import tiny_network
from tests.tiny_actions import tiny_action_network


def built(network):
    network.build((None, None, 16, 16, 1))
    return network


@pytest.mark.parametrize(
    "network",
    [
        tiny_network,
        lambda: SlowVAE(latent_size=2),
        lambda: ModeRNN((4, 6), num_slots=2, batch_norm=False, learned_initial_slots=True),
        lambda: ModeRNN((4,), num_slots=2, layer_norm=False),
    ],
)
def test_every_weight_once(network):
    network = built(network())
    pairs = named_variables("test", network)
    assert len({name for name, _ in pairs}) == len(pairs)
    # Each entry of each variable belongs to one weight.
    for variable in network.weights:
        variable.assign(np.zeros(variable.shape))
    for _, weight in pairs:
        weight.assign(np.array(weight) + 1)
    for variable in network.weights:
        np.testing.assert_array_equal(variable, np.ones(variable.shape), variable.path)


@pytest.mark.parametrize("layer_norm", [False, True])
@pytest.mark.parametrize("decoupling", [False, True])
def test_every_weight_of_the_action_conditioned_network_once(decoupling, layer_norm):
    network = built(tiny_action_network(decoupling=decoupling, layer_norm=layer_norm))
    names = dict(named_variables("test", network))
    assert {id(v) for v in names.values()} == {id(v) for v in network.weights}
    # Six strided convolutions; per layer six of the cell with biases, five of them normalised.
    assert len(names) == 6 + 2 * (12 + 10 * layer_norm) + decoupling == len(network.weights)
    assert names["conv_input1.weight"].shape == (3, 3, 1, 2)
    assert names["action_conv_input1.weight"].shape == (3, 3, 2, 2)
    assert names["deconv_output2.weight"].shape == (3, 3, 1, 2)  # transposed: (.., out, in)
    assert names["cell_list.1.conv_a.0.weight"].shape == (3, 3, 4, 4 * 4)
    assert names["cell_list.1.conv_last.bias"].shape == (4,)


def test_places_in_slowvaes_reference_code():
    names = dict(named_variables("test", built(SlowVAE(latent_size=2))))
    assert names["encoder.11.weight"].shape == (256, 4)
    assert names["decoder.11.weight"].shape == (4, 4, 1, 32)


@pytest.mark.parametrize("network", [PredRNN((2,)), tiny_action_network(), SlowVAE(), object()])
def test_others_are_refused(network):
    with pytest.raises(ValueError, match=r"who: .*a built st_keras\.models\.PredRNN.* or SlowVAE"):
        named_variables("who", network)
