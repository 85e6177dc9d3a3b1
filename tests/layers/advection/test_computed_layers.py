"""Motion, paths, warp and band autoregression: what they must do on fields that are known."""

import numpy as np
import pytest
from keras import ops

from st_keras.layers.advection.advection_paths import AdvectionPaths
from st_keras.layers.advection.band_autoregression import BandAutoregression
from st_keras.layers.advection.steady_motion import SteadyMotion
from st_keras.layers.advection.warp import Warp
from st_keras.ops.pooled_maps import enlarge_maps, pool_maps
from tests.moving_fields import moving, smooth_field


def numpy_of(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("shift", [(0, 0), (1, -2), (-2, 1)])
def test_a_field_that_moves_is_tracked(shift):
    frames = moving((96, 112), shift)
    motion = numpy_of(SteadyMotion()(frames, np.ones_like(frames)))
    inside = motion[0, 24:-24, 24:-24]
    np.testing.assert_allclose(np.median(inside, (0, 1)), shift, atol=0.05)
    assert np.abs(inside - shift).mean() < 0.1


def test_missing_pixels_do_not_move_what_is_tracked():
    frames = moving((96, 96), (1, -2))
    valid = np.ones_like(frames)
    valid[:, 40:70, 30:60] = 0.0
    motion = numpy_of(SteadyMotion()(frames * valid, valid))[0, 24:-24, 24:-24]
    np.testing.assert_allclose(np.median(motion, (0, 1)), (1, -2), atol=0.1)


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_nothing_to_see_does_not_move(value):
    frames = np.full((1, 48, 64, 4), value, "float32")
    for valid in (np.ones_like(frames), np.zeros_like(frames)):
        motion = numpy_of(SteadyMotion()(frames, valid))
        np.testing.assert_allclose(motion, 0.0, atol=1e-3)


def test_flips_commute_with_motion():
    frames = moving((64, 96), (1, -1))
    straight = numpy_of(SteadyMotion()(frames, np.ones_like(frames)))
    flipped = numpy_of(SteadyMotion()(frames[:, ::-1], np.ones_like(frames)))
    np.testing.assert_allclose(flipped[:, ::-1] * (-1, 1), straight, atol=2e-3)


def test_paths_of_a_turning_motion_return():
    """A rotation by a small angle each step, against the exact one."""
    size, angle = 64, 0.03
    places = np.arange(size) - (size - 1) / 2
    rows, columns = np.meshgrid(places, places, indexing="ij")
    motion = np.stack([angle * columns, -angle * rows], -1)[None].astype("float32")
    paths = numpy_of(AdvectionPaths()(motion, steps=10))[0, 9, 24:40, 24:40]
    c, s = np.cos(10 * angle), np.sin(10 * angle)
    origin = np.stack([c * rows - s * columns, s * rows + c * columns], -1)[24:40, 24:40]
    here = np.stack([rows, columns], -1)[24:40, 24:40]
    np.testing.assert_allclose(paths, here - origin, atol=0.15)


def test_warp_moves_a_linear_map_exactly_and_says_what_is_outside():
    rows = np.arange(8, dtype="float32")
    maps = np.broadcast_to(rows[:, None, None], (1, 1, 8, 8, 1)).copy()
    paths = np.zeros((1, 1, 8, 8, 2), "float32")
    paths[..., 0] = 1.5
    moved, inside = (numpy_of(each)[0, 0, :, 3, 0] for each in Warp()(maps, paths))
    np.testing.assert_allclose(moved[2:], rows[2:] - 1.5)
    np.testing.assert_allclose(inside, [0.0, 0.5, 1, 1, 1, 1, 1, 1])


def test_frozen_rain_lasts_and_its_error_is_the_floor():
    frames = np.repeat(np.abs(smooth_field((64, 64))), 3, axis=-1)
    found = BandAutoregression(floor=0.05)(frames, np.ones_like(frames), steps=6)
    assert numpy_of(found["correlation"]).min() > 0.9
    np.testing.assert_allclose(
        numpy_of(found["mean"])[:, 0], frames[..., 0], atol=0.05 * frames.max()
    )


def test_noise_is_forgotten():
    frames = np.abs(np.random.default_rng(0).normal(size=(1, 64, 64, 3))).astype("float32")
    found = BandAutoregression()(frames, np.ones_like(frames), steps=6)
    assert numpy_of(found["correlation"])[0, 3:, 0].max() < 0.02
    mean = numpy_of(found["mean"])[0, -1]
    np.testing.assert_allclose(mean, frames.mean(), atol=0.15)


def test_autoregression_is_the_recursion_of_its_equations():
    frames = np.abs(np.concatenate([smooth_field((48, 48), k // 2) for k in range(3)], -1))
    found = BandAutoregression()(frames, np.ones_like(frames), steps=5)
    coefficients = numpy_of(found["coefficients"])[0]  # (steps, bands, 2)
    f1, f2 = coefficients[0, :, 0], coefficients[0, :, 1]
    now, before = np.ones_like(f1), np.zeros_like(f1)
    for step in range(5):
        now, before = f1 * now + f2 * before, now
        np.testing.assert_allclose(coefficients[step, :, 0], now, rtol=1e-4, atol=1e-5)
    total = numpy_of(found["bands"]).sum(-1)[0]
    assert np.std(frames[0, ..., 0] - total) < 1e-4  # but for the mean, bands sum to the frame


@pytest.mark.parametrize("values", [0.0, 2.0])
def test_dry_and_constant_input_is_finite(values):
    frames = np.full((1, 32, 32, 3), values, "float32")
    for valid in (np.ones_like(frames), np.zeros_like(frames)):
        found = BandAutoregression()(frames, valid, steps=3)
        assert all(np.isfinite(numpy_of(each)).all() for each in found.values())


def test_enlarging_keeps_means_away_from_the_border():
    maps = smooth_field((16, 24))
    again = numpy_of(pool_maps(enlarge_maps(maps, 4), 4))
    linear = np.broadcast_to(np.arange(16.0)[None, :, None, None], (1, 16, 16, 1)).astype("float32")
    np.testing.assert_allclose(
        numpy_of(pool_maps(enlarge_maps(linear, 4), 4))[:, 1:-1], linear[:, 1:-1], rtol=1e-5
    )
    assert np.corrcoef(again.ravel(), maps.ravel())[0, 1] > 0.99
