"""The superclass of the frame metrics: scale, sum over frames, score of the sums by lead time."""

import keras
import tensorflow as tf
from keras import ops

from st_keras.metrics.score_facts import ScoreFacts
from st_keras.metrics.video.missing_values import is_missing, nan_where, valid_weights
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

    NaN in `y_true` is a missing value and does not count. A subclass that can leave values out says
    so, `knows_missing = True`; `score_frames` or `sums_of_frames` then has a third argument,

        valid=None      float32 (N, H, W, C), 1 where the truth is valid, 0 where it is missing,
                        where both frames are 0. None: all of it is valid.

    and `share_of_frames(valid) -> (N,)` says what each frame counts in sums["frames"]: 1, or 0 if
    none of it is valid, unless it is overridden. A score that does not know of missing values is
    NaN where a frame holds some. NaN in `y_pred` where the truth is valid makes any score NaN.

    `protocols` are the ways to scale frames before (`st_keras.metrics.video.PROTOCOLS`); if a
    subclass has none, they are neither clipped nor rounded. `register_score` lets
    `score_forecasts`, tables and curves know the metric by its name.

    Every frame, and where a score is a mean over values every valid value, has the same weight, so
    batches of different size or horizon are averaged rightly. A lead time without any is NaN.
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
            sample_weight is a scalar, (B,), (B, 1) or (B, T); where the score is a mean over values
            (`weighs_pixels`) also one number for each pixel, (B, T, H, W) or (B, T, H, W, C).
        result(): float32 scalar, of all sequences and lead times; a mean is NaN before the first
            valid value. Counts are int64.
        per_lead_time(): float32 (horizon,), of all sequences.

    Raises:
        ValueError: for an unknown protocol, an empty range, frames that are not five-dimensional or
            differ in shape, a number of lead times other than `horizon`, weights of another shape
            than these, or of pixels for a score that is no mean over them.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import FrameMSE
    >>> metric = FrameMSE(horizon=2)
    >>> metric.update_state(np.zeros((3, 2, 8, 8, 1)), np.full((3, 2, 8, 8, 1), 0.5))
    >>> float(metric.result())
    16.0
    >>> metric.per_lead_time().shape == (2,)
    True
    >>> truth = np.zeros((1, 2, 8, 8, 1))
    >>> truth[:, :, :6] = np.nan  # three quarters are missing
    >>> metric.update_state(truth, np.full((1, 2, 8, 8, 1), 0.5))
    >>> float(metric.result())
    16.0
    """

    protocols = {
        "thuml": {"clip": False, "as_bytes": False},
        "openstl": {"clip": False, "as_bytes": False},
        "float": {"clip": False, "as_bytes": False},
    }
    sums = ("totals",)
    knows_missing = False  # whether it can leave missing values out
    weighs_pixels = False  # whether `valid` may be any weights of values, not 0 and 1 alone
    nan_if_unknown = True  # False: NaN in a forecast is scored as any error is

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

    def sums_of_frames(self, y_true, y_pred, valid=None):
        """Return {name of a sum: (N,) of prepared float32 frames (N, H, W, C)}, those of `sums`."""
        given = {"valid": valid} if self.knows_missing else {}
        return {"totals": self.score_frames(y_true, y_pred, **given)}

    def share_of_frames(self, valid):
        """Return what each frame counts (N,): 1, or 0 if `valid` (N, H, W, C) is 0 everywhere."""
        return ops.cast(ops.any(valid > 0, axis=(1, 2, 3)), "float32")

    def from_sums(self, sums):
        """Return the scores of the sums: float64 tensors, all of one shape, also of "frames"."""
        return sums["totals"] / sums["frames"]

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add the frames of one batch (B, T, H, W, C); see the class."""
        for name, values in self._by_frame(y_true, y_pred, sample_weight).items():
            self._add(self._sums[name], values)

    def sums_by_sequence(self, y_true, y_pred):
        """Return the sums of each sequence at each lead time, {name: float64 array (B, T)}.

        They are those that `from_sums` takes, "frames" too; the metric itself stays as it is. An
        interval over sequences is made of them.

        Args:
            y_true, y_pred: frames (B, T, H, W, C), as of `update_state`.
        """
        found = self._by_frame(y_true, y_pred)
        return {name: ops.convert_to_numpy(values) for name, values in found.items()}

    def _by_frame(self, y_true, y_pred, sample_weight=None):
        """Return the weighted float64 sums (B, T) of frames (B, T, H, W, C), "frames" too."""
        y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
        self.check_shapes(y_true.shape, y_pred.shape)
        y_true, y_pred = self._checked_at_run_time(y_true, y_pred)
        size = ops.shape(y_true)
        weights, of_pixels = self._weights(sample_weight, y_true.shape)
        if of_pixels is not None:
            of_pixels = ops.broadcast_to(of_pixels, size)
        of_frames, shares = self._sums_and_shares(
            *(
                None if array is None else ops.reshape(array, (-1,) + tuple(size[2:]))
                for array in (y_true, y_pred, of_pixels)
            )
        )
        shares = ops.cast(ops.reshape(shares, size[:2]), "float64")
        weights = ops.broadcast_to(weights, size[:2])  # (B, T)
        counted, found = weights * shares, {}
        for name in self.sums:
            values = ops.reshape(of_frames[name], size[:2])  # (B, T)
            # PSNR may be inf: a frame of weight 0 must not turn it into NaN.
            found[name] = ops.where(counted > 0, values * weights, ops.zeros_like(values))
        return {**found, "frames": counted}

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

    def _sums_and_shares(self, y_true, y_pred, weights):
        """Return the float64 sums (N,) of frames (N, H, W, C) by name, and what each frame counts.

        What is missing costs where something is missing: else the graph runs as without it.
        """
        truth = self._prepare(y_true, clip=False)
        forecast = self._prepare(y_pred, clip=self.facts.get("clip"))
        missing = is_missing(y_true)

        def whole():
            return self._checked_sums(truth, forecast), ops.ones_like(truth[:, 0, 0, 0])

        def in_part():
            if not self.knows_missing:
                sums, shares = whole()
                holes = ops.any(missing, axis=(1, 2, 3))
                return {name: nan_where(holes, value) for name, value in sums.items()}, shares
            valid = valid_weights(truth, missing, weights)
            # What is missing may be NaN or infinite in either: times 0 it would stay so.
            seen = valid > 0
            filled = (ops.where(seen, frames, 0.0) for frames in (truth, forecast))
            return self._checked_sums(*filled, valid=valid), self.share_of_frames(valid)

        if weights is not None:
            sums, shares = in_part()
        elif missing is None:
            sums, shares = whole()
        else:
            sums, shares = ops.cond(ops.any(missing), in_part, whole)
        unknown = is_missing(y_pred)
        if unknown is not None and self.nan_if_unknown:
            if missing is not None:
                unknown = ops.logical_and(unknown, ops.logical_not(missing))
            unknown = ops.any(unknown, axis=(1, 2, 3))
            sums = {name: nan_where(unknown, value) for name, value in sums.items()}
        return sums, shares

    def _checked_sums(self, y_true, y_pred, **given):
        sums = self.sums_of_frames(y_true, y_pred, **given)
        if set(sums) != set(self.sums) or "frames" in self.sums:
            raise error(
                f"{type(self).__name__}.sums_of_frames",
                f"the names {sorted(sums)} with sums = {self.sums}",
                "the same names in both, without 'frames', which is how many there are",
                "List in `sums` what sums_of_frames returns.",
            )
        return {name: ops.cast(value, "float64") for name, value in sums.items()}

    def _weights(self, sample_weight, shape):
        """Return the float64 weights of frames, (B, T) or broadcast to it, and those of values."""
        if sample_weight is None:
            return ops.ones((1, 1), "float64"), None
        sample_weight = ops.convert_to_tensor(sample_weight)
        weights, rank = sample_weight, len(sample_weight.shape)
        if rank < 2:
            weights = ops.reshape(weights, (-1, 1))
        elif rank == 4:
            weights = ops.expand_dims(weights, -1)
        pairs = list(zip(weights.shape, shape, strict=False))
        fits = all(None in (w, n) or w in (1, n) for w, n in pairs)
        most = 5 if self.weighs_pixels else 2
        if rank == 3 or rank > most or not fits:
            told = shape if rank > 3 and self.weighs_pixels else shape[:2]
            of_pixels = ", (B, T, H, W) or (B, T, H, W, C)" if self.weighs_pixels else ""
            raise error(
                type(self).__name__,
                f"sample_weight of shape {tuple(sample_weight.shape)} for frames {tuple(told)}",
                f"a scalar, (B,), (B, 1) or (B, T){of_pixels}",
                "Give one weight per sequence or one per frame; those of pixels are for scores "
                "that are means over them, such as FrameMSE.",
            )
        if rank > 3:
            return ops.ones((1, 1), "float64"), ops.cast(weights, "float32")
        return ops.cast(weights, "float64"), None

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
