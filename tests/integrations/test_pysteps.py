"""Nowcasts as pysteps calls them: by its interface, by name, and blended with a weather model."""

import contextlib
import datetime
import io

import numpy as np
import pytest
from scipy import ndimage

from st_keras.integrations.pysteps import forecast, register
from st_keras.models import Nowcaster
from tests.refusals import refused

MODEL = Nowcaster(residual=None)
SIZE = (48, 64)


def rolled(frames=6, step=(2, -1)):
    """Return (T, H, W), mm/h: a field that goes down by 2 and left by 1 each frame."""
    noise = np.random.default_rng(0).standard_normal(SIZE)
    field = ndimage.gaussian_filter(noise, 4, mode="wrap")
    field = 4 * np.maximum(field / field.std(), 0)
    return np.stack([np.roll(field, (step[0] * t, step[1] * t), (0, 1)) for t in range(frames)])


def velocity(x, y):
    return np.stack([np.full(SIZE, float(x)), np.full(SIZE, float(y))])


@pytest.fixture(scope="module")
def pysteps():
    """The package, without what it registers staying behind."""
    with contextlib.redirect_stdout(io.StringIO()):
        return pytest.importorskip("pysteps", reason="needs the extra [radar]")


@pytest.fixture
def registered(pysteps, monkeypatch):
    from pysteps.nowcasts import interface

    methods = dict(interface._nowcast_methods)
    monkeypatch.setattr(interface, "_nowcast_methods", methods)
    register(model=MODEL)
    return pysteps.nowcasts.get_method("st_keras")


def test_equals_the_forecast_of_the_model_with_the_same_motion():
    rain = rolled()
    found = forecast(rain, velocity(-1, 2), 3, MODEL)
    motion = np.broadcast_to(np.float32([2, -1]), (1, *SIZE, 2))  # down, right
    expected = MODEL.forecast(rain[None, ..., None], 3, motion=motion)
    assert found.shape == (3, *SIZE) and found.dtype == np.float32
    np.testing.assert_array_equal(found, expected[0, ..., 0])
    own = forecast(rain, None, 3, MODEL)
    np.testing.assert_array_equal(own, MODEL.forecast(rain[None, ..., None], 3)[0, ..., 0])


@pytest.mark.parametrize("moves, ratio", [(True, 0.2), (False, 0.8)])
def test_rain_goes_where_the_velocity_says(moves, ratio):
    """Down by 2 and left by 1, also where the frames themselves say that nothing moves."""
    rain, truth = rolled(), rolled(9)[6:]
    rain = rain if moves else np.repeat(rain[-1:], 6, axis=0)
    inside = np.s_[:, 12:-12, 12:-12]

    def error(x, y):
        found = forecast(rain, velocity(x, y), 3, MODEL, optimise_for="median")
        return np.abs(found - truth)[inside].mean()

    assert error(-1, 2) < ratio * min(error(2, -1), error(1, -2), error(0, 0))


def test_lead_times_from_a_list():
    rain = rolled()
    whole = forecast(rain, velocity(-1, 2), 5, MODEL)
    for some in ([2, 5], [2.0, 5.0], np.array([2, 5])):
        np.testing.assert_array_equal(forecast(rain, velocity(-1, 2), some, MODEL), whole[[1, 4]])


def test_members_are_before_lead_times():
    rain = rolled()
    first, same, other = (
        forecast(rain, velocity(-1, 2), [1, 3], MODEL, members=2, seed=seed) for seed in (1, 1, 2)
    )
    assert first.shape == (2, 2, *SIZE)
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 0
    assert np.abs(first[0] - first[1]).max() > 0


def test_what_is_masked_is_missing():
    rain = np.ma.masked_array(rolled())
    rain[:, :8] = np.ma.masked
    found = forecast(rain, velocity(0, 0), 1, MODEL)
    np.testing.assert_array_equal(found, forecast(rain.filled(np.nan), velocity(0, 0), 1, MODEL))
    assert np.isnan(found[0, :8]).all() and not np.isnan(found[0, 8:]).any()


