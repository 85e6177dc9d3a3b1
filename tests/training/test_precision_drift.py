"""How far a long closed loop in 16 bits drifts from the same one in float32."""

import keras
import numpy as np
import pytest

from st_keras.models import ModeRNN, PredRNN
from st_keras.training import Forecaster
from tests.tiny import random_frames

HORIZON = 200
# Of the RMS of the forecast. A bfloat16 has 8 significant bits, a float16 11.
BOUNDS = {"mixed_float16": 0.03, "mixed_bfloat16": 0.15}


def forecasts(make_network, precision, context, weights=None):
    keras.utils.set_random_seed(1)
    model = Forecaster(make_network(dtype=precision), context_length=4)
    model.build((None, None, *context.shape[2:]))
    if weights is None:
        # Larger than the initial ones: the forecast then neither dies away nor becomes chaotic,
        # where any rounding would grow without bound.
        weights = [1.6 * weight for weight in model.get_weights()]
    model.set_weights(weights)
    return model.forecast(context, HORIZON), weights


@pytest.mark.parametrize(
    "network",
    [PredRNN, pytest.param(ModeRNN, marks=pytest.mark.long)],
    ids=lambda cls: cls.__name__,
)
def test_drift_of_a_200_step_rollout_is_bounded(network):
    def make_network(dtype):
        options = {"batch_norm": False} if network is ModeRNN else {"kernel_size": 3}
        return network(filters=(8, 8), patch_size=2, dtype=dtype, **options)

    context = random_frames(2, 4, 8, 8, 1)
    exact, weights = forecasts(make_network, "float32", context)
    size = np.sqrt(np.square(exact).mean())
    # Alive to the end: where a forecast dies away, its drift does too and shows nothing.
    assert np.sqrt(np.square(exact[:, -1]).mean()) > 0.01
    for precision, bound in BOUNDS.items():
        forecast, _ = forecasts(make_network, precision, context, weights)
        assert forecast.dtype == np.float32
        drift = np.sqrt(np.square(forecast - exact).mean(axis=(0, 2, 3, 4))) / size
        print(
            f"{network.__name__}, {precision}: drift {drift[0]:.1e} after 1 step, "
            f"{drift[-1]:.1e} after {HORIZON}, at most {drift.max():.1e} (bound {bound})"
        )
        assert 0 < drift.max() < bound
