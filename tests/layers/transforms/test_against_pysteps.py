"""Decibels against those of pysteps, there and back."""

import numpy as np
import pytest

from st_keras.layers import Decibel

transformation = pytest.importorskip("pysteps.utils.transformation")
RAIN = np.float32(np.exp(np.random.default_rng(0).normal(0, 2, 400)))


def test_decibel():
    metadata = {"transform": None, "threshold": 0.1, "zerovalue": 0.0}
    rain = RAIN.astype("float64")
    expected, metadata = transformation.dB_transform(rain, metadata, threshold=0.1, zerovalue=-15.0)
    assert (expected == -15).any()
    np.testing.assert_allclose(Decibel()(RAIN), expected, rtol=1e-5, atol=1e-5)
    mixed = np.float32([-15.0, -11.0, -9.9, 3.0])
    expected, _ = transformation.dB_transform(mixed.copy(), metadata, inverse=True)
    np.testing.assert_allclose(Decibel().inverse(mixed), expected, rtol=1e-5)
