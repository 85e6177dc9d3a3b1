"""How a sampling probability changes with the number of training batches seen."""

import keras
from keras import ops

from st_keras.validation import check_int, check_number, check_one_of, error

FAMILIES = ("constant", "linear", "exponential", "sigmoid")


@keras.saving.register_keras_serializable(package="st_keras")
class ProbabilitySchedule:
    """A probability as a pure function of the number k of training batches seen so far.

    With n = max(k - begin, 0), and s = start, e = end:

        constant      p = s
        linear        p = s +- alpha * n, towards e and not past it
        exponential   p = e - (e - s) * exp(-n / alpha)
        sigmoid       p = s + (e - s) / (1 + exp((beta - n) / alpha))
        any, once k >= stop: p = e

    `begin` is the plateau of the reference code: p stays at its start for so many batches.

    Args:
        family: "constant", "linear", "exponential" or "sigmoid".
        start: float in [0, 1], p at first (sigmoid: its lower asymptote).
        end: float in [0, 1], p in the long run. Default: `start`.
        alpha: float > 0. Change per batch (linear), or batches per e-fold (exponential, sigmoid).
            Needed for all families but "constant".
        beta: float >= 0. Batches until the middle of a sigmoid. Default 0.
        begin: int >= 0. Batches before p moves. Default 0.
        stop: int > begin, or None. Batches after which p is exactly `end`. Default None.

    Raises:
        ValueError: for values outside these ranges.

    Source: PredRNN-V2 (arXiv 2103.09504) draws the three families; the reference code has an
    exponential and a linear one with a plateau.

    Example:

    >>> schedule = ProbabilitySchedule("linear", start=1.0, end=0.0, alpha=0.25)
    >>> [float(schedule(k)) for k in (0, 1, 4, 100)]
    [1.0, 0.75, 0.0, 0.0]
    """

    def __init__(
        self, family="constant", start=1.0, end=None, alpha=None, beta=0.0, begin=0, stop=None
    ):
        where = "ProbabilitySchedule"
        self.family = check_one_of(where, "family", family, FAMILIES)
        self.start = check_number(where, "start", start, 0.0, 1.0)
        self.end = self.start if end is None else check_number(where, "end", end, 0.0, 1.0)
        self.beta = check_number(where, "beta", beta, 0.0)
        self.begin = check_int(where, "begin", begin, 0)
        self.stop = None if stop is None else check_int(where, "stop", stop, self.begin + 1)
        self.alpha = alpha if alpha is None else check_number(where, "alpha", alpha, 0.0)
        if self.family != "constant" and not self.alpha:
            raise error(
                where,
                f"alpha={alpha!r} for family={family!r}",
                "a positive number",
                "Pass the change per batch (linear) or the batches per e-fold (others).",
            )

    def __call__(self, batches_seen):
        """Return p as a float32 scalar; `batches_seen` is an int or an integer tensor."""
        k = ops.cast(batches_seen, "float32")
        p = self._after(ops.maximum(k - self.begin, 0.0))
        return p if self.stop is None else ops.where(k >= self.stop, self.end, p)

    def get_config(self):
        """Return every constructor argument."""
        names = ("family", "start", "end", "alpha", "beta", "begin", "stop")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config):
        """Rebuild from `get_config`."""
        return cls(**config)

    def _after(self, n):
        s, e, a = self.start, self.end, self.alpha
        if self.family == "linear":
            return ops.minimum(s + a * n, e) if e >= s else ops.maximum(s - a * n, e)
        if self.family == "exponential":
            return e - (e - s) * ops.exp(-n / a)
        if self.family == "sigmoid":
            return s + (e - s) * ops.sigmoid((n - self.beta) / a)
        return ops.full_like(n, s)
