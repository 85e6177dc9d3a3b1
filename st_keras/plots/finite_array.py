"""The check that the pictures of representations share: a finite array of the right axes."""

import numpy as np

from st_keras.validation import check_rank, error


def check_finite_array(where, name, values, axes):
    """Return `values` as a float64 array with one axis per name in `axes`.

    Args:
        where: str. The function that refuses.
        name: str. The argument, as the user knows it.
        values: array or nested lists of numbers.
        axes: tuple of str, such as ("factors", "latents").

    Returns:
        float64 array, not empty, without NaN and infinity.

    Raises:
        ValueError: for what is not numbers, another rank, an empty axis, NaN or infinity.

    Example:
    >>> from st_keras.plots.finite_array import check_finite_array
    >>> check_finite_array("plot", "codes", [[1, 2]], ("N", "latents")).shape
    (1, 2)
    """
    try:
        values = np.asarray(values, "float64")
    except (TypeError, ValueError) as reason:
        raise error(
            where,
            f"{name} of type {type(values).__name__} that is no array of numbers",
            f"numbers, axes ({', '.join(axes)}), rows of equal length",
            "Pass numpy.asarray(values, float).",
        ) from reason
    check_rank(where, name, values.shape, axes)
    if not values.size:
        raise error(
            where,
            f"{name} of shape {values.shape}, empty",
            f"at least one entry along each of the axes ({', '.join(axes)})",
            "Pass the values of at least one sample.",
        )
    wrong = int(np.count_nonzero(~np.isfinite(values)))
    if wrong:
        raise error(
            where,
            f"{name} with {wrong} of {values.size} values NaN or infinite",
            "finite numbers",
            "Leave them out, or find where they come from: a model that diverged gives NaN.",
        )
    return values


def check_names(where, name, names, count, default="z"):
    """Return `count` names as strings; those of None are z0, z1, ... (or another letter).

    Raises:
        ValueError: for one string, or another number of names.
    """
    if names is None:
        return [f"{default}{k}" for k in range(count)]
    names = [names] if isinstance(names, str) else list(names)
    if len(names) != count:
        raise error(
            where,
            f"{len(names)} {name} for {count} entries",
            f"a list of {count} strings, or None",
            f"Pass one string per entry as {name}.",
        )
    return [str(entry) for entry in names]
