"""The forecast that nothing changes."""

from st_keras.baselines.baseline import Baseline


class Persistence(Baseline):
    """Say that the last frame stays, as `st_keras.metrics.video.persistence_forecast` does.

    Where a value of the last frame is missing, it is the last one that is not.

    Args:
        fill: see `Baseline`.

    Example:

    >>> import numpy as np
    >>> context = np.arange(3.0).reshape(1, 3, 1, 1, 1)
    >>> Persistence().forecast(context, horizon=2).ravel().tolist()
    [2.0, 2.0]
    """

    def of_batch(self, context, horizon):
        """Forecast some sequences, as `Baseline.of_batch`."""
        # Where it is used TensorFlow is there; that of the other baselines need not be.
        from st_keras.metrics.video import persistence_forecast

        return persistence_forecast(context, horizon)
