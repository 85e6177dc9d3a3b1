"""Forecasters by name: the published networks with the published recipes."""

import numpy as np

from st_keras.models import ConvLSTM, ModeRNN, PredRNN
from st_keras.training import Forecaster, ReverseScheduledSampling, ScheduledSampling


def test_published_recipes():
    v2 = Forecaster.from_preset("predrnn_moving_mnist")
    assert isinstance(v2.network, PredRNN) and isinstance(v2.sampling, ReverseScheduledSampling)
    assert (v2.context_length, v2.decoupling_weight, v2.reverse_input) == (10, 0.1, True)
    v2.build((None, None, 64, 64, 1))
    assert v2.count_params() == 23_855_104

    kth = Forecaster.from_preset("predrnn_kth")
    assert kth.decoupling_weight == 0.01

    v1 = Forecaster.from_preset("predrnn_v1_moving_mnist")
    assert not v1.network.decoupling and v1.decoupling_weight == 0
    assert isinstance(v1.sampling, ScheduledSampling)

    modes = Forecaster.from_preset("modernn_robonet")
    assert isinstance(modes.network, ModeRNN) and modes.context_length == 5
    assert isinstance(Forecaster.from_preset("convlstm_smoke").network, ConvLSTM)


def test_overrides():
    model = Forecaster.from_preset(
        "predrnn_smoke", steps=100, dtype="mixed_bfloat16", context_length=3, seed=7
    )
    assert (model.context_length, model.seed) == (3, 7)
    assert model.network.compute_dtype == "bfloat16"
    # The demo's schedule falls to 0 within five eighths of the run.
    np.testing.assert_array_equal(model.sampling.probabilities(63, 3, 6)[3:], 0)
    assert float(model.sampling.probabilities(30, 3, 6)[3]) > 0


def test_all_names_build():
    for name in Forecaster.PRESETS:
        assert Forecaster.from_preset(name, steps=10).sampling is not None
