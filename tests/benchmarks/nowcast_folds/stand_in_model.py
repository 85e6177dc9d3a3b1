"""A model that continues the last frame, in place of a trained one."""

import numpy as np

from st_keras.models.nowcaster.nowcast_arrays import RainDistribution

_THRESHOLDS = (0.5, 1.0, 2.0, 5.0)


class StandInModel:
    """Forecasts as a `Nowcaster` has them."""

    area_limit, lowest_cut = 9.0, 0.1

    def forecast(self, context, horizon, optimise_for=None, members=None, seed=0):
        frames = np.repeat(context[:, -1:], horizon, axis=1).astype("float32")
        if members is None:
            return frames
        factors = 0.8 + 0.4 * np.random.default_rng(seed).random(members)
        return frames[:, None] * factors.reshape(-1, 1, 1, 1, 1)

    def field_of(self, context, distribution, optimise_for=None):
        return self.forecast(context, distribution.probabilities.shape[1])

    def forecast_distribution(self, context, horizon):
        last = np.nan_to_num(self.forecast(context, horizon))
        stated = np.concatenate([last >= each for each in _THRESHOLDS], axis=-1)
        return RainDistribution(_THRESHOLDS, (0.8 * stated).astype("float32"))
