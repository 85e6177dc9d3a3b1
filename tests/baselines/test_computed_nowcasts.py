"""Baselines made of the computed layers of `Nowcaster`: they need no pysteps."""

import numpy as np

from st_keras.baselines import Advection, UntrainedNowcaster, make_baseline
from st_keras.models import Nowcaster
from tests.moving_fields import moving
from tests.refusals import refused


def moving_rain(shift, frames, size=(64, 80)):
    """Return float64 (1, T, H, W, 1), mm/h."""
    field = np.maximum(moving(size, shift, frames), 0.0)
    return np.moveaxis(field, -1, 1)[..., None].astype("float64")


def test_a_moving_field_is_moved_on_and_nothing_is_known_of_what_flows_in():
    frames = moving_rain((2, -1), 10)
    forecast = Advection().forecast(frames[:, :6], 4)
    unknown = np.isnan(forecast)
    assert unknown[0, 3, :7].all() and not unknown[0, :, 12:, :68].any()
    error = np.abs(forecast - frames[:, 6:])[0, :, 16:48, 16:60]
    assert np.nanmean(error) < 0.15 * frames.mean()
    assert (Advection(fill=0.0).forecast(frames[:, :6], 4)[unknown] == 0).all()


def test_the_motion_goes_on_from_the_last_scan_there_is():
    frames = moving_rain((0, 2), 9)
    whole = Advection().forecast(frames[:, :6], 3)
    late = frames[:, :7].copy()
    late[:, 6] = np.nan
    np.testing.assert_array_equal(Advection().forecast(late, 2), whole[:, 1:])


def test_a_single_frame_stays_and_missing_pixels_move():
    frames = moving_rain((0, 2), 6)
    one = Advection().forecast(frames[:, -1:], 2)
    np.testing.assert_array_equal(one, np.repeat(frames[:, -1:], 2, axis=1))
    frames[:, -1, 30:34, 30:34] = np.nan
    hole = np.isnan(Advection().forecast(frames, 2)[0, :, 16:48, 16:60])
    assert hole[0, 14:18, 17:19].all() and hole[0].sum() < 60


def test_the_untrained_nowcaster_is_the_model_without_a_residual():
    frames = moving_rain((1, 1), 5)
    model = Nowcaster(residual=None, context_length=5)
    for decision in ("csi", "mean"):
        ours = UntrainedNowcaster(decision).forecast(frames, 2)
        theirs = model.forecast(frames.astype("float32"), 2, decision)
        np.testing.assert_array_equal(ours, theirs.astype("float64"))
    two = UntrainedNowcaster().forecast(frames[:, :2], 2)
    np.testing.assert_array_equal(two, Advection().forecast(frames[:, :2], 2))


def test_by_name_with_units():
    frames = moving_rain((1, 1), 4)
    rates = make_baseline("advection", units="mm/h").forecast(frames, 2)
    seconds = make_baseline("advection", units="kg m-2 s-1").forecast(frames / 3600, 2)
    np.testing.assert_allclose(3600 * seconds, rates, rtol=1e-4, atol=1e-6)
    refused("Advection: received frames of unknown units", make_baseline, "advection")
    refused("UntrainedNowcaster: received optimise_for='best'", UntrainedNowcaster, "best")
