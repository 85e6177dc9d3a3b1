import pytest

from st_keras.models import PredRNN
from st_keras.models.predrnn.presets import PRESETS


@pytest.mark.parametrize(
    "preset, decoupling, frames_shape, overrides, parameters",
    [
        ("moving_mnist", False, (None, None, 64, 64, 1), {}, 23_838_720),
        ("moving_mnist", True, (None, None, 64, 64, 1), {}, 23_855_104),
        ("kth", False, (None, None, 128, 128, 1), {}, 23_838_720),
        ("kth", False, (None, None, 128, 128, 1), {"patch_size": 2}, 23_568_384),
        ("kth", True, (None, None, 128, 128, 1), {"patch_size": 2}, 23_584_768),
    ],
)
def test_published_parameter_counts(preset, decoupling, frames_shape, overrides, parameters):
    network = PredRNN.from_preset(preset, decoupling=decoupling, **overrides)
    network.build(frames_shape)
    assert network.count_params() == parameters


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_build_and_can_be_overridden(preset):
    network = PredRNN.from_preset(preset, filters=(3, 3))
    assert network.filters == (3, 3)
    assert network.patch_size == PRESETS[preset]["patch_size"]
    assert network.kernel_size == PRESETS[preset]["kernel_size"]


def test_unknown_preset():
    message = r"PredRNN.from_preset: received preset='mnist'.*'moving_mnist', 'kth', 'smoke'"
    with pytest.raises(ValueError, match=message):
        PredRNN.from_preset("mnist")
