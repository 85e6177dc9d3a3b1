"""Presets of ModeRNN build."""

import pytest

from st_keras.models import ModeRNN
from st_keras.models.modernn.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_presets_build(name):
    network = ModeRNN.from_preset(name, patch_size=8)
    network.build((None, None, 32, 32, 1))
    assert network.filters == PRESETS[name]["filters"]
    assert network.patch_size == 8
