"""What all baselines share: the interface of `Forecaster.forecast`, and its checks."""

import numpy as np

from st_keras.validation import check_int, check_number, check_rank, error

_AXES = ("N", "T", "H", "W", "C")


class Baseline:
    """A forecast without training. A subclass says `of_batch`.

    Args:
        fill: float, in the user's units: what the forecast says where nothing is known, as where
            the air came from outside the frame. Default None: NaN. The protocol
            "radar-60min-v1" takes 0.

    Attributes:
        needs_units: bool. Whether it works on rain, and has to be told its `units`.
        needs_fit: bool. Whether it has to see training frames first, by `fit`.
        most_at_once: int, sequences that `of_batch` is given at most. None: no limit. Where one
            takes a second, 1 lets the bar move.

    Raises:
        ValueError: for a `fill` that is no finite number.

    Example:

    >>> class Last(Baseline):
    ...     def of_batch(self, context, horizon):
    ...         return np.repeat(context[:, -1:], horizon, axis=1)
    >>> Last().forecast(np.zeros((3, 4, 8, 8, 1)), horizon=2).shape
    (3, 2, 8, 8, 1)
    """

    needs_units = False
    needs_fit = False
    most_at_once = None

    def __init__(self, fill=None):
        name = type(self).__name__
        self.fill = None if fill is None else check_number(name, "fill", fill)

    def of_batch(self, context, horizon):
        """Forecast some sequences.

        Args:
            context: float array (B, T, H, W, C) in the user's units. NaN is a missing value.
            horizon: int >= 1.

        Returns:
            array (B, horizon, H, W, C) in these units; NaN where nothing is known.
        """
        raise NotImplementedError

    def forecast(self, context, horizon, batch_size=32, verbose=0):
        """Forecast the frames that follow the context.

        Args:
            context: array (N, T, H, W, C) in the user's units, T >= 1 observed frames of the
                channels that are forecast. NaN where there is no data.
            horizon: int >= 1.
            batch_size: int. Sequences forecast between two steps of the bar. Default 32.
            verbose: 1 shows a progress bar. Default 0.

        Returns:
            float32 array (N, horizon, H, W, C), float64 of a float64 context, in the user's units.
            NaN, or `fill`, where nothing is known.

        Raises:
            ValueError: for a wrong rank, an empty context, infinite values, a horizon or a batch
                size below 1.
        """
        where = f"{type(self).__name__}.forecast"
        horizon = check_int(where, "horizon", horizon, 1)
        batch_size = check_int(where, "batch_size", batch_size, 1)
        context = np.asarray(context)
        check_rank(where, "context", context.shape, _AXES)
        if 0 in context.shape:
            raise error(
                where,
                f"context of shape {context.shape}, which is empty",
                "at least one sequence with at least one frame",
                "Check the slice that made the context.",
            )
        if np.isinf(context).any():
            raise error(
                where,
                "infinite values in the context",
                "numbers, and NaN where there is no data",
                "Replace infinity by NaN where it stands for no data.",
            )
        dtype = np.dtype("float64" if context.dtype == "float64" else "float32")
        forecast = np.empty((len(context), horizon, *context.shape[2:]), dtype)
        step = min(batch_size, self.most_at_once or batch_size)
        with self._bar(len(context), verbose) as bar:
            for start in range(0, len(context), step):
                batch = context[start : start + step].astype(dtype, copy=False)
                forecast[start : start + step] = self.of_batch(batch, horizon)
                bar.update(len(batch))
        if self.fill is not None:
            forecast[np.isnan(forecast)] = self.fill
        return forecast

    def _bar(self, count, verbose):
        from tqdm import tqdm

        name = type(self).__name__
        return tqdm(total=count, desc=name, unit="sequence", disable=not verbose)
