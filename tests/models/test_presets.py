"""Presets of every network: published sizes, arguments that replace theirs, names that are none."""

import pytest

from st_keras.models import (
    ActionConditionedModeRNN,
    ActionConditionedPredRNN,
    ConvLSTM,
    ModeRNN,
    PredRNN,
)

PRESETS = [
    (cls, name)
    for cls in (ActionConditionedModeRNN, ActionConditionedPredRNN, ConvLSTM, ModeRNN, PredRNN)
    for name in cls.PRESETS
]


@pytest.mark.parametrize(
    "cls, preset, size, overrides, parameters",
    [
        (PredRNN, "moving_mnist", (64, 64, 1), {"decoupling": False}, 23_838_720),
        (PredRNN, "moving_mnist", (64, 64, 1), {"decoupling": True}, 23_855_104),
        (PredRNN, "kth", (128, 128, 1), {"decoupling": False}, 23_838_720),
        (PredRNN, "kth", (128, 128, 1), {"decoupling": False, "patch_size": 2}, 23_568_384),
        (PredRNN, "kth", (128, 128, 1), {"decoupling": True, "patch_size": 2}, 23_584_768),
        (ActionConditionedPredRNN, "bair", (64, 64, 3), {"action_size": 4}, 33_556_096),
        (ActionConditionedPredRNN, "bair_v1", (64, 64, 3), {}, 8_391_488),
    ],
)
def test_published_parameter_counts(cls, preset, size, overrides, parameters):
    network = cls.from_preset(preset, **overrides)
    network.build((None, None, *size))
    assert network.count_params() == parameters
    assert network.action_size == (4 if "bair" in preset else None)


@pytest.mark.parametrize("cls, name", PRESETS)
def test_presets_build_and_can_be_overridden(cls, name):
    network = cls.from_preset(name, filters=(4, 4), patch_size=2)
    network.build((None, None, 32, 32, 1))
    expected = {**cls.PRESETS[name], "filters": (4, 4), "patch_size": 2}
    assert network.get_config() == cls(**expected, name=network.name).get_config()


@pytest.mark.parametrize("cls", dict(PRESETS))
def test_unknown_preset(cls):
    names = ", ".join(map(repr, cls.PRESETS))
    with pytest.raises(ValueError, match=rf"^{cls.__name__}.from_preset: .*preset='no'.*{names}"):
        cls.from_preset("no")
