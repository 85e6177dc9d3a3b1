"""The forecast of nothing at all."""

import numpy as np

from st_keras.baselines.baseline import Baseline
from st_keras.validation import check_number


class Zero(Baseline):
    """Say one value everywhere: no rain. It often has the lowest MAE of all; hence it is there.

    Args:
        value: float, in the user's units. Default 0. Reflectivities may say "no echo" otherwise.
        fill: see `Baseline`; this one knows everything.

    Raises:
        ValueError: for a value that is no finite number.

    Example:

    >>> Zero().forecast(np.ones((1, 3, 1, 1, 1)), horizon=2).ravel().tolist()
    [0.0, 0.0]
    """

    def __init__(self, value=0.0, fill=None):
        super().__init__(fill)
        self.value = check_number("Zero", "value", value)

    def of_batch(self, context, horizon):
        """Forecast some sequences, as `Baseline.of_batch`."""
        return np.full((len(context), horizon, *context.shape[2:]), self.value, context.dtype)
