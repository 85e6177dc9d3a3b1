"""From which probability on a pixel is said to exceed a threshold, by what that is best for."""

from keras import ops

HIGHEST_CUT = 0.6
_BINS = 256  # of the probability
_LITTLE = 1e-6


class Cuts:
    """Cuts of each forecast, lead time and threshold, from how often each probability comes.

    Args:
        probabilities: tensor (B, L, H, W, K).
        valid: tensor (B, 1, H, W, 1), 0 or 1: the pixels that count.

    Example:

    >>> p = ops.reshape(ops.array([0.9, 0.9, 0.5, 0.5, 0.5, 0.5, 0.1]), (1, 1, 1, 7, 1))
    >>> cuts = Cuts(p, ops.ones((1, 1, 1, 7, 1)))
    >>> print(ops.convert_to_numpy(ops.stack([cuts.csi(0.1), cuts.area(0.6)])).ravel().round(2))
    [0.38 0.5 ]
    """

    def __init__(self, probabilities, valid):
        # Probabilities are smooth: every second row tells their distribution.
        rows = ops.arange(0, ops.shape(probabilities)[2], 2)
        probabilities, valid = (ops.take(each, rows, axis=2) for each in (probabilities, valid))
        batch, leads, _, _, thresholds = ops.shape(probabilities)
        valid = ops.broadcast_to(valid, ops.shape(probabilities))
        self._total = ops.sum(probabilities * valid, axis=(2, 3))[..., None]  # (B, L, K, 1)
        # One pass over the pixels: all that follows is of numbers of bins.
        bins = ops.minimum(ops.cast(probabilities * _BINS, "int32"), _BINS - 1)
        series = ops.arange(batch * leads, dtype="int32")[:, None] * thresholds
        series = (series + ops.arange(thresholds, dtype="int32")) * _BINS
        bins = bins + ops.reshape(series, (batch, leads, 1, 1, thresholds))
        count = batch * leads * thresholds * _BINS
        counts = ops.segment_sum(ops.reshape(valid, (-1,)), ops.reshape(bins, (-1,)), count)
        self._counts = ops.reshape(counts, (batch, leads, thresholds, _BINS))

    def csi(self, lowest_cut):
        """Return the cuts that are best for the CSI that the distribution itself expects.

        A set S of pixels said to exceed a threshold has, if the probabilities P are right, about

            CSI(S) = sum_S P / (sum P + sum_S (1 - P))

        The best S is {P >= c} with c = CSI* / (1 + CSI*), CSI* the largest value.

        Args:
            lowest_cut: float. The CSI of what is rare is low, and so would be its cut.

        Returns:
            Tensor (B, L, 1, 1, K) in [lowest_cut, 0.6].
        """
        middles = (ops.arange(_BINS, dtype="float32") + 0.5) / _BINS
        said, hits = _from_above(self._counts), _from_above(self._counts * middles)
        hits = ops.minimum(hits, self._total)
        best = ops.max(hits / ops.maximum(self._total + said - hits, _LITTLE), axis=-1)
        return _of_pixels(ops.clip(best / (1 + best), lowest_cut, HIGHEST_CUT))

    def area(self, ratio=1.0):
        """Return the cuts that leave the expected area of rain as it is.

        The pixels with P >= c are as many as are expected to exceed the threshold, sum P, times
        `ratio`.

        Args:
            ratio: float > 0. Default 1.0.

        Returns:
            Tensor (B, L, 1, 1, K) in [0, 1].
        """
        # Whole bins that would be too many, and the part of the one in which they become it.
        excess = _from_above(self._counts) - ratio * self._total
        parts = ops.clip(excess / ops.maximum(self._counts, _LITTLE), 0.0, 1.0)
        return _of_pixels(ops.sum(parts, axis=-1) / _BINS)


def _from_above(counts):
    """Return how many are in a bin or above it."""
    return ops.flip(ops.cumsum(ops.flip(counts, axis=-1), axis=-1), axis=-1)


def _of_pixels(cuts):
    """(B, L, K) to (B, L, 1, 1, K)."""
    return ops.expand_dims(cuts, (2, 3))
