"""The forecast of the mean."""

import numpy as np

from st_keras.baselines.baseline import Baseline
from st_keras.validation import check_rank, error


class Climatology(Baseline):
    """Say the mean of the training frames, whatever the context is.

    Args:
        by_pixel: bool. Whether each pixel has a mean of its own (default), or each channel one.
        fill: see `Baseline`. NaN, by default, where a pixel has no data in all training frames.

    Attributes:
        mean: float64 (H, W, C), or (1, 1, C), after `fit`; before, None.

    Raises:
        ValueError: by `forecast`, before `fit`, or for frames of another size than those of `fit`.

    Example:

    >>> frames = np.array([0.0, 1.0, np.nan, 5.0]).reshape(1, 4, 1, 1, 1)
    >>> Climatology().fit(frames).forecast(frames[:, :2], horizon=2).ravel().tolist()
    [2.0, 2.0]
    """

    needs_fit = True

    def __init__(self, by_pixel=True, fill=None):
        super().__init__(fill)
        self.by_pixel = bool(by_pixel)
        self.mean = None

    def fit(self, frames):
        """Learn the mean; what is NaN does not count.

        Args:
            frames: array (N, T, H, W, C), or an iterable of such arrays, read once: batches, such
                as those of `SequenceDataset.as_dataset`. Frames in which windows overlap count as
                often as they come.

        Returns:
            itself.

        Raises:
            ValueError: for another rank, sizes that differ, or frames without any valid value.
        """
        where = "Climatology.fit"
        total = count = None
        for batch in [frames] if hasattr(frames, "shape") else frames:
            batch = np.asarray(batch)
            check_rank(where, "frames", batch.shape, ("N", "T", "H", "W", "C"))
            axes = (0, 1) if self.by_pixel else (0, 1, 2, 3)
            valid = ~np.isnan(batch)
            sums = np.where(valid, batch, 0).sum(axis=axes, dtype="float64")
            counts = valid.sum(axis=axes)
            if total is None:
                total, count = np.zeros_like(sums), np.zeros_like(counts)
            if sums.shape != total.shape:
                raise error(
                    where,
                    f"frames of (H, W, C) = {batch.shape[2:]} after others of another size",
                    "frames of one size",
                    "Crop them, or use by_pixel=False for frames of several sizes.",
                )
            total, count = total + sums, count + counts
        if count is None or not count.any():
            raise error(
                where,
                "frames without any valid value",
                "at least one frame with data",
                "Check the path and the split of the training data.",
            )
        with np.errstate(invalid="ignore"):
            mean = total / count  # NaN where there is no data
        self.mean = mean if self.by_pixel else mean[None, None]
        return self

    def of_batch(self, context, horizon):
        """Forecast some sequences, as `Baseline.of_batch`."""
        size = context.shape[2:]
        if self.mean is None:
            raise error(
                "Climatology.forecast",
                "a climatology that has seen no frames",
                "a call of `fit` before",
                "Pass the training frames to `fit`.",
            )
        sizes_fit = self.mean.shape == size or (
            not self.by_pixel and self.mean.shape[-1] == size[-1]
        )
        if not sizes_fit:
            raise error(
                "Climatology.forecast",
                f"a context of (H, W, C) = {size}",
                f"{self.mean.shape}, as in `fit`",
                "Cut both alike, or use by_pixel=False.",
            )
        return np.broadcast_to(self.mean, (len(context), horizon, *size))
