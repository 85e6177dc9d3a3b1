"""Block means, with missing pixels and pixels that fill no block."""

import numpy as np
import pytest

from st_keras.datasets.windows.coarse_view import CoarseView
from st_keras.datasets.windows.frame_view import view_frames
from tests.refusals import refused

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32", "float64"])
def test_is_the_mean_of_each_block(dtype):
    frames = (RNG.random((3, 10, 14, 2)) * 200).astype(dtype)
    frames[1, 4, 7, 1] = 250
    view = CoarseView("here", view_frames("here", frames, "THWC"), 4, (np.dtype(dtype).type(250),))
    assert view.shape == (1, 3, 2, 3, 2)
    read = view.read(0, 1, 3)
    assert read.dtype == ("float64" if dtype == "float64" else "float32")
    for t, y, x, c in np.ndindex(2, 2, 3, 2):
        block = frames[1 + t, 4 * y : 4 * y + 4, 4 * x : 4 * x + 4, c].astype("float64")
        expected = np.nan if (block == 250).any() else block.mean()
        np.testing.assert_allclose(read[t, y, x, c], expected, rtol=1e-6)
    blocks = np.concatenate([block for _, block in view.blocks(0, 0, 3)])
    np.testing.assert_array_equal(blocks[1:], read)


def test_nan_is_missing():
    frames = RNG.random((2, 4, 4)).astype("float32")
    frames[0, 3, 3] = np.nan
    read = CoarseView("here", view_frames("here", frames, "THW"), 2).read(0, 0, 2)
    assert np.isnan(read).sum() == 1 and np.isnan(read[0, 1, 1, 0])


def test_refusals():
    view = view_frames("here", RNG.random((2, 4, 6)), "THW")
    refused("coarsen=1", CoarseView, "here", view, 1)
    refused("coarsen=5 with frames of 4 x 6.*at most 4", CoarseView, "here", view, 5)
