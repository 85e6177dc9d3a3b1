"""The nowcasts of pysteps, as the protocol calls them; patterns whose motion is known."""

import contextlib
import io

import numpy as np
import pytest
from scipy import ndimage

from st_keras.baselines import SPROG, Extrapolation, Persistence
from st_keras.baselines.decibels import decibels
from st_keras.baselines.motion import motion_of

pytest.importorskip("pysteps", reason="needs the extra [radar]")
pytest.importorskip("cv2", reason="needs the extra [radar]")


def rolled(frames, size=64, step=(2, -1)):
    """Return float64 (1, T, H, W, 1), mm/h: a field that is rolled by `step` each frame."""
    field = ndimage.gaussian_filter(
        np.random.default_rng(0).standard_normal((size, size)), 4, mode="wrap"
    )
    field = 4 * np.maximum(field / field.std(), 0)
    steps = [np.roll(field, (step[0] * t, step[1] * t), (0, 1)) for t in range(frames)]
    return np.stack(steps)[None, ..., None]


def csi(forecast, truth):
    known = ~np.isnan(forecast)
    hits = ((forecast >= 1) & (truth >= 1)).sum()
    return hits / ((known & (truth >= 1)) | (forecast >= 1)).sum()


@pytest.mark.parametrize("tuned", [False, True])
def test_a_rolled_field_is_tracked_and_forecast(tuned):
    frames = rolled(10)
    context, truth = frames[:, :6], frames[:, 6:]
    motion = motion_of("x", decibels(context[0, ..., 0]), tuned)
    np.testing.assert_allclose(np.median(motion, axis=(1, 2)), [-1, 2], atol=0.05)
    for model in (Extrapolation(tuned), SPROG(tuned)):
        assert csi(model.forecast(context, 4), truth) > 0.9
    assert csi(Persistence().forecast(context, 4), truth) < 0.7


@pytest.mark.parametrize("tuned", [False, True])
def test_equals_pysteps_called_as_the_protocol_says(tuned):
    from pysteps.motion.lucaskanade import dense_lucaskanade
    from pysteps.nowcasts import extrapolation, sprog

    rain = rolled(6)[0, ..., 0]
    rain[:, :7] = np.nan  # outside the radar's reach
    db = np.full(rain.shape, -15.0)
    db[rain >= 0.1] = 10 * np.log10(rain[rain >= 0.1])
    db[np.isnan(rain)] = np.nan
    settings = {}
    if tuned:
        settings = {"lk_kwargs": {"winsize": (12, 12)}, "fd_kwargs": {"min_distance": 5}}
        settings["decl_scale"] = 5
    motion = dense_lucaskanade(db, **settings)

    def back(values):
        return np.where(values < -10, 0.0, 10 ** (values / 10))

    moved = extrapolation.forecast(rain[-1] if tuned else db[-1], motion, 3)
    ours = Extrapolation(tuned).forecast(rain[None, ..., None], 3)[0, ..., 0]
    np.testing.assert_array_equal(ours, moved if tuned else back(moved))
    assert np.isnan(ours).any() and np.nanmax(ours) > 1
    for matching in ("cdf", None):
        with contextlib.redirect_stdout(io.StringIO()):
            theirs = sprog.forecast(
                db[-3:],
                motion,
                3,
                precip_thr=-10,
                n_cascade_levels=6,
                probmatching_method=matching,
            )
        ours = SPROG(tuned, matching).forecast(rain[None, ..., None], 3)[0, ..., 0]
        np.testing.assert_array_equal(ours, back(theirs))


def scenes():
    wet, dry = rolled(6, 32), np.zeros((1, 6, 32, 32, 1))
    late, gap, onset, end, still = wet.copy(), wet.copy(), dry.copy(), wet.copy(), dry.copy()
    late[:, -1] = np.nan
    gap[:, -2] = np.nan
    onset[:, -1] = wet[:, -1]
    end[:, -1] = 0
    still[:, :, 16, 16] = 5.0
    return {
        "the last scan is missing": late,
        "a scan is missing": gap,
        "rain sets in": onset,
        "rain ends": end,
        "one pixel does not change": still,
        "one value": np.full_like(wet, 3.0),
        "two frames": wet[:, -2:],
        "one frame": wet[:, -1:],
        "10 x 10 pixels": wet[:, :, :10, :10],
        "5 x 7 pixels": wet[:, :, :5, :7],
    }


@pytest.mark.parametrize("name", scenes())
def test_scenes_in_which_no_process_can_be_told(name, capfd):
    context = scenes()[name]
    capfd.readouterr()  # where pysteps says on import where its settings are
    plain = Extrapolation().forecast(context, 2)
    forecast = SPROG().forecast(context, 2)
    assert forecast.shape == plain.shape == (1, 2, *context.shape[2:])
    assert np.isfinite(forecast).any() and np.nanmin(forecast) >= 0
    assert np.nanmax(forecast) <= np.nanmax(context) + 1e-6
    if name not in ("the last scan is missing", "10 x 10 pixels"):
        np.testing.assert_array_equal(forecast, plain)
    assert capfd.readouterr() == ("", "")


def test_the_last_scan_may_be_missing():
    frames = rolled(10)
    whole = Extrapolation().forecast(frames[:, :5], 4)[:, 1:]
    late = frames[:, :6].copy()
    late[:, -1] = np.nan
    np.testing.assert_array_equal(Extrapolation().forecast(late, 3), whole)


def test_reflectivities_give_the_same_rain():
    frames = rolled(6)
    dbz = np.where(frames < 0.1, -32.0, 10 * np.log10(200 * np.maximum(frames, 0.1) ** 1.6))
    rain = Extrapolation().forecast(frames, 2)
    found = Extrapolation(units="dBZ").forecast(dbz, 2)
    dry = rain < 0.1
    np.testing.assert_array_equal(found[dry], -32.0)
    wet = rain >= 0.1 + 1e-9
    np.testing.assert_allclose(found[wet], 10 * np.log10(200 * rain[wet] ** 1.6), atol=1e-6)
