"""Crops on a grid, and those without data."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from st_keras.datasets.windows.crop_grid import CropGrid
from tests.refusals import refused

sizes = st.tuples(st.integers(1, 20), st.integers(1, 20))


@given(image=sizes, crop=sizes, stride=sizes)
def test_all_crops_that_fit_and_none_else(image, crop, stride):
    if any(own > size for own, size in zip(crop, image, strict=True)):
        refused("crops that fit into the frame", CropGrid, "here", image, crop, stride)
        return
    grid = CropGrid("here", image, crop, stride)
    expected = [
        [y, x]
        for y in range(0, image[0], stride[0])
        for x in range(0, image[1], stride[1])
        if y + crop[0] <= image[0] and x + crop[1] <= image[1]
    ]
    assert grid.starts.tolist() == expected and grid.left_out == 0


def test_whole_frames_and_squares():
    assert CropGrid("here", (7, 9)).starts.tolist() == [[0, 0]]
    assert CropGrid("here", (7, 9)).size == (7, 9)
    assert CropGrid("here", (8, 9), 4).starts.tolist() == [[0, 0], [0, 4], [4, 0], [4, 4]]
    assert len(CropGrid("here", (8, 9), 4, 1).starts) == 5 * 6


def test_crops_without_data_are_left_out():
    seen = np.zeros((8, 8), bool)
    seen[5, 1] = True
    grid = CropGrid("here", (8, 8), 4, seen=seen)
    assert grid.starts.tolist() == [[4, 0]] and grid.left_out == 3
    refused("4 crops of 4 x 4.*none", CropGrid, "here", (8, 8), 4, seen=np.zeros((8, 8), bool))


def test_refusals():
    refused("crop_stride=3 without crop", CropGrid, "here", (8, 8), None, 3)
    refused("crop=0", CropGrid, "here", (8, 8), 0)
    refused("crop=.*an int, or two", CropGrid, "here", (8, 8), (1, 2, 3))
    refused("crop_stride=0", CropGrid, "here", (8, 8), 4, 0)
