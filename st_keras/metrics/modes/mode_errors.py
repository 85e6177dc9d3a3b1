"""Mean forecast error of each mode, from one error per sequence."""

import numpy as np

from st_keras.metrics.modes.mode_labels import check_labels
from st_keras.validation import check_rank, error


def mode_errors(errors, labels, names=None):
    """Return the mean error of the sequences of each mode.

        E_k = mean of e_i over the sequences i of mode k

    A mean over all sequences hides a mode that a model has given up; these do not.

    Args:
        errors: array (N,), one error per sequence, such as its MSE; lower is better. Finite, any
            unit.
        labels: array (N,) of int or str, the mode of each sequence.
        names: sequence of str or None. names[k] is the mode of label k, as `modes` of a dataset of
            mixed modes is. Default None: labels that are str name themselves, int label k is called
            mode_k.

    Returns:
        dict, name -> float in the unit of `errors`; in the order of `names`, else of the sorted
        labels. Ready for `collapse_gap`.

    Raises:
        ValueError: for wrong arrays, names that repeat, a label without a name, or a named mode
            without sequences, of which there is no mean.

    Example:
    >>> from st_keras.metrics.modes import mode_errors
    >>> mode_errors([40.0, 90.0, 60.0], [0, 1, 0], names=["one_digit", "two_digits"])
    {'one_digit': 50.0, 'two_digits': 90.0}
    """
    where = "mode_errors"
    errors = _check_errors(where, errors)
    values, index = check_labels(where, labels, len(errors), min_modes=1)
    means = [float(errors[index == k].mean()) for k in range(len(values))]
    if names is None:
        names = [v if isinstance(v, str) else f"mode_{v}" for v in values.tolist()]
        return dict(zip(names, means, strict=True))
    return dict(zip(_check_names(where, names, values), means, strict=True))


def _check_errors(where, errors):
    try:
        array = np.asarray(errors, "float64")
    except (TypeError, ValueError) as reason:
        raise error(
            where,
            f"errors of type {type(errors).__name__} that is no array of numbers",
            "numbers (N,), one per sequence",
            "Pass numpy.asarray(errors, float).",
        ) from reason
    check_rank(where, "errors", array.shape, ("N",))
    wrong = int(np.count_nonzero(~np.isfinite(array)))
    if wrong or not len(array):
        raise error(
            where,
            f"errors of shape {array.shape} with {wrong} values NaN or infinite",
            "finite errors of at least one sequence",
            "Find where they come from: a model that diverged gives NaN.",
        )
    return array


def _check_names(where, names, values):
    """Return the names as a list if there is one for each label and a label for each name."""
    names = [names] if isinstance(names, str) else [str(name) for name in names]
    fits = values.dtype.kind in "iu" and len(set(names)) == len(names)
    if not fits or values.tolist() != list(range(len(names))):
        raise error(
            where,
            f"{len(names)} names {names!r:.120} for the labels {values.tolist()!r:.120}",
            "different names, one for each of the labels 0, 1, ..., and sequences of every mode",
            "Pass the modes of the dataset that gave the labels, and score sequences of each.",
        )
    return names
