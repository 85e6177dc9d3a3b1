"""The shared superclass of the frame metrics: scale, score, average, per lead time on request."""

import keras
import tensorflow as tf
from keras import ops

from st_keras.metrics.video.protocols import PROTOCOLS
from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_int, check_number, check_one_of, check_rank, error


class PerLeadTimeMetric(keras.metrics.Metric):
    """Mean over frames of a score per frame; a subclass sets `score` and writes `score_frames`.

    Every frame has the same weight, so batches of different size or horizon are averaged rightly.
    Sums are kept in float64 (a few bytes): ten thousand equal batches lose digits in float32.

    Args:
        protocol: str. A key of `PROTOCOLS[score]`.
        max_value: float. Value of white in the units of the frames. Default 1.0; 255 for bytes.
        min_value: float. Value of black. Default 0.0.
        horizon: int or None. With an int every update must have that many lead times, and
            `per_lead_time()` gives the mean at each. Default None: any number of lead times.
        name: str or None. Name in the logs. Default None: that of the score.
        dtype: Kept for Keras. Frames are scored in float32 whatever it is.

    Methods:
        update_state(y_true, y_pred, sample_weight=None): frames (B, T, H, W, C) of any number type;
            sample_weight is a scalar, (B,), (B, 1) or (B, T).
        result(): float32 scalar, mean over sequences and lead times; NaN before the first update.
        per_lead_time(): float32 (horizon,), mean over sequences.

    Raises:
        ValueError: for an unknown protocol, an empty range, frames that are not five-dimensional or
            differ in shape, a number of lead times other than `horizon`.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import FrameMSE
    >>> metric = FrameMSE(horizon=2)
    >>> metric.update_state(np.zeros((3, 2, 8, 8, 1)), np.full((3, 2, 8, 8, 1), 0.5))
    >>> float(metric.result())
    16.0
    >>> metric.per_lead_time().shape == (2,)
    True
    """

    score = None

    def __init__(
        self,
        protocol="thuml",
        max_value=1.0,
        min_value=0.0,
        horizon=None,
        name=None,
        dtype=None,
    ):
        super().__init__(name=name or self.score, dtype=dtype)
        where = type(self).__name__
        self.protocol = check_one_of(where, "protocol", protocol, PROTOCOLS[self.score])
        self.max_value = check_number(where, "max_value", max_value)
        self.min_value = check_number(where, "min_value", min_value)
        if self.max_value <= self.min_value:
            raise error(
                where,
                f"max_value={max_value!r} with min_value={min_value!r}",
                "max_value (white) above min_value (black)",
                "Pass the range of your frames, such as max_value=255 for bytes.",
            )
        self.horizon = None if horizon is None else check_int(where, "horizon", horizon, 1)
        places = self.horizon or 1
        self.totals = self.add_variable((places,), "zeros", dtype="float64", name="totals")
        self.weights = self.add_variable((places,), "zeros", dtype="float64", name="weights")

    @property
    def facts(self):
        """The row of `PROTOCOLS` that this metric follows."""
        return PROTOCOLS[self.score][self.protocol]

    def score_frames(self, y_true, y_pred):
        """Return the score (N,) of each pair of prepared float32 frames (N, H, W, C)."""
        raise NotImplementedError

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add the frames of one batch (B, T, H, W, C); see the class."""
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        self.check_shapes(y_true.shape, y_pred.shape)
        y_true, y_pred = self._checked_at_run_time(y_true, y_pred)
        size = ops.shape(y_true)
        frame = (-1,) + tuple(size[2:])
        scores = self.score_frames(
            self._prepare(ops.reshape(y_true, frame), clip=False),
            self._prepare(ops.reshape(y_pred, frame), clip=self.facts["clip"]),
        )
        scores = ops.cast(ops.reshape(scores, size[:2]), "float64")  # (B, T)
        weights = self._weights(sample_weight, y_true.shape[:2])
        weights = ops.broadcast_to(weights, size[:2])  # (B, T)
        # PSNR may be inf: a frame of weight 0 must not turn it into NaN.
        scores = ops.where(weights > 0, scores * weights, ops.zeros_like(scores))
        self._add(self.totals, scores)
        self._add(self.weights, weights)

    def result(self):
        """Return the float32 mean over all frames seen; NaN before the first update."""
        return ops.cast(ops.sum(self.totals) / ops.sum(self.weights), "float32")

    def per_lead_time(self):
        """Return the float32 mean (horizon,) over the sequences seen at each lead time."""
        if self.horizon is None:
            raise error(
                f"{type(self).__name__}.per_lead_time",
                "a metric built with horizon=None",
                "a metric that keeps one sum per lead time",
                f"Build it as {type(self).__name__}(horizon=10), with your number of lead times.",
            )
        return ops.cast(self.totals.value / self.weights.value, "float32")

    def get_config(self):
        """Return the constructor arguments."""
        names = ("protocol", "max_value", "min_value", "horizon")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _checked_at_run_time(self, y_true, y_pred):
        """Return the frames; where a shape was unknown, it is checked when the graph runs."""
        if None not in tuple(y_true.shape) + tuple(y_pred.shape):
            return y_true, y_pred
        # Without this a single frame would silently be broadcast against the whole horizon.
        wanted = list(ops.shape(y_true))
        if self.horizon is not None:
            wanted[1] = self.horizon
        message = error(
            type(self).__name__,
            "y_true and y_pred of the shapes below",
            f"two arrays of one shape (B, {self.horizon or 'T'}, H, W, C)",
            "Score the forecast frames only; pass their number as horizon.",
        )
        checks = [
            tf.debugging.assert_equal(tf.shape(frames), wanted, str(message))
            for frames in (y_true, y_pred)
        ]
        # Only what depends on a check is sure to run after it.
        with tf.control_dependencies([check for check in checks if check is not None]):
            return tf.identity(y_true), tf.identity(y_pred)

    def _prepare(self, frames, clip):
        """Scale black..white to 0..1, or to whole numbers 0..255; clip when the protocol does."""
        white = 255.0 if self.facts["as_bytes"] else 1.0
        # One factor: grey bytes keep their values exactly, [0, 1] gives x * 255 as published.
        factor = white / (self.max_value - self.min_value)
        frames = (ops.cast(frames, "float32") - self.min_value) * factor
        if self.facts["as_bytes"]:
            return ops.floor(ops.clip(frames, 0.0, white))
        return ops.clip(frames, 0.0, white) if clip else frames

    def _weights(self, sample_weight, shape):
        if sample_weight is None:
            return ops.ones((1, 1), "float64")
        sample_weight = ops.convert_to_tensor(sample_weight)
        weights = ops.cast(sample_weight, "float64")
        if len(weights.shape) < 2:
            weights = ops.reshape(weights, (-1, 1))
        pairs = zip(weights.shape, shape, strict=False)
        fits = all(None in (w, n) or w in (1, n) for w, n in pairs)
        if len(weights.shape) > 2 or not fits:
            raise error(
                type(self).__name__,
                f"sample_weight of shape {tuple(sample_weight.shape)} for frames {tuple(shape)}",
                "a scalar, (B,), (B, 1) or (B, T)",
                "Give one weight per sequence or one per frame.",
            )
        return weights

    def _add(self, variable, values):
        values = ops.sum(values, axis=0)  # (T,)
        if self.horizon is None:
            values = ops.sum(values, keepdims=True)  # (1,)
        variable.assign_add(ops.reshape(values, variable.shape))

    def check_shapes(self, true_shape, pred_shape):
        """Raise `ValueError` unless both shapes (None: unknown) are one this metric can score."""
        where = type(self).__name__
        check_rank(where, "y_true", true_shape, FRAME_AXES)
        check_rank(where, "y_pred", pred_shape, FRAME_AXES)
        pairs = zip(true_shape, pred_shape, strict=True)
        if any(a is not None and b is not None and a != b for a, b in pairs):
            raise error(
                where,
                f"y_true of shape {tuple(true_shape)} and y_pred of shape {tuple(pred_shape)}",
                "two arrays of one shape (B, T, H, W, C)",
                "Score the forecast frames only, for example frames[:, context_length:].",
            )
        for steps in (true_shape[1], pred_shape[1]):
            if None not in (self.horizon, steps) and steps != self.horizon:
                raise error(
                    where,
                    f"{steps} lead times with horizon={self.horizon}",
                    f"frames of shape (B, {self.horizon}, H, W, C)",
                    f"Build the metric with horizon={steps}, or with horizon=None for any number.",
                )
        window = self.facts.get("window", 1)
        if any(side is not None and side < window for side in true_shape[2:4]):
            raise error(
                where,
                f"frames of {true_shape[2]}x{true_shape[3]} pixels with protocol={self.protocol!r}",
                f"height and width of at least {window}, the side of the window",
                "Score larger frames, choose a protocol with a smaller window, or leave it out.",
            )
