"""Transforms by name, fitted to the values of training data."""

import math

import numpy as np

from st_keras.layers.frame_normalization import FrameNormalization
from st_keras.layers.transforms.asinh import Asinh
from st_keras.layers.transforms.channel_transforms import ChannelTransforms
from st_keras.layers.transforms.clip import Clip
from st_keras.layers.transforms.decibel import Decibel
from st_keras.layers.transforms.log_scale import LogScale
from st_keras.layers.transforms.power import Power
from st_keras.layers.transforms.quantile import Quantile
from st_keras.layers.transforms.transform_chain import TransformChain
from st_keras.validation import check_one_of, error

_WHERE = "build_transform"
# Units of other quantities than the one a transform is for; what is unknown passes.
_UNITS = {"rain-rate": ("mm/h",), "reflectivity": ("dBZ",)}
_KNOWN_UNITS = ("mm/h", "dBZ", "mm", "kg m-2 s-1", "K")


def build_transform(name, low, high, percentiles=None, targets=None, units=None):
    """Return the transform of a name, fitted to training data; all end within about [0, 1].

        none          linear: the lowest value to 0, the highest to 1
        rain-rate     mm/h in decibels, less than 0.1 mm/h is dry: network 0, forecast exactly 0
        reflectivity  dBZ, linear from 0 dBZ to the highest; below 0 dBZ is 0 dBZ
        log, asinh    a logarithm above the scale of the data; forecasts of data >= 0 are >= 0
        sqrt          the square root; forecasts of data >= 0 are >= 0
        quantile      the place among the stored percentiles, equal ones being one
        standardise   linear: mean 0 and standard deviation 1, as the percentiles have them

    Args:
        name: str, one of `st_keras.choices.TRANSFORMS`.
        low, high: floats, the extremes of the training data in the user's units; or lists of one
            for each channel, all of which then have their own transform.
        percentiles: dict from percentages, above 0 and below 100, to values, floats or lists as
            `low`. The more, the better. "log", "asinh", "quantile" and "standardise" need it.
            Default None.
        targets: indices of the channels that the name is for; others are mapped linearly, as
            "none". Default None: all.
        units: str, those of the targets, or None: not known. Default None.

    Returns:
        `FrameTransform`, named "normalization".

    Raises:
        ValueError: for another name, constant data, rain below 0, rain that is all dry, missing
            percentiles, or units that the transform is not made for.

    Example:

    >>> transform = build_transform("rain-rate", 0.0, 100.0)
    >>> print(transform(np.float32([0.0, 1.0, 100.0])).numpy().round(3))
    [0.    0.429 1.   ]
    >>> print(transform.inverse(np.float32([-0.2, 1.0])).numpy().round(3))
    [  0. 100.]
    """
    check_one_of(_WHERE, "name", name, RECIPES)
    expected = _UNITS.get(name)
    if expected and units in _KNOWN_UNITS and units not in expected:
        raise error(
            _WHERE,
            f"the transform {name!r} for data in {units}",
            f"data in {' or '.join(expected)}",
            "Choose the transform of these units, or convert the data first.",
        )
    percentiles = {float(k): v for k, v in (percentiles or {}).items()}
    if not np.ndim(low):
        return _named(_fitted(name, low, high, percentiles))
    chosen = range(len(low)) if targets is None else targets
    transforms = [
        _fitted(
            name if k in chosen else "none",
            low[k],
            high[k],
            {percent: value[k] for percent, value in percentiles.items()},
        )
        for k in range(len(low))
    ]
    return _named(ChannelTransforms(transforms))


def _fitted(name, low, high, percentiles):
    low, high = float(low), float(high)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise error(
            _WHERE,
            f"data between {low:g} and {high:g}",
            "two different finite extremes, the first the lower",
            "Choose data that vary.",
        )
    return RECIPES[name](low, high, percentiles)


def _none(low, high, percentiles):
    return FrameNormalization.from_range(low, high)


