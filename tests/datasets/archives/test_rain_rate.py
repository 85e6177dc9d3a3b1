"""Reflectivity and amounts as rain rates."""

import numpy as np
import pytest

from st_keras.datasets import Frames, SequenceDataset, as_rain_rate
from tests.datasets.lazy_sources import Lazy
from tests.refusals import refused

RNG = np.random.default_rng(0)
VALUES = RNG.random((6, 3, 4)).astype("float32") * 40
VALUES[2, 1] = np.nan


def frames(units, values=VALUES, **known):
    return Frames(values=values, axes="THW", units=units, nan_is_missing=True, **known)


@pytest.mark.parametrize(
    ("units", "options", "attributes", "rate"),
    [
        ("dBZ", {}, {}, lambda x: (10 ** (x / 10) / 200) ** (1 / 1.6)),
        ("dBZ", {"a": 223, "b": 1.53}, {}, lambda x: (10 ** (x / 10) / 223) ** (1 / 1.53)),
        ("mm", {}, {"interval_seconds": 300}, lambda x: 12 * x),
        ("mm", {"interval": 600}, {"interval_seconds": 300}, lambda x: 6 * x),
        ("kg m-2 s-1", {}, {}, lambda x: 3600 * x),
    ],
)
def test_formulas(units, options, attributes, rate):
    found = as_rain_rate(frames(units, attributes=attributes), **options)
    assert (found.units, found.name) == ("mm/h", "rainfall_rate")
    assert found.values.dtype == "float32"
    expected = rate(VALUES.astype("float64"))
    np.testing.assert_allclose(found.values[0:6], expected, rtol=1e-6)


def test_of_marshall_and_palmer():
    # 23 dBZ is about 1 mm/h, 39 dBZ about 10.
    rates = as_rain_rate(frames("dBZ", np.array([23.0, 39.0])[:, None, None])).values[0:2]
    np.testing.assert_allclose(rates.ravel(), [1.0, 10.0], rtol=0.05)


def test_rates_stay_and_nothing_is_read():
    known = frames("mm h-1")
    assert as_rain_rate(known) is known
    source = Lazy(VALUES)
    lazy = as_rain_rate(frames("dBZ", source))
    assert source.largest == 0
    lazy.values[1:2]
    assert source.largest == 12
    sequences = as_rain_rate(frames("dBZ", [VALUES, VALUES[:4]]))
    assert len(SequenceDataset.from_frames(sequences, 2, 2)) == 3 + 1


def test_refusals():
    refused("an interval that the archive does not tell.*interval=300", as_rain_rate, frames("mm"))
    refused("frames in 'K'", as_rain_rate, frames("K"))
    refused("units are not known", as_rain_rate, frames(None))
    refused("a=0", as_rain_rate, frames("dBZ"), a=0)
    refused("interval=-1", as_rain_rate, frames("mm"), interval=-1)
