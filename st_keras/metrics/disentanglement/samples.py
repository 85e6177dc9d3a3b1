"""Codes and factors of the same images, checked once for all scores."""

import dataclasses

import numpy as np

from st_keras.metrics.disentanglement.bins import quantile_bins
from st_keras.validation import check_int, check_number, check_rank, error

# Fewer rows than this estimate nothing.
MIN_ROWS = 10
# Trees compute in float32: its range, with room for squares, bounds what can be scored.
LARGEST = 1e30
SMALLEST_RANGE = 1e-30
# A latent that moves by less than this share of its size is constant up to rounding.
ROUNDING = 1e-12


@dataclasses.dataclass(frozen=True, eq=False)
class Samples:
    """Checked rows.

    Args:
        codes: float64 (N, latents), finite; latents constant up to rounding are exactly constant.
        factors: (N, factors). int64 class indices 0..K-1, or float64 values.
        factor_names: tuple of str, one per column.
        left_out: tuple of str. Factors dropped because they are constant.
    """

    codes: np.ndarray
    factors: np.ndarray
    factor_names: tuple
    left_out: tuple = ()

    def __len__(self):
        return len(self.codes)

    def rows(self, index):
        """Return the samples of the rows `index`."""
        return dataclasses.replace(self, codes=self.codes[index], factors=self.factors[index])

    def describe(self):
        """Return the entries of `details` that all scores share."""
        return {"factors": list(self.factor_names), "left_out": list(self.left_out)}


def check_samples(where, codes, factors, factor_names=None, factor_bins=None, classes=True):
    """Return `Samples` without constant factors, or raise `ValueError`.

    Args:
        where: str. The score that asks.
        codes: array (N, latents), N >= 10, finite numbers of magnitude up to 1e30.
        factors: array (N, factors). Integers are discrete, floats are continuous.
        factor_names: sequence of str, or None (default) for factor_0, factor_1, ...
        factor_bins: int >= 2 or None. Number of quantile bins for continuous factors; integer
            factors stay as they are. Default None.
        classes: bool. True (default): factors become class indices, and continuous ones need
            `factor_bins`. False: factors are kept as float64 values.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.samples import check_samples
    >>> factors = np.stack([np.arange(12) % 3 * 10, np.full(12, 7)], axis=1)
    >>> samples = check_samples("mig", factors * 0.5, factors, ["shape", "colour"])
    >>> samples.factor_names, samples.left_out, samples.factors[:3, 0].tolist()
    (('shape',), ('colour',), [0, 1, 2])
    """
    samples = parse_samples(where, codes, factors, factor_names, factor_bins, classes)
    return leave_out_constant(where, samples)[0]


def parse_samples(where, codes, factors, factor_names=None, factor_bins=None, classes=True):
    """Do as `check_samples`, but keep constant factors."""
    if factor_bins is not None:
        check_int(where, "factor_bins", factor_bins, 2)
    codes = check_codes(where, codes)
    factors = check_numbers(where, "factors", factors, ("N", "factors"))
    if len(codes) != len(factors):
        turned = codes.shape[1] == factors.shape[1] > max(len(codes), len(factors))
        raise error(
            where,
            f"codes of shape {codes.shape} and factors of shape {factors.shape}",
            "as many rows of factors (N, factors) as of codes (N, latents)",
            "Transpose both: rows are samples." if turned else "Score codes of the same images.",
        )
    names = _check_names(where, factor_names, factors.shape[1])
    if classes:
        factors = _as_classes(where, factors, names, factor_bins)
    return Samples(codes, factors if classes else factors.astype("float64"), names)


