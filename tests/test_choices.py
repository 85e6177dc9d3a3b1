"""What may be chosen is what there is."""

from st_keras import choices
from st_keras.training.forecaster_presets import NETWORKS


def test_networks_and_their_presets():
    assert {name: cls.__name__ for name, cls in NETWORKS.items()} == choices.NETWORKS
    assert {name: tuple(cls.PRESETS) for name, cls in NETWORKS.items()} == choices.PRESETS
