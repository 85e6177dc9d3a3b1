import pytest

from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from st_keras.models.predrnn.action_conditioned_presets import ACTION_CONDITIONED_PRESETS


@pytest.mark.parametrize("preset, parameters", [("bair", 33_556_096), ("bair_v1", 8_391_488)])
def test_published_parameter_counts(preset, parameters):
    network = ActionConditionedPredRNN.from_preset(preset)
    network.build((None, None, 64, 64, 3))
    assert network.count_params() == parameters
    assert network.action_size == 4


@pytest.mark.parametrize("preset", ACTION_CONDITIONED_PRESETS)
def test_presets_can_be_overridden(preset):
    network = ActionConditionedPredRNN.from_preset(preset, filters=(2, 2))
    assert network.filters == (2, 2)
    assert network.decoupling == ACTION_CONDITIONED_PRESETS[preset]["decoupling"]


def test_unknown_preset():
    message = r"ActionConditionedPredRNN.from_preset: received preset='kth'.*'bair', 'bair_v1'"
    with pytest.raises(ValueError, match=message):
        ActionConditionedPredRNN.from_preset("kth")
