"""Forecasts of arrays: batch by batch, in and out of graphs."""

import dataclasses

import keras
import numpy as np

from st_keras.choices import DECISIONS
from st_keras.layers.advection.band_autoregression import BANDS
from st_keras.models.nowcaster.members import member_fields
from st_keras.models.nowcaster.rain_distribution import (
    exceedance_at,
    mean_rate,
    ordered,
    quantile_rates,
)
from st_keras.models.nowcaster.rain_frames import check_context
from st_keras.models.nowcaster.rain_tail import FALLBACK, tail_exponent
from st_keras.random.per_sample import per_sample_normal
from st_keras.validation import check_int, check_number, check_one_of, error


@dataclasses.dataclass(frozen=True)
class RainDistribution:
    """How probable each rain rate is, at each pixel and lead time.

    Attributes:
        thresholds: tuple of K floats, mm/h.
        probabilities: float32 array (N, horizon, H, W, K), P(R >= threshold); NaN where no frame of
            the context has data.
        tail: float, or float32 array (N,): exponent of the tail above the last threshold, see
            `tail_exponent`. Default 3.

    Example:

    >>> distribution = RainDistribution((1.0, 4.0), np.full((1, 1, 1, 1, 2), 0.5, "float32"))
    >>> float(distribution.exceedance(2.0).item()), float(distribution.quantile(0.25).item())
    (0.5, 0.0)
    """

    thresholds: tuple
    probabilities: np.ndarray
    tail: object = FALLBACK

    def exceedance(self, rate):
        """Return P(R >= rate), float32 (N, horizon, H, W, 1).

        Args:
            rate: float > 0, mm/h; between thresholds see `exceedance_at`.
        """
        rate = check_number("RainDistribution", "rate", rate, 1e-6)
        found = exceedance_at(self.probabilities, self.thresholds, rate, self._tail)
        return keras.ops.convert_to_numpy(found)[..., None]

    def quantile(self, probability):
        """Return the rate that is not reached with a probability, mm/h, (N, horizon, H, W, 1).

        Args:
            probability: float in (0, 1): 0.5 is the median.
        """
        probability = check_number("RainDistribution", "probability", probability, 1e-6, 1 - 1e-6)
        found = quantile_rates(
            self.probabilities,
            self.thresholds,
            keras.ops.convert_to_tensor(1 - probability),
            self._tail,
        )
        found = keras.ops.convert_to_numpy(found)
        return np.where(np.isnan(self.probabilities[..., 0]), np.nan, found)[..., None]

    def mean(self):
        """Return the mean rate, mm/h, float32 (N, horizon, H, W, 1)."""
        found = mean_rate(self.probabilities, self.thresholds, self._tail)
        return keras.ops.convert_to_numpy(found)[..., None]

    @property
    def _tail(self):
        tail = np.asarray(self.tail, "float32")
        return tail.reshape(-1, 1, 1, 1) if tail.ndim else tail


