"""The loss of exceedance probabilities, over what is valid in the global batch."""

import numpy as np
from keras import ops

from st_keras.models.nowcaster.default_thresholds import DEFAULT_THRESHOLDS, DEFAULT_WEIGHTS
from st_keras.replicas.exchange import all_reduce_sum
from st_keras.validation import check_number, error


class ThresholdLoss:
    """Binary cross-entropy of each threshold, and the CRPS that the thresholds resolve.

        loss = sum over valid pixels and thresholds of w[k] BCE(R >= t_k, P_k) / (valid pixels K)

    Args:
        thresholds: K floats, mm/h.
        weights: K floats >= 0, or None: `DEFAULT_WEIGHTS` of the default thresholds, else 1.

    Raises:
        ValueError: for another number of weights, or negative ones.

    Example:

    >>> loss = ThresholdLoss((1.0,), None)
    >>> part, mean, _ = loss(np.array([[2.0, np.nan]], "float32"), ops.zeros((1, 2, 1)))
    >>> print(f"{float(part):.4f}")  # log 2
    0.6931
    """

    def __init__(self, thresholds, weights):
        self.thresholds = np.asarray(thresholds, "float32")
        if weights is None:
            weights = (
                DEFAULT_WEIGHTS if thresholds == DEFAULT_THRESHOLDS else (1.0,) * len(thresholds)
            )
        if len(weights) != len(thresholds):
            raise error(
                "Nowcaster",
                f"{len(weights)} threshold_weights for {len(thresholds)} thresholds",
                "one for each threshold",
                "Pass as many, or None.",
            )
        named = [check_number("Nowcaster", "threshold_weights", each, 0.0) for each in weights]
        self.weights = np.asarray(named, "float32")

    def __call__(self, rates, logits):
        """Compare.

        Args:
            rates: (B, ...) mm/h, NaN where there is no truth. B may be 0.
            logits: (B, ..., K).

        Returns:
            `(this replica's part of the mean, the mean, this replica's valid pixels)`, scalars: the
            parts of all replicas add up to the mean, and only they have a gradient.
        """
        logits = ops.cast(logits, "float32")
        events, valid = self._events(rates)
        # log(1 + e^-|x|) + max(x, 0) - x y: finite for all logits
        entropy = ops.maximum(logits, 0.0) - logits * events + ops.log1p(ops.exp(-ops.abs(logits)))
        return _mean_of_valid(ops.sum(entropy * self.weights, axis=-1) / len(self.weights), valid)

    def crps(self, rates, probabilities):
        """Return the mean CRPS in mm/h as the loss: the integral of (P(R >= r) - 1[o >= r])^2 dr.

        By the trapezoidal rule over the thresholds, from 0; what is above the last is left out.

        Args:
            rates: as of `__call__`.
            probabilities: (B, ..., K).
        """
        events, valid = self._events(rates)
        widths = np.diff(np.concatenate([[0.0], self.thresholds]))
        shares = 0.5 * (widths + np.append(widths[1:], 0.0))
        shares[0] += 0.5 * widths[0]  # down to 0 as at the first threshold
        squares = ops.square(probabilities - events) * shares.astype("float32")
        return _mean_of_valid(ops.sum(squares, axis=-1), valid)

    def _events(self, rates):
        rates = ops.convert_to_tensor(rates, "float32")
        valid = ~ops.isnan(rates)
        events = ops.where(valid, rates, 0.0)[..., None] >= self.thresholds
        return ops.cast(events, "float32"), ops.cast(valid, "float32")


def _mean_of_valid(losses, valid):
    """Return part, mean and count as `ThresholdLoss` does."""
    own, count = ops.sum(losses * valid), ops.sum(valid)
    (every,) = all_reduce_sum([count])
    (total,) = all_reduce_sum([ops.stop_gradient(own)])
    every = ops.maximum(every, 1.0)
    return own / every, total / every, count


def drawn_leads(count, horizon, seed, batch):
    """Draw lead times, each at most once, as a function of (seed, batch): the same on all replicas.

    Args:
        count: int, how many; all if there are not more.
        horizon: int, of 1, ..., horizon.
        seed: int.
        batch: int or integer tensor, the batches seen before.

    Returns:
        int32 tensor (min(count, horizon),), ascending.

    Example:

    >>> print(drawn_leads(3, 3, seed=0, batch=7).numpy())
    [1 2 3]
    """
    import tensorflow as tf

    # Whole numbers are the same on every device, also compiled.
    numbers = tf.random.stateless_uniform(
        (horizon,),
        tf.stack([tf.cast(seed, tf.int64), tf.cast(batch, tf.int64)]),
        minval=None,
        maxval=None,
        dtype=tf.uint32,
        alg="philox",
    )
    order = tf.argsort(tf.cast(numbers, tf.int64), stable=True)
    return tf.sort(order[: min(count, horizon)]) + 1
