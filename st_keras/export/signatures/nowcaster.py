"""The signatures of a Nowcaster: one field, probabilities of rain rates, an ensemble."""

import tensorflow as tf

from st_keras.export.signatures.bounds import DEFAULT
from st_keras.export.signatures.checks import check, check_at_least_one, count_true
from st_keras.export.signatures.forecast import HORIZON
from st_keras.export.signatures.graph_signature import GraphSignature, integer, real
from st_keras.models.nowcaster.rain_distribution import exceedance_at, ordered
from st_keras.models.nowcaster.rain_tail import tail_exponent


def nowcaster_signatures(model, bounds=DEFAULT, missing=None):
    """Return what a Nowcaster can be asked.

        forecast     context (B, T, H, W, 1), horizon () -> forecast (B, horizon, H, W, 1), mm/h,
                     the field that `model.decision` makes
        exceedance   context, horizon (), thresholds (K,), mm/h
                     -> probability (B, horizon, H, W, K) that the rate is at least the threshold
        members      context, horizon (), members (), seed ()
                     -> members (B, members, horizon, H, W, 1), mm/h, those of `model.forecast`

    Of T >= `model.context_length` frames the last ones are read. Paths and persistence, a small
    part of the work, are computed for the largest horizon that is answered: `model.horizon`, or
    `bounds.max_horizon` if that is smaller. All else is computed for the lead times that are asked
    for. A larger horizon is refused with `tf.errors.InvalidArgumentError`. Members are drawn
    sequence by sequence, so that memory is that of one.

    Args:
        model: a built `Nowcaster`.
        bounds: `Bounds`.
        missing: "mask": NaN is no data, and what no frame has is NaN in the answer; or "refuse".
            Default None: "mask".

    Returns:
        List of `GraphSignature`.
    """
    context = {"context": real(*model.frames_shape), "horizon": integer()}
    answers = _Answers(model, bounds, missing or "mask")
    thresholds = {**context, "thresholds": real(None)}
    members = {**context, "members": integer(), "seed": integer()}
    return [
        GraphSignature("forecast", context, answers.check_context, answers.forecast),
        GraphSignature("exceedance", thresholds, answers.check_exceedance, answers.exceedance),
        GraphSignature("members", members, answers.check_members, answers.members),
    ]


def largest_horizon(model, bounds):
    """Return the largest horizon that is answered, an int."""
    return min(model.horizon, bounds.max_horizon or model.horizon)


class _Answers:
    """Checks and outputs of the three, around one model."""

    def __init__(self, model, bounds, missing):
        self.model, self.bounds, self.missing = model, bounds, missing
        self.most = largest_horizon(model, bounds)

    def forecast(self, context, horizon):
        context = self._read(context)
        return {"forecast": self.model.field(context, self._probabilities(context, horizon))}

    def exceedance(self, context, horizon, thresholds):
        context = self._read(context)
        probabilities = tf.expand_dims(self._probabilities(context, horizon), -2)
        tail = tf.reshape(tail_exponent(context), (-1, 1, 1, 1, 1))
        found = exceedance_at(probabilities, self.model.thresholds, thresholds, tail)
        known = tf.reduce_any(~tf.math.is_nan(context), axis=1, keepdims=True)
        return {"probability": tf.where(known, found, float("nan"))}

    def members(self, context, horizon, members, seed):
        context, leads = self._read(context), _leads(horizon)

        def one(place):
            sequence = context[place : place + 1]
            return self.model.members(sequence, self.most, members, seed, place, leads=leads)[0]

        found = tf.map_fn(
            one,
            tf.range(tf.shape(context)[0]),
            parallel_iterations=1,
            fn_output_signature=real(None, None, None, None, 1),
        )
        return {"members": found}

    def check_context(self, context, horizon, where="forecast", made=1):
        """Return the checks that all have in common; `made` is how many fields for a lead time."""
        batch, steps, height, width, _ = tf.unstack(tf.shape(context))
        length = self.model.context_length
        frames = tf.cast(steps, tf.int64)
        frames += tf.cast(horizon, tf.int64) * tf.cast(made, tf.int64)
        asserted = [
            check_at_least_one(where, "batch size", batch, "Pass at least one sequence."),
            check_at_least_one(where, "horizon", horizon, HORIZON),
            *(
                check_at_least_one(where, name, size, "Pass frames that have pixels.")
                for name, size in (("height", height), ("width", width))
            ),
            check(
                steps >= length,
                where,
                "a context of {} frame(s)",
                f"at least {length}, the context_length of the model",
                "Pass more frames.",
                steps,
            ),
            *self.bounds.check_batch(where, batch),
            check(
                horizon <= self.most,
                where,
                "a horizon of {}",
                f"a horizon of at most {self.most}, for which the model was exported",
                "Ask for fewer frames, or export the model with a larger model.horizon.",
                horizon,
            ),
            *self.bounds.check_frames(where, frames, batch, height, width),
        ]
        return [*asserted, self._check_rates(where, context[:, -length:])]

    def check_exceedance(self, context, horizon, thresholds):
        where, count = "exceedance", tf.shape(thresholds)[0]
        wrong = count_true(~(tf.math.is_finite(thresholds) & (thresholds > 0)))
        return [
            *self.check_context(context, horizon, where, count),
            check_at_least_one(where, "number of thresholds", count, "Pass for example 1 and 5."),
            check(
                wrong == 0,
                where,
                "{} threshold(s) that are not finite or not above 0",
                "rain rates above 0, in mm/h",
                "Pass for example 0.1 for any rain at all.",
                wrong,
            ),
        ]

    def check_members(self, context, horizon, members, seed):
        where = "members"
        return [
            *self.check_context(context, horizon, where, members),
            check_at_least_one(where, "number of members", members, "Pass members=1 or more."),
            check(
                seed >= 0,
                where,
                "seed={}",
                "a seed of at least 0",
                "Pass seed=0, or another for other members.",
                seed,
            ),
        ]

    def _check_rates(self, where, context):
        """Assert that what is read are rain rates."""
        if self.missing == "mask":
            wrong = count_true(tf.math.is_inf(context) | (context < 0))
            received = "a context with {} negative or infinite value(s)"
            required = "rain rates in mm/h, NaN where there is no data"
            action = "Convert other units first, and replace codes of missing data by NaN."
        else:
            wrong = count_true(~(tf.math.is_finite(context) & (context >= 0)))
            received = "a context with {} negative, infinite or NaN value(s)"
            required = "rain rates in mm/h at all pixels"
            action = "Fill what is missing, or leave missing out when the model is exported."
        return check(wrong == 0, where, received, required, action, wrong)

    def _read(self, context):
        """Return the last frames; their number is known when the graph is traced."""
        length = self.model.context_length
        return tf.ensure_shape(context[:, -length:], (None, length, None, None, 1))

    def _probabilities(self, context, horizon):
        _, logits = self.model.run(context, self.most, leads=_leads(horizon))
        return ordered(tf.sigmoid(logits))


def _leads(horizon):
    """Return 1, ..., horizon."""
    return tf.range(1, horizon + 1)
