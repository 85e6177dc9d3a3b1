"""One reference name for each weight of every published network, and nothing else."""

import pytest

from st_keras.export.reference_names import named_variables
from st_keras.models import PredRNN, SlowVAE
from tests.tiny import tiny_network


def built(network):
    network.build((None, None, 16, 16, 1))
    return network


@pytest.mark.parametrize("network", [tiny_network, lambda: SlowVAE(latent_size=2)])
def test_every_weight_once(network):
    network = built(network())
    pairs = named_variables("test", network)
    assert {id(v) for _, v in pairs} == {id(v) for v in network.weights}
    assert len({name for name, _ in pairs}) == len(pairs) == len(network.weights)


def test_places_in_slowvaes_reference_code():
    names = dict(named_variables("test", built(SlowVAE(latent_size=2))))
    assert names["encoder.11.weight"].shape == (256, 4)
    assert names["decoder.11.weight"].shape == (4, 4, 1, 32)


@pytest.mark.parametrize("network", [PredRNN((2,)), SlowVAE(), object()])
def test_others_are_refused(network):
    with pytest.raises(ValueError, match=r"who: .*a built st_keras\.models\.PredRNN or SlowVAE"):
        named_variables("who", network)
