"""How fast the probability of rain falls above the last threshold."""

from keras import ops

FALLBACK = 3.0  # of a context with little rain
_HEAVY = 5.0  # mm/h
_PIXELS = 100  # of heavy rain, that the fallback counts as
# At a pixel rain varies less than over all pixels. The factor is that with which ensembles are as
# wide as they are wrong on FMI 2016 and MRMS, where they are far apart (exponents of 6.6 and 3.1).
_AT_A_PIXEL = 2.0
_LOWEST, _HIGHEST = 2.5, 8.0  # below 2 there is no variance


def tail_exponent(context):
    """Return the exponent a of the tail P(R >= r) = P(R >= t) (t / r)^a of each sequence.

    Twice that of all heavy rates of the context, by Hill's (1975) estimator, n / sum log(R / 5)
    over the n rates of 5 mm/h or more, with 100 more pixels of the exponent 1.5.

    Args:
        context: (B, T, H, W, 1), mm/h, NaN where there is no data.

    Returns:
        (B,) float32, from 2.5 to 8.

    Example:

    >>> print(ops.convert_to_numpy(tail_exponent(ops.zeros((1, 3, 4, 4, 1)))))
    [3.]

    References: [1] Hill (1975) A simple general approach to inference about the tail of a
    distribution. Annals of Statistics 3.
    """
    rates = ops.cast(context, "float32")
    heavy = rates >= _HEAVY  # NaN is not
    axes = (1, 2, 3, 4)
    count = ops.sum(ops.cast(heavy, "float32"), axis=axes)
    logarithms = ops.sum(ops.log(ops.where(heavy, rates, _HEAVY) / _HEAVY), axis=axes)
    exponent = (_PIXELS + count) / (_PIXELS * _AT_A_PIXEL / FALLBACK + logarithms)
    return ops.clip(_AT_A_PIXEL * exponent, _LOWEST, _HIGHEST)
