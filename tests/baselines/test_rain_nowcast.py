"""What pysteps' baselines make of missing scans, dry contexts, units; no pysteps is needed."""

import sys
import types

import numpy as np
import pytest

from st_keras.baselines import SPROG, Extrapolation, make_baseline, motion, pysteps_nowcast
from st_keras.baselines.motion import motion_of
from st_keras.baselines.rain_nowcast import RainNowcast
from tests.refusals import refused


class Growing(RainNowcast):
    """Rain of the last frame, 1 mm/h more for each step."""

    def of_field(self, rates, steps):
        return rates[-1] + np.arange(1, steps + 1)[:, None, None]


@pytest.fixture(autouse=True)
def without_pysteps(monkeypatch):
    monkeypatch.setattr(pysteps_nowcast, "pysteps_module", lambda *_: None)


def context():
    frames = np.ones((1, 4, 3, 3, 1))
    frames[0, :, 0, 0] = np.nan
    return frames


def test_after_missing_scans_the_forecast_starts_earlier():
    frames = context()
    assert Growing().forecast(frames, 3)[0, :, 1, 1, 0].tolist() == [2, 3, 4]
    frames[0, 2:] = np.nan
    assert Growing().forecast(frames, 3)[0, :, 1, 1, 0].tolist() == [4, 5, 6]


def test_without_any_data_nothing_is_known():
    frames = np.concatenate([context(), np.full_like(context(), np.nan)])
    forecast = Growing().forecast(frames, 2)
    assert np.isnan(forecast[1]).all() and np.isnan(forecast[0]).sum() == 2
    assert (Growing(fill=0.0).forecast(frames, 2)[1] == 0).all()


def test_where_it_is_dry_it_stays_dry():
    forecast = Growing().forecast(0.09 * context(), 2)
    assert np.nansum(forecast) == 0 and np.isnan(forecast).sum() == 2


def test_each_channel_by_itself():
    frames = np.concatenate([context(), 5 * context(), np.nan * context()], axis=-1)
    forecast = Growing().forecast(frames, 2)
    assert forecast[0, :, 1, 1, :2].tolist() == [[2, 6], [3, 7]]
    assert np.isnan(forecast[..., 2]).all()


def test_reflectivities_come_and_go():
    frames = np.full((1, 2, 2, 2, 1), -32.0)
    frames[..., 1, 1, :] = 10 * np.log10(200)  # 1 mm/h
    forecast = Growing(units="dBZ").forecast(frames, 1)
    np.testing.assert_allclose(forecast[0, 0, 1, 1, 0], 10 * np.log10(200 * 2**1.6))
    dry = np.full((1, 2, 2, 2, 1), -32.0)
    np.testing.assert_array_equal(Growing(units="dBZ").forecast(dry, 1), dry[:, :1])


def test_units_of_no_rain_are_refused():
    refused("Extrapolation: received frames in 'K'", Extrapolation, units="K")
    refused("SPROG: received matching='none'", SPROG, matching="none")
    for name in ("extrapolation", "sprog-tuned"):
        refused("frames of unknown units", make_baseline, name)


@pytest.mark.parametrize("missing", ["cv2", "pysteps.nowcasts"])
def test_without_its_packages(monkeypatch, missing):
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "cv2", types.ModuleType("cv2"))
    monkeypatch.setitem(sys.modules, missing, None)
    package = "OpenCV" if missing == "cv2" else "pysteps"
    text = refused(f"SPROG: received an installation without {package}", SPROG)
    assert "pip install 'st_keras[radar]'" in text


@pytest.mark.parametrize(
    "missing, tracked",
    [((), [0, 1, 2, 3, 4, 5]), ((2,), [3, 4, 5]), ((3,), [0, 1, 2]), ((1, 4), [2, 3])],
)
def test_motion_is_that_of_frames_in_a_row(monkeypatch, missing, tracked):
    seen = []

    def track(fields, **options):
        seen.append((fields[:, 0, 0].tolist(), options))
        return np.ones((2, *fields.shape[1:]))

    module = types.SimpleNamespace(dense_lucaskanade=track)
    monkeypatch.setattr(motion, "pysteps_module", lambda *_: module)
    fields = np.arange(6.0)[:, None, None] * np.ones((6, 4, 4))
    fields[list(missing)] = np.nan
    assert (motion_of("x", fields) == 1).all()
    assert seen == [(tracked, {})]
    motion_of("x", fields, tuned=True)
    assert seen[1][1]["lk_kwargs"] == {"winsize": (12, 12)} and seen[1][1]["decl_scale"] == 5


@pytest.mark.parametrize(
    "fields",
    [np.ones((1, 4, 5)), np.full((3, 4, 5), -15.0), np.full((3, 4, 5), np.nan)],
    ids=["one frame", "dry", "missing"],
)
def test_where_nothing_can_be_tracked_nothing_moves(fields):
    np.testing.assert_array_equal(motion_of("x", fields), np.zeros((2, 4, 5)))
