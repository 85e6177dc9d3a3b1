"""What every score of disentanglement returns: one number, what it was made of, the settings."""

import dataclasses
import functools
import importlib.metadata

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Score:
    """One score of one representation; `float(score)` is its value.

    Args:
        name: str. The function that made it; a form that differs from the published one says so
            in brackets: "dci[random_forest]".
        value: float. Higher is better; never NaN.
        details: dict. Matrices and values per factor or latent behind the number. `factors` names
            the columns that were scored, `left_out` those that were constant.
        parameters: dict. Every setting, the number of samples and the versions of the libraries
            whose algorithms enter the value.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import Score
    >>> score = Score("mig", 0.25, {"gap_per_factor": np.array([0.5, 0.0])}, {"bins": 20})
    >>> float(score), score.as_dict()["details"]
    (0.25, {'gap_per_factor': [0.5, 0.0]})
    """

    name: str
    value: float
    details: dict
    parameters: dict

    def __post_init__(self):
        # NumPy scalars print and serialise unlike a float.
        object.__setattr__(self, "value", float(self.value))

    def __float__(self):
        return self.value

    def __repr__(self):
        return f"Score({self.name!r}, {self.value:.4f})"

    def as_dict(self):
        """Return `{"name", "value", "details", "parameters"}` of what `json.dumps` takes."""
        return {
            "name": self.name,
            "value": self.value,
            "details": json_ready(self.details),
            "parameters": json_ready(self.parameters),
        }


def json_ready(value):
    """Return `value` with arrays and tuples as lists, NumPy scalars as Python's, keys as str."""
    if isinstance(value, dict):
        return {str(key): json_ready(entry) for key, entry in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [json_ready(entry) for entry in value]
    return value


@functools.cache
def _version(distribution):
    return importlib.metadata.version(distribution)


def library_versions(*distributions):
    """Return the installed versions of NumPy and `distributions`, name -> version.

    Example:
    >>> from st_keras.metrics.disentanglement.score import library_versions
    >>> sorted(library_versions("scipy"))
    ['numpy', 'scipy']
    """
    return {name: _version(name) for name in ("numpy", *distributions)}