@pytest.mark.parametrize(
    "change, message",
    [
        ({"precip": rolled()[-1]}, r"precip of 1 field\(s\)\. Required: at least 6.*precip\[-6:\]"),
        ({"precip": rolled()[None]}, r"precip of shape \(1, 6, 48, 64\), rank 4"),
        ({"precip": rolled() - 15}, r"negative or infinite value.*dB_transform"),
        ({"velocity": velocity(1, 1)[:, :-1]}, r"velocity of shape \(2, 47, 64\)\. Req.*\(2, 48, "),
        ({"velocity": velocity(np.nan, 1)}, r"velocity of shape .*not all of it finite"),
        ({"timesteps": 0}, r"timesteps=0\. Required: a number of steps from 1"),
        ({"timesteps": [0.5, 1]}, r"timesteps=\[0\.5, 1\].*no lead times between"),
        ({"timesteps": [2, 2]}, r"timesteps=\[2, 2\]"),
        ({"timesteps": []}, r"timesteps=\[\]"),
        ({"timesteps": np.inf}, r"timesteps=inf"),
        ({"timesteps": True}, r"timesteps=True"),
        ({"members": 0}, r"members=0"),
    ],
)
def test_refused(change, message):
    arguments = {"precip": rolled(), "velocity": None, "timesteps": 2, "model": MODEL, **change}
    refused(message, forecast, **arguments)


def test_get_method_returns_it(registered, pysteps):
    rain, motion = rolled(), velocity(-1, 2)
    np.testing.assert_array_equal(registered(rain, motion, 2), forecast(rain, motion, 2, MODEL))
    members = registered(rain, motion, 2, n_ens_members=3, seed=4)
    np.testing.assert_array_equal(members, forecast(rain, motion, 2, MODEL, members=3, seed=4))
    anew = [registered(rain, motion, 1, n_ens_members=1, seed=None) for _ in range(2)]
    assert np.abs(anew[0] - anew[1]).max() > 0
    refused("a nowcast with extrap_method", registered, rain, motion, 2, extrap_method="x")


def test_names(registered, pysteps, monkeypatch):
    again = register("ST_Keras", Nowcaster(residual=None, decision="mean"))
    assert pysteps.nowcasts.get_method("st_keras") is again is not registered
    for name in ("SPROG", "", None):
        refused(r"name=.*other than those of pysteps: anvil,", register, name)
    monkeypatch.setattr("pysteps.nowcasts.interface._nowcast_methods", None)
    refused("no table of methods", register)


def test_linear_blending_takes_it_by_name(registered, pysteps):
    rain = rolled()
    metadata = {"unit": "mm/h", "transform": None, "threshold": 0.1, "zerovalue": 0.0}
    weather = np.full((4, *SIZE), 2.0)
    blended = pysteps.blending.get_method("linear_blending")(
        *(rain, metadata, velocity(-1, 2), 4, 5, "st_keras", weather, metadata),
        start_blending=5,
        end_blending=20,
    )
    assert blended.shape == (4, *SIZE)
    np.testing.assert_allclose(blended[0], registered(rain, velocity(-1, 2), 4)[0], atol=1e-5)
    np.testing.assert_allclose(blended[3], 2.0, atol=1e-5)


@pytest.mark.parametrize("members", [None, 2])
def test_steps_blending_takes_it_as_external_nowcast(pysteps, tmp_path, members):
    """The example of `forecast`: the last fields in front, in dB."""
    pytest.importorskip("cv2", reason="needs the extra [radar]")
    rain, motion, steps, count = rolled(), velocity(-1, 2), 3, members or 1
    future = forecast(rain, motion, steps, MODEL, members=members)
    future = future if members else future[None]
    last = np.broadcast_to(rain[-1], (count, 1, *SIZE))
    settings = {"threshold": 0.1, "zerovalue": -15.0}
    nowcast, _ = pysteps.utils.dB_transform(np.concatenate([last, future], axis=1), **settings)
    radar, _ = pysteps.utils.dB_transform(rain[-3:], **settings)
    weather, _ = pysteps.utils.dB_transform(np.roll(rolled(9)[5:], 3, axis=2), **settings)
    with contextlib.redirect_stdout(io.StringIO()):
        blended = pysteps.blending.get_method("steps")(
            precip=radar,
            precip_models=weather[None],
            velocity=motion,
            velocity_models=np.tile(motion, (1, steps + 1, 1, 1, 1)),
            timesteps=steps,
            timestep=5.0,
            issuetime=datetime.datetime(2026, 6, 1, 12),
            n_ens_members=count,
            precip_nowcast=nowcast,
            nowcasting_method="external_nowcast",
            noise_method=None if members else "nonparametric",
            n_cascade_levels=4,
            precip_thr=-10.0,
            kmperpixel=1.0,
            vel_pert_method=None,
            mask_method=None,
            probmatching_method=None,
            resample_distribution=False,
            seed=1,
            outdir_path_skill=str(tmp_path),
        )
    assert blended.shape == (count, steps, *SIZE) and np.isfinite(blended).all()

    def alike(of):
        return np.corrcoef(blended[:, 0].ravel(), of.ravel())[0, 1]

    if members:  # without noise the first lead time is the nowcast, by and large
        near = [alike(nowcast[:, lead]) for lead in range(3)]
        assert np.argmax(near) == 1 and near[1] > 0.95
