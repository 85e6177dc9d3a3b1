"""What a hyperparameter may be: several values, or all numbers between two; checked and drawn."""

from st_keras.validation import check_int, check_number, check_one_of, error


def several(where, name, values, check):
    """Return the values of a hyperparameter as a tuple.

    Args:
        where: str. Who asks; errors begin with it.
        name: str, the argument.
        values: list or tuple, or one value alone.
        check: function of `(where, name, value)` that returns the value or raises `ValueError`.

    Raises:
        ValueError: for none, one that comes twice, or one that `check` refuses.

    Example:

    >>> several("PredRNNHyperModel", "layers", [1, 2], whole(1)), several("", "layers", 3, whole(1))
    ((1, 2), (3,))
    """
    listed = values if isinstance(values, (list, tuple)) else (values,)
    checked = tuple(check(where, name, value) for value in listed)
    if not checked or len(set(checked)) < len(checked):
        raise error(
            where,
            f"{name}={values!r}",
            "at least one value, and none twice",
            f"Pass {name}=(a, b) to search among two, {name}=a for no search.",
        )
    return checked


def whole(minimum, odd=False):
    """Return a check for ints of at least `minimum`, odd ones only if asked."""

    def check(where, name, value):
        value = check_int(where, name, value, minimum)
        if odd and value % 2 == 0:
            raise error(where, f"{name}={value}", "an odd int", f"Pass {value + 1}.")
        return value

    return check


def one_of(allowed):
    """Return a check for values out of `allowed`."""
    return lambda where, name, value: check_one_of(where, name, value, allowed)


def between(where, name, bounds, maximum=None, or_zero=False):
    """Return `(low, high)` of a hyperparameter that is any number between the two.

    Args:
        where: str. Who asks; errors begin with it.
        name: str, the argument.
        bounds: pair of numbers above 0, or one number alone, which is then not searched.
        maximum: float or None, the most that `high` may be. Default None.
        or_zero: bool. Whether 0 alone will do. Default False.

    Raises:
        ValueError: for other than two numbers in order and in range.

    Example:

    >>> between("", "rate", (1, 10)), between("", "rate", 6), between("", "gamma", 0, or_zero=True)
    ((1.0, 10.0), (6.0, 6.0), (0.0, 0.0))
    """
    pair = tuple(bounds) if isinstance(bounds, (list, tuple)) else (bounds, bounds)
    if len(pair) != 2:
        raise error(
            where,
            f"{name}={bounds!r}",
            "a pair (low, high), or one number",
            f"Pass {name}=(low, high) to search between them.",
        )
    low, high = (check_number(where, name, value, 0.0, maximum) for value in pair)
    if low > high or (low == 0 and not (or_zero and high == 0)):
        raise error(
            where,
            f"{name}={bounds!r}",
            f"0 < low <= high{', or 0 alone' if or_zero else ''}",
            f"Pass {name}=(low, high) to search between them, {name}=a for no search.",
        )
    return low, high


def choose(hp, name, values):
    """Return the value that `hp` chooses; one alone is fixed.

    Args:
        hp: `keras_tuner.HyperParameters`.
        name: str.
        values: tuple from `several`; the first is the default.
    """
    if len(values) == 1:
        return hp.Fixed(name, values[0])
    # Sent to another process, a choice of False and True would come out as 0 and 1.
    if isinstance(values[0], bool):
        return hp.Boolean(name, default=values[0])
    return hp.Choice(name, list(values))


def draw(hp, name, bounds, log=True):
    """Return the number that `hp` draws.

    Args:
        hp: `keras_tuner.HyperParameters`.
        name: str.
        bounds: `(low, high)` from `between`.
        log: bool. Whether the logarithm is uniform, not the number. Default True.
    """
    low, high = bounds
    if low == high:
        return hp.Fixed(name, low)
    return hp.Float(name, low, high, sampling="log" if log else "linear")