def _rain_rate(low, high, percentiles):
    decibel = Decibel()
    if low < 0 or high <= decibel.threshold:
        raise error(
            _WHERE,
            f"the transform 'rain-rate' for data between {low:g} and {high:g}",
            f"rain rates in mm/h, none below 0 and some above {decibel.threshold:g}",
            "Convert the data, or choose another transform.",
        )
    top = 10 * math.log10(high)
    return TransformChain([decibel, FrameNormalization.from_range(decibel.zero_value, top)])


def _reflectivity(low, high, percentiles):
    if high <= 0:
        raise error(
            _WHERE,
            f"the transform 'reflectivity' for data between {low:g} and {high:g}",
            "dBZ, some above 0",
            "Convert the data, or choose another transform.",
        )
    return TransformChain([Clip(minimum=0.0), FrameNormalization.from_range(0.0, high)])


def _log(low, high, percentiles):
    return _curved(LogScale(_scale("log", low, high, percentiles)), low, high)


def _asinh(low, high, percentiles):
    return _curved(Asinh(_scale("asinh", low, high, percentiles)), low, high)


def _sqrt(low, high, percentiles):
    return _curved(Power(0.5), low, high)


def _quantile(low, high, percentiles):
    levels, values = _distribution("quantile", low, high, percentiles)
    merged, first = np.unique(values.astype("float32"), return_index=True)
    # Of equal values, such as all dry ones, the highest level; then it is stretched to [0, 1].
    last = np.append(first[1:], len(values)) - 1
    levels = levels[last]
    levels = (levels - levels[0]) / (levels[-1] - levels[0])
    quantile = Quantile(merged.tolist(), levels.tolist())
    return TransformChain([Clip(minimum=0.0), quantile]) if low >= 0 else quantile


def _standardise(low, high, percentiles):
    levels, values = _distribution("standardise", low, high, percentiles)
    # Moments of the distribution whose quantiles lie on straight lines between these.
    shares, starts, ends = np.diff(levels), values[:-1], values[1:]
    mean = np.sum(shares * (starts + ends)) / 2
    square = np.sum(shares * (starts**2 + starts * ends + ends**2)) / 3
    return FrameNormalization.from_statistics(mean, math.sqrt(square - mean**2))


RECIPES = {
    "none": _none,
    "rain-rate": _rain_rate,
    "reflectivity": _reflectivity,
    "log": _log,
    "asinh": _asinh,
    "sqrt": _sqrt,
    "quantile": _quantile,
    "standardise": _standardise,
}


def _curved(transform, low, high):
    """Return a transform, brought to [0, 1]; values of data >= 0 stay there."""
    ends = np.asarray(transform(np.float32([low, high])), "float64")
    chain = [transform, FrameNormalization.from_range(*ends)]
    return TransformChain([Clip(minimum=0.0), *chain] if low >= 0 else chain)


def _scale(name, low, high, percentiles):
    """The least percentile that is not 0, but no less than a thousandth of the largest value."""
    _, values = _distribution(name, low, high, percentiles)
    sizes = np.abs(values)
    return float(max(sizes[sizes > 0].min(), sizes.max() / 1000))


def _distribution(name, low, high, percentiles):
    """Return levels in [0, 1] and the values there, float64 arrays that do not fall."""
    if not percentiles:
        raise error(
            _WHERE,
            f"the transform {name!r} without percentiles",
            "percentiles of the training data",
            "Pass percentiles={50: ..., 90: ..., 99: ...}.",
        )
    known = {0.0: low, **percentiles, 100.0: high}
    levels = np.array(sorted(known))
    values = np.array([float(known[level]) for level in levels])
    if levels[0] < 0 or levels[-1] > 100 or not np.all(np.diff(values) >= 0):
        raise error(
            _WHERE,
            f"percentiles={percentiles} with data between {low:g} and {high:g}",
            "percentages in (0, 100), whose values do not fall and lie between these",
            "Take the extremes and percentiles of the same data.",
        )
    return levels / 100, values


def _named(transform):
    return type(transform).from_config({**transform.get_config(), "name": "normalization"})
