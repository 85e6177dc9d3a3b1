"""Presets of ConvLSTM build."""

import pytest

from st_keras.models import ConvLSTM
from st_keras.models.convlstm.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_presets_build(name):
    network = ConvLSTM.from_preset(name, patch_size=8)
    network.build((None, None, 32, 32, 1))
    assert network.filters == PRESETS[name]["filters"]
    assert network.patch_size == 8
