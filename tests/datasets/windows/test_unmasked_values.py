"""NumPy masks become NaN; NaN that a mask calls valid is refused."""

import numpy as np
import pytest

from st_keras.datasets import SequenceDataset
from st_keras.datasets.windows.unmasked_values import UnmaskedValues, is_masked
from tests.refusals import refused

FRAMES = np.random.default_rng(0).integers(0, 90, (12, 4, 6), "int16")
MASKED = np.ma.masked_array(FRAMES, mask=FRAMES > 60)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int32", "float32", "float64"])
def test_masked_values_are_nan_and_others_exact(dtype):
    values = UnmaskedValues("here", MASKED.astype(dtype))
    assert values.shape == FRAMES.shape and values.dtype.itemsize == (
        8 if ("32" in dtype and dtype[0] == "i") or dtype == "float64" else 4
    )
    read = values[2:5, :, 1]
    expected = np.where(FRAMES > 60, np.nan, FRAMES)[2:5, :, 1]
    np.testing.assert_array_equal(read, expected)


def test_a_masked_array_brings_its_mask():
    data = SequenceDataset.from_arrays(MASKED, 2, 3)
    assert data.missing == "mask"
    np.testing.assert_array_equal(
        data.window(4)[..., 0], np.where(FRAMES > 60, np.nan, FRAMES)[4:9]
    )
    refused(
        "masked entries.*missing='mask'",
        SequenceDataset.from_arrays,
        MASKED,
        2,
        3,
        missing="refuse",
    )


def test_nan_that_the_mask_calls_valid():
    rain = np.ma.masked_array(FRAMES.astype("float32"), mask=FRAMES > 60)
    rain.data[3, 1, 1], rain.mask[3, 1, 1] = np.nan, False
    refused(
        "1 NaN among the values that the mask calls valid", SequenceDataset.from_arrays, rain, 2, 3
    )
    rain.mask[3, 1, 1] = True
    assert len(SequenceDataset.from_arrays(rain, 2, 3))


def test_what_is_masked():
    assert is_masked(MASKED) and not is_masked(FRAMES)