class NowcastArrays:
    """The part of `Nowcaster` that forecasts arrays."""

    def forecast_distribution(self, context, horizon=None, motion=None, batch_size=4, verbose=0):
        """Forecast the distribution of rain.

        Args:
            context: array (N, T, H, W, 1), mm/h, NaN where there is no data; the last
                `context_length` frames are read.
            horizon: int. Default None: that of the model.
            motion: array (N, H, W, 2), pixels per step, (down, right), as another method says it.
                Default None: the context's own.
            batch_size: int. Default 4.
            verbose: 1 shows a progress bar. Default 0.

        Returns:
            `RainDistribution`.

        Raises:
            ValueError: for a context that is empty, too short or of several channels, negative or
                infinite rates, or numbers out of range.
        """
        parts = self._in_batches("distribution", context, horizon, motion, batch_size, verbose)
        probabilities = np.concatenate(list(parts))
        seen = np.asarray(context, "float32")[:, -self.context_length :]
        tail = keras.ops.convert_to_numpy(tail_exponent(seen))
        return RainDistribution(self.thresholds, probabilities, tail)

    def field_of(self, context, distribution, optimise_for=None):
        """Return one field of a distribution that was forecast, without running the network again.

        Args:
            context: array (N, T, H, W, 1), of which `distribution` was forecast.
            distribution: `RainDistribution`.
            optimise_for: as of `forecast`. Default None: the decision of the model.

        Returns:
            float32 array (N, horizon, H, W, 1), mm/h, as of `forecast`.

        Raises:
            ValueError: for another decision.

        Example:

        >>> from st_keras.models import Nowcaster
        >>> model, context = Nowcaster(residual=None), np.ones((1, 6, 32, 32, 1), "float32")
        >>> distribution = model.forecast_distribution(context, horizon=2)
        >>> model.field_of(context, distribution, "median").shape
        (1, 2, 32, 32, 1)
        """
        where = "Nowcaster.field_of"
        name = check_one_of(where, "optimise_for", optimise_for or self.decision, DECISIONS)
        context = np.asarray(context, "float32")[:, -self.context_length :]
        graph = self.traced(f"field-{name}", lambda: self._trace_field(name))
        tensor = keras.ops.convert_to_tensor
        fields = [
            graph(tensor(context[i : i + 1]), tensor(probabilities[None])).numpy()
            for i, probabilities in enumerate(np.nan_to_num(distribution.probabilities))
        ]
        return np.concatenate(fields)

    def forecast(
        self,
        context,
        horizon=None,
        optimise_for=None,
        members=None,
        seed=0,
        motion=None,
        batch_size=4,
        verbose=0,
    ):
        """Forecast one field, or an ensemble.

        Args:
            context, horizon, motion, batch_size, verbose: as of `forecast_distribution`.
            optimise_for: "csi", "matched", "median" or "mean": the decision that makes one field of
                the distribution, see `decide`. Default None: that of the model.
            members: int >= 1: an ensemble of so many. Default None: one field.
            seed: int. Equal seeds give equal members. Default 0.

        Returns:
            float32 array (N, horizon, H, W, 1), or (N, members, horizon, H, W, 1), mm/h; NaN where
            no frame of the context has data.

        Raises:
            ValueError: as `forecast_distribution`, and for `members` with `optimise_for`.
        """
        where = "Nowcaster.forecast"
        if members is None:
            name = check_one_of(where, "optimise_for", optimise_for or self.decision, DECISIONS)
            parts = self._in_batches(name, context, horizon, motion, batch_size, verbose)
            return np.concatenate(list(parts))
        if optimise_for is not None:
            raise error(
                where,
                f"optimise_for={optimise_for!r} with members={members}",
                "one of the two: members are no decision",
                "Leave optimise_for out.",
            )
        members = check_int(where, "members", members, 1)
        seed = check_int(where, "seed", seed, 0)
        drawn = {"count": members, "seed": seed}
        # One by one, each with numbers of its own: the batch size changes nothing.
        parts = self._in_batches("members", context, horizon, motion, 1, verbose, drawn)
        return np.concatenate(list(parts))

    def members(self, context, horizon, count, seed, sequence=0, motion=None, leads=None):
        """Return members inside a graph.

        Args:
            context: tensor (B, context_length, H, W, 1).
            horizon: int.
            count: int or scalar tensor.
            seed: int or scalar tensor.
            sequence: int or scalar tensor: which sequence of an array it is. Default 0.
            motion: as of `run`.
            leads: int tensor (L,): 1, ..., L, where a graph learns later how many of `horizon` are
                asked for. Default None: all.

        Returns:
            Tensor (B, count, L, H, W, 1).
        """
        ops = keras.ops
        state, logits = self.run(context, horizon, leads, motion=motion)
        batch, steps, height, width, _ = ops.shape(logits)
        rows, columns = ops.shape(state["motion"])[1:3]
        probabilities = ordered(ops.sigmoid(logits))
        # On the padded size, on which the state is.
        padding = ((0, 0), (0, 0), (0, rows - height), (0, columns - width), (0, 0))
        probabilities = ops.pad(probabilities, padding)

        def noise_of(band, *size):
            shape = (count, steps, *size)
            return per_sample_normal(batch, shape, seed, sequence * BANDS + band)

        tail = ops.reshape(tail_exponent(context), (-1, 1, 1, 1, 1))
        fields = member_fields(probabilities, self.thresholds, state, noise_of, tail)
        known = ops.any(~ops.isnan(context), axis=1)[:, None, None]
        fields = fields[..., :height, :width, None]
        return ops.where(known, fields, float("nan"))

    def _in_batches(self, what, context, horizon, motion, batch_size, verbose, drawn=None):
        """Yield what a graph makes of each batch."""
        where = f"Nowcaster.{'forecast_distribution' if what == 'distribution' else 'forecast'}"
        horizon = check_int(where, "horizon", self.horizon if horizon is None else horizon, 1)
        batch_size = check_int(where, "batch_size", batch_size, 1)
        context = check_context(where, context, self.context_length)
        if not self.built:
            self.build(context.shape)
        if motion is not None:
            motion = _checked_motion(where, motion, context)
        count = None if drawn is None else drawn["count"]
        graph = self.traced(f"{what}-{horizon}-{count}", lambda: self._trace(what, horizon, count))
        starts = range(0, len(context), batch_size)
        progress = keras.utils.Progbar(len(starts), unit_name="batch", verbose=verbose)
        tensor = keras.ops.convert_to_tensor  # for where TensorFlow runs functions eagerly
        for start in starts:
            batch = slice(start, start + batch_size)
            given = {} if motion is None else {"motion": tensor(motion[batch])}
            if drawn is not None:
                # A graph is traced anew for each other int.
                numbers = {"seed": drawn["seed"], "sequence": start}
                given.update({k: tensor(n, "int64") for k, n in numbers.items()})
            yield graph(tensor(context[batch]), given).numpy()
            progress.add(1)

    def _trace_field(self, decision):
        import tensorflow as tf

        def graph(context, probabilities):
            return self.field(context, probabilities, decision)

        return tf.function(graph, reduce_retracing=True, autograph=False)

    def _trace(self, what, horizon, count):
        import tensorflow as tf

        def graph(context, given):
            motion = given.get("motion")
            if what == "members":
                drawn = given["seed"], given["sequence"]
                return self.members(context, horizon, count, *drawn, motion=motion)
            _, logits = self.run(context, horizon, motion=motion)
            probabilities = ordered(keras.ops.sigmoid(logits))
            if what != "distribution":
                return self.field(context, probabilities, what)
            known = tf.reduce_any(~tf.math.is_nan(context), axis=1)[:, None]
            return tf.where(known, probabilities, float("nan"))

        return tf.function(graph, reduce_retracing=True, autograph=False)


def _checked_motion(where, motion, context):
    motion = np.asarray(motion, "float32")
    size = (len(context), *context.shape[2:4], 2)
    if motion.shape != size or not np.isfinite(motion).all():
        raise error(
            where,
            f"motion of shape {motion.shape}"
            + ("" if motion.shape != size else " that is not finite"),
            f"finite numbers of shape {size}: pixels per step, (down, right)",
            "Of pysteps' velocity (x, y) pass np.stack([velocity[1], velocity[0]], axis=-1)[None].",
        )
    return motion
