"""The result of `evaluate`: scores by name, and what they were computed from."""

import dataclasses

import numpy as np

from st_keras.metrics.disentanglement.score import json_ready
from st_keras.metrics.disentanglement.scores_table import scores_table


@dataclasses.dataclass(frozen=True, eq=False)
class Evaluation:
    """Scores of one model on one data set.

    Args:
        scores: dict, `Score.name` -> `Score`.
        skipped: dict, name of a default score that is not defined for these data -> reason.
        seconds: dict, `Score.name` -> seconds it took.
        codes: float64 (N, latents). All encoded rows, test rows last.
        factors: (N, factors). The scored factors of the same rows.
        factor_names: tuple of str, the columns of `factors`.
        parameters: dict. protocol, num_samples, num_test, seed, batch_size.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import Evaluation, Score
    >>> codes = np.zeros((10, 2))
    >>> scores = {"mcc": Score("mcc", 0.5, {}, {})}
    >>> reason = {"mig": "continuous factors"}
    >>> print(Evaluation(scores, reason, {"mcc": 0.1}, codes, codes, ("x", "y"), {}).table())
    score   value
    mcc    0.5000
    skipped mig: continuous factors
    """

    scores: dict
    skipped: dict
    seconds: dict
    codes: np.ndarray
    factors: np.ndarray
    factor_names: tuple
    parameters: dict

    def table(self):
        """Return the scores as aligned plain text, one row each, then what was skipped and why."""
        lines = [f"skipped {name}: {reason}" for name, reason in self.skipped.items()]
        rows = [scores_table({"value": self.scores})] if self.scores else []
        return "\n".join(rows + lines)

    def as_dict(self):
        """Return what `json.dumps` takes: all but the codes and factors."""
        return {
            "scores": {name: score.as_dict() for name, score in self.scores.items()},
            "skipped": dict(self.skipped),
            "seconds": json_ready(self.seconds),
            "factor_names": list(self.factor_names),
            "parameters": json_ready(self.parameters),
        }
