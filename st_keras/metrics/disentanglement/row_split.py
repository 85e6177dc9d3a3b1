"""Rows to fit on and rows to score on, for the scores that train a classifier."""

import numpy as np

from st_keras.metrics.disentanglement.samples import (
    check_numbers,
    check_seed,
    leave_out_constant,
    parse_samples,
)
from st_keras.validation import check_number, error


def split_samples(
    where,
    codes,
    factors,
    *,
    test_codes=None,
    test_factors=None,
    test_fraction=1 / 3,
    factor_names=None,
    factor_bins=None,
    classes=True,
    seed=0,
):
    """Return `(train, test)`, two `Samples` with the same classes and factors.

    Args:
        where: str. The score that asks.
        codes: array (N, latents).
        factors: array (N, factors); see `check_samples` for these two and the next ones.
        test_codes: array (M, latents) or None. Default None: `test_fraction` of the N rows, drawn
            with `seed`, are the test rows.
        test_factors: array (M, factors) or None, together with `test_codes`.
        test_fraction: float in [0.05, 0.95]. Default 1/3: 10,000 and 5,000 rows in the reference.
        factor_names: sequence of str or None.
        factor_bins: int or None.
        classes: bool.
        seed: int >= 0. Default 0.

    Raises:
        ValueError: for wrong arrays, only one of the test arrays, or too few rows in a part.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.row_split import split_samples
    >>> factors = np.arange(60)[:, None] % 3
    >>> train, test = split_samples("dci", factors * 1.0, factors)
    >>> len(train), len(test)
    (40, 20)
    """
    check_seed(where, seed)
    check_number(where, "test_fraction", test_fraction, 0.05, 0.95)
    if (test_codes is None) != (test_factors is None):
        raise error(
            where,
            "one of test_codes and test_factors",
            "both or neither",
            "Pass both, or leave both out to hold back test_fraction of the rows.",
        )
    if test_codes is None:
        samples = parse_samples(where, codes, factors, factor_names, factor_bins, classes)
        num_test = max(1, round(len(samples) * test_fraction))
        order = np.random.default_rng(seed).permutation(len(samples))
        train_rows, test_rows = order[num_test:], order[:num_test]
    else:
        joined_codes, num_train = _joined(where, "codes", "latents", codes, test_codes)
        joined_factors, num_labelled = _joined(where, "factors", "factors", factors, test_factors)
        if num_train != num_labelled:
            raise error(
                where,
                f"{num_train} rows of codes and {num_labelled} of factors",
                "as many rows of factors as of codes",
                "Score codes of the same images.",
            )
        # Classes and bins must mean the same in both parts, so they are made from both.
        samples = parse_samples(
            where, joined_codes, joined_factors, factor_names, factor_bins, classes
        )
        train_rows, test_rows = np.split(np.arange(len(samples)), [num_train])
    return leave_out_constant(where, samples.rows(train_rows), samples.rows(test_rows))


def _joined(where, name, column, train, test):
    """Return the rows of both parts below each other, and the number of training rows."""
    train = check_numbers(where, name, train, ("N", column))
    test = check_numbers(where, f"test_{name}", test, ("N", column))
    if train.shape[1] != test.shape[1]:
        raise error(
            where,
            f"{name} of shape {train.shape} and test_{name} of shape {test.shape}",
            f"the same number of {column} in both",
            f"Pass the same {column} for the training and the test rows.",
        )
    return np.concatenate([train, test]), len(train)
