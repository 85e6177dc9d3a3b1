"""`Warp` of the nearest pixels."""

import numpy as np
from keras import ops

from st_keras.layers.advection.warp import Warp
from tests.refusals import refused


def moved(interpolation, maps, path):
    paths = np.broadcast_to(np.float32(path), (*maps.shape[:-1], 2))
    return [ops.convert_to_numpy(each) for each in Warp(interpolation)(maps, paths)]


MAPS = np.random.default_rng(0).normal(size=(2, 3, 8, 9, 2)).astype("float32")


def test_paths_of_whole_pixels_are_moved_as_bilinearly():
    for one, two in zip(moved("nearest", MAPS, (1, -2)), moved("bilinear", MAPS, (1, -2)),
                        strict=True):  # fmt: skip
        np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(moved("nearest", MAPS, (1, -2))[0][:, :, 1:, :-2],
                                  MAPS[:, :, :-1, 2:])  # fmt: skip


def test_paths_between_pixels_take_the_value_of_the_nearest():
    values, inside = moved("nearest", MAPS, (1.3, -0.6))
    np.testing.assert_array_equal(values[:, :, 1:, :-1], MAPS[:, :, :-1, 1:])
    # Which share is from inside is told as of bilinear values.
    np.testing.assert_array_equal(inside, moved("bilinear", MAPS, (1.3, -0.6))[1])
    np.testing.assert_allclose(inside[0, 0, :3, 3, 0], [0.0, 0.7, 1.0], atol=1e-6)


def test_the_interpolation_stays_with_the_layer_and_others_are_refused():
    again = Warp.from_config(Warp("nearest").get_config())
    assert again.interpolation == "nearest" and Warp().interpolation == "bilinear"
    refused("Warp: received interpolation='cubic'. Required: .*bilinear.*nearest", Warp, "cubic")
