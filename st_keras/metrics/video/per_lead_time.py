"""The superclass of the frame metrics: scale, sum over frames, score of the sums by lead time."""

import keras
import tensorflow as tf
from keras import ops

from st_keras.metrics.score_facts import ScoreFacts
from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_int, check_number, check_one_of, check_rank, error


class PerLeadTimeMetric(ScoreFacts, keras.metrics.Metric):
    """A score of sums over frames: the mean of a score per frame, unless a subclass says otherwise.

    A subclass sets `score`, its name, and what else tables and curves are to know of it (`title`,
    `unit`, `better`, `digits`), and writes

        score_frames(y_true, y_pred) -> (N,)    a score per frame, of which the mean is taken; or

        sums = ("hits", ...)                        what is summed over frames instead,
        sums_of_frames(y_true, y_pred) -> dict      (N,) of each, and
        from_sums(sums) -> score                    of these sums and sums["frames"], how many.

    `protocols` are the ways to scale frames before (`st_keras.metrics.video.PROTOCOLS`); if a
    subclass has none, they are neither clipped nor rounded. `register_score` lets
    `score_forecasts`, tables and curves know the metric by its name.

    Every frame has the same weight, so batches of different size or horizon are averaged rightly.
    Sums are kept in float64 (a few bytes): ten thousand equal batches lose digits in float32.

    Args:
        protocol: str. A key of `protocols`.
        max_value: float. Value of white in the units of the frames. Default 1.0; 255 for bytes.
        min_value: float. Value of black. Default 0.0.
        horizon: int or None. With an int every update must have that many lead times, and
            `per_lead_time()` gives the score at each. Default None: any number of lead times.
        name: str or None. Name in the logs. Default None: that of the score.
        dtype: Kept for Keras. Frames are scored in float32 whatever it is.

    Methods:
        update_state(y_true, y_pred, sample_weight=None): frames (B, T, H, W, C) of any number type;
            sample_weight is a scalar, (B,), (B, 1) or (B, T).
        result(): float32 scalar, of all sequences and lead times; a mean is NaN before the first
            update. Counts are int64.
        per_lead_time(): float32 (horizon,), of all sequences.

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

    protocols = {
        "thuml": {"clip": False, "as_bytes": False},
        "openstl": {"clip": False, "as_bytes": False},
        "float": {"clip": False, "as_bytes": False},
    }
    sums = ("totals",)

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
        self.protocol = check_one_of(where, "protocol", protocol, self.protocols)
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
        self._sums = {name: self._zeros(places, name) for name in self.sums}
        self._sums["frames"] = self._zeros(places, "weights")

    @property
    def facts(self):
        """The row of `protocols` that this metric follows."""
        return self.protocols[self.protocol]

    def score_frames(self, y_true, y_pred):
        """Return the score (N,) of each pair of prepared float32 frames (N, H, W, C)."""
        raise NotImplementedError

    def sums_of_frames(self, y_true, y_pred):
        """Return {name of a sum: (N,) of prepared float32 frames (N, H, W, C)}, those of `sums`."""
        return {"totals": self.score_frames(y_true, y_pred)}

    def from_sums(self, sums):
        """Return the scores of the sums: float64 tensors, all of one shape, also of "frames"."""
        return sums["totals"] / sums["frames"]

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add the frames of one batch (B, T, H, W, C); see the class."""
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        self.check_shapes(y_true.shape, y_pred.shape)
        y_true, y_pred = self._checked_at_run_time(y_true, y_pred)
        size = ops.shape(y_true)
        frame = (-1,) + tuple(size[2:])
        of_frames = self.sums_of_frames(
            self._prepare(ops.reshape(y_true, frame), clip=False),
            self._prepare(ops.reshape(y_pred, frame), clip=self.facts.get("clip")),
        )
        if set(of_frames) != set(self.sums) or "frames" in self.sums:
            raise error(
                f"{type(self).__name__}.sums_of_frames",
                f"the names {sorted(of_frames)} with sums = {self.sums}",
                "the same names in both, without 'frames', which is how many there are",
                "List in `sums` what sums_of_frames returns.",
            )
        weights = self._weights(sample_weight, y_true.shape[:2])
        weights = ops.broadcast_to(weights, size[:2])  # (B, T)
        for name in self.sums:
            values = ops.cast(ops.reshape(of_frames[name], size[:2]), "float64")  # (B, T)
            # PSNR may be inf: a frame of weight 0 must not turn it into NaN.
            values = ops.where(weights > 0, values * weights, ops.zeros_like(values))
            self._add(self._sums[name], values)
        self._add(self._sums["frames"], weights)

    def result(self):
        """Return the float32 score of all frames seen; a mean is NaN before the first update."""
        return self._score({name: ops.sum(value) for name, value in self._sums.items()})

    def per_lead_time(self):
        """Return the float32 scores (horizon,) of the sequences seen at each lead time."""
        if self.horizon is None:
            raise error(
                f"{type(self).__name__}.per_lead_time",
                "a metric built with horizon=None",
                "a metric that keeps one sum per lead time",
                f"Build it as {type(self).__name__}(horizon=10), with your number of lead times.",
            )
        return self._score({name: value.value for name, value in self._sums.items()})

    def get_config(self):
        """Return the constructor arguments."""
        names = ("protocol", "max_value", "min_value", "horizon")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _zeros(self, places, name):
        return self.add_variable((places,), "zeros", dtype="float64", name=name)

    def _score(self, sums):
        score = self.from_sums(sums)
        counts = keras.backend.is_int_dtype(score.dtype)
        return score if counts else ops.cast(score, "float32")

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
        white = 255.0 if self.facts.get("as_bytes") else 1.0
        # One factor: grey bytes keep their values exactly, [0, 1] gives x * 255 as published.
        factor = white / (self.max_value - self.min_value)
        frames = (ops.cast(frames, "float32") - self.min_value) * factor
        if self.facts.get("as_bytes"):
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