def leave_out_constant(where, *parts):
    """Return `parts` (of one set of samples) without the factors constant in the first of them."""
    first = parts[0]
    varies = first.factors.min(axis=0) < first.factors.max(axis=0)
    if not varies.any():
        raise error(
            where,
            f"factors that are all constant over {len(first)} rows",
            "at least one factor with two values or more",
            "Draw more samples, or score the factors that vary.",
        )
    kept = tuple(name for name, v in zip(first.factor_names, varies, strict=True) if v)
    dropped = tuple(name for name, v in zip(first.factor_names, varies, strict=True) if not v)
    return [
        dataclasses.replace(
            part, factors=part.factors[:, varies], factor_names=kept, left_out=dropped
        )
        for part in parts
    ]


def check_seed(where, seed):
    """Raise `ValueError` unless `seed` is an int that NumPy and scikit-learn take."""
    check_number(where, "seed", check_int(where, "seed", seed, 0), 0, 2**32 - 1)


def check_codes(where, codes, name="codes", minimum=MIN_ROWS):
    """Return `codes` as float64 (N, latents); constant up to rounding becomes exactly constant."""
    values = check_numbers(where, name, codes, ("N", "latents"), minimum).astype("float64")
    low, high = values.min(axis=0), values.max(axis=0)
    smallest = np.maximum(ROUNDING * np.maximum(-low, high), SMALLEST_RANGE)
    flat = high - low <= smallest
    values[:, flat] = low[flat]
    return values


def check_numbers(where, name, values, axes, minimum=MIN_ROWS):
    """Return `values` as an array of finite numbers with these axes, at least `minimum` rows."""
    try:
        array = np.asarray(values)
    except ValueError:
        array = None
    if array is None or array.dtype.kind not in "biuf":
        raise error(
            where,
            f"{name} of type {type(values).__name__}"
            + ("" if array is None else f", dtype {array.dtype}"),
            f"an array of numbers ({', '.join(axes)})",
            "Convert with numpy.asarray(values, 'float64').",
        )
    check_rank(where, name, array.shape, axes)
    if array.shape[0] < minimum or array.shape[1] < 1:
        raise error(
            where,
            f"{name} of shape {array.shape}",
            f"({', '.join(axes)}) with at least {minimum} rows and 1 column",
            "Draw more samples; rows are samples.",
        )
    if array.dtype.kind == "b":
        return array.astype("int64")
    array = array.astype("float64") if array.dtype.kind == "f" else array
    wrong = ~np.isfinite(array) | (np.abs(array) > LARGEST) if array.dtype.kind == "f" else None
    if wrong is not None and wrong.any():
        raise error(
            where,
            f"{name} with {int(wrong.sum())} values that are NaN, inf or beyond {LARGEST:g}, the "
            f"first in row {int(np.argmax(wrong.any(axis=1)))}",
            "finite numbers",
            "Look for a diverged training run or a division by zero.",
        )
    return array


def _check_names(where, names, count):
    if names is None:
        return tuple(f"factor_{k}" for k in range(count))
    names = tuple(names)
    if len(names) != count or len(set(names)) != count:
        raise error(
            where,
            f"factor_names={names!r} for {count} factors",
            "one name per column of factors, all different",
            "Pass the names in the order of the columns, or leave them out.",
        )
    return names


def _as_classes(where, factors, names, factor_bins):
    if factors.dtype.kind == "f":
        if factor_bins is None:
            raise error(
                where,
                f"factors of dtype {factors.dtype}, which are continuous",
                "discrete factors, an integer array",
                "Cast class indices with factors.astype(int); for continuous factors pass "
                "factor_bins=20 (quantile bins), or score with mcc, which needs no bins.",
            )
        return np.stack([quantile_bins(column, factor_bins) for column in factors.T], axis=1)
    indices = np.empty(factors.shape, "int64")
    for k, column in enumerate(factors.T):
        values, indices[:, k] = np.unique(column, return_inverse=True)
        if 2 * len(values) > len(column):
            raise error(
                where,
                f"factor {names[k]!r} with {len(values)} values in {len(column)} rows",
                "discrete factors with two rows per value or more on average",
                "Draw more samples; pass a continuous factor as float, with factor_bins=20.",
            )
    return indices
