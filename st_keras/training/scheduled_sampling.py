"""Scheduled sampling and reverse scheduled sampling: where training sees the true frame."""

import keras
from keras import ops

from st_keras.training.probability_schedule import ProbabilitySchedule
from st_keras.validation import check_int, check_number, error


class _Sampling:
    """A schedule for the context steps and one for the horizon steps."""

    def __init__(self, context, horizon):
        for name, schedule in (("context", context), ("horizon", horizon)):
            if not isinstance(schedule, ProbabilitySchedule):
                raise error(
                    type(self).__name__,
                    f"{name}={schedule!r}",
                    "a st_keras.training.ProbabilitySchedule",
                    "Pass for example ProbabilitySchedule('linear', 1.0, 0.0, alpha=2e-5).",
                )
        self.context = context
        self.horizon = horizon

    def probabilities(self, batches_seen, context_length, num_steps):
        """Return P(the observed frame is fed) for each input step.

        Args:
            batches_seen: int or integer tensor k, the training batches seen so far.
            context_length: int, the observed frames of a forecast.
            num_steps: int, the input steps (frames of a training sequence minus one).

        Returns:
            float32 tensor (num_steps,). Step 0 has nothing to feed but the observed frame: 1.
        """
        step = ops.arange(num_steps)
        p = ops.where(step < context_length, self.context(batches_seen), self.horizon(batches_seen))
        return ops.where(step == 0, 1.0, p)

    def plot(self, num_batches=None, path=None):
        """Draw both probabilities against the number of training batches.

        Args:
            num_batches: int. Default: 1.2 times the batches after which nothing changes any more.
            path: where to save a PNG. Default: not saved.

        Returns:
            A `matplotlib.figure.Figure`.
        """
        from st_keras.plots import sampling_curve

        stops = [s.stop for s in (self.context, self.horizon) if s.stop is not None]
        num_batches = num_batches or int(1.2 * max(stops, default=80_000))
        steps = ops.convert_to_numpy(ops.linspace(0.0, num_batches, 500))
        curves = {
            f"{name}: P(observed frame)": [float(schedule(k)) for k in steps]
            for name, schedule in (("context", self.context), ("horizon", self.horizon))
        }
        return sampling_curve(path, steps, curves)

    @classmethod
    def from_config(cls, config):
        """Rebuild from `get_config`."""
        return cls(**{k: keras.saving.deserialize_keras_object(v) for k, v in config.items()})


@keras.saving.register_keras_serializable(package="st_keras")
class ScheduledSampling(_Sampling):
    """Scheduled sampling: horizon steps see the true frame less and less often.

    Context steps always see it. For each sample and step independently, the true frame is fed with
    the probability of the schedule, else the network's own last prediction.

    Args:
        horizon: `ProbabilitySchedule`. Default: the published one, linear from 1 by 2e-5 per batch,
            0 from batch 50,000 on.

    Source: Bengio et al. 2015; the schedule is that of the PredRNN reference scripts.

    Example:

    >>> sampling = ScheduledSampling()
    >>> [round(float(p), 2) for p in sampling.probabilities(25_000, context_length=2, num_steps=4)]
    [1.0, 1.0, 0.5, 0.5]
    """

    def __init__(self, horizon=None):
        horizon = horizon or ProbabilitySchedule("linear", 1.0, 0.0, alpha=2e-5, stop=50_000)
        super().__init__(ProbabilitySchedule("constant", 1.0), horizon)

    @classmethod
    def over(cls, num_batches):
        """Scale the published schedule (80,000 batches) to a run of `num_batches`."""
        n = check_int("ScheduledSampling.over", "num_batches", num_batches, 8)
        return cls.until(5 * n // 8)

    @classmethod
    def until(cls, stop):
        """Fall linearly from 1 at the first batch to 0 at batch `stop`, an int >= 1."""
        stop = check_int("ScheduledSampling.until", "stop", stop, 1)
        return cls(ProbabilitySchedule("linear", 1.0, 0.0, alpha=1.0 / stop, stop=stop))

    def get_config(self):
        """Return every constructor argument."""
        return {"horizon": keras.saving.serialize_keras_object(self.horizon)}


@keras.saving.register_keras_serializable(package="st_keras")
class ReverseScheduledSampling(_Sampling):
    """Reverse scheduled sampling (PredRNN-V2): context steps see ever more of the true frames.

    Early in training the context is fed predictions half of the time, so that the network has to
    learn long-term dynamics from few frames; later it sees all of it. Horizon steps go the other
    way, as in scheduled sampling.

    Args:
        context: `ProbabilitySchedule`. Default: the published one, 0.5 for 25,000 batches, then
            1 - 0.5*exp(-n/2500), 1 from batch 50,000 on.
        horizon: `ProbabilitySchedule`. Default: 0.5 for 25,000 batches, then falling linearly to 0
            at batch 50,000.

    Source: arXiv 2103.09504; the plateau form is the reference code's (`r_sampling_step_1`,
    `r_sampling_step_2`, `r_exp_alpha`: see `plateau`).

    Example:

    >>> sampling = ReverseScheduledSampling()
    >>> [round(float(p), 2) for p in sampling.probabilities(50_000, context_length=2, num_steps=4)]
    [1.0, 1.0, 0.0, 0.0]
    """

    def __init__(self, context=None, horizon=None):
        published = _plateau(begin=25_000, stop=50_000, alpha=2500.0)
        super().__init__(context or published[0], horizon or published[1])

    @classmethod
    def plateau(cls, begin, stop, alpha):
        """Build the reference code's form: both 0.5 until `begin`, final from `stop` on.

        Args:
            begin: int >= 0 (`r_sampling_step_1`).
            stop: int > begin (`r_sampling_step_2`).
            alpha: float > 0, batches per e-fold of the context (`r_exp_alpha`).
        """
        return cls(*_plateau(begin, stop, alpha))

    @classmethod
    def over(cls, num_batches):
        """Scale the published schedule (80,000 batches) to a run of `num_batches`."""
        n = check_int("ReverseScheduledSampling.over", "num_batches", num_batches, 8)
        return cls.plateau(begin=5 * n // 16, stop=5 * n // 8, alpha=n / 32)

    def get_config(self):
        """Return every constructor argument."""
        return {
            "context": keras.saving.serialize_keras_object(self.context),
            "horizon": keras.saving.serialize_keras_object(self.horizon),
        }


def _plateau(begin, stop, alpha):
    where = "ReverseScheduledSampling.plateau"
    begin = check_int(where, "begin", begin, 0)
    stop = check_int(where, "stop", stop, begin + 1)
    alpha = check_number(where, "alpha", alpha, 0.0)
    return (
        ProbabilitySchedule("exponential", 0.5, 1.0, alpha=alpha, begin=begin, stop=stop),
        ProbabilitySchedule("linear", 0.5, 0.0, alpha=0.5 / (stop - begin), begin=begin, stop=stop),
    )
