"""Rain from an archive to a verified forecast and a file, as a user types it."""

import json
import pathlib
from types import SimpleNamespace

import numpy as np
import pytest
import xarray

from st_keras.cli.rain_verification import check_protocol, protocol_as_trained
from st_keras.metrics.radar import PROTOCOLS
from tests.cli.rain_archive import SIZE, moving_rain
from tests.refusals import refused
from tests.uncompiled import uncompiled


@uncompiled
def test_verified_beside_baselines(rain_archive, rain_model, run, tmp_path, monkeypatch):
    monkeypatch.setattr("st_keras.cli.evaluate.rain.trained_smaller", lambda path: "Scaled down.")
    flags = ("--data", rain_archive, "--protocol", "radar-60min-v1")
    named = ("--baselines", "persistence,zero,climatology")
    status, out, err = run("evaluate", rain_model, *flags, *named, "--out", tmp_path / "ev")
    assert status == 0, err
    assert "4 windows of 1 days or events" in out and "climatology" in out
    assert "skill against the best baseline" in out and "WARNING: ConvLSTM is not better" in out
    scores = json.loads((tmp_path / "ev" / "scores.json").read_text())
    assert scores["protocol"] == "radar-60min-v1" and scores["windows"] == 4
    assert "Scaled down." in out and scores["note"].startswith("Scaled down. ")
    for name in ("scores_by_lead_time.png", "forecast_strip.png", "forecast.gif"):
        assert (tmp_path / "ev" / name).stat().st_size > 1000
    truth = moving_rain(72)[48:]
    context = np.stack([truth[s + 5] for s in (0, 2, 4, 6)])[:, None]
    future = np.stack([truth[s + 6 : s + 18] for s in (0, 2, 4, 6)])
    valid = np.isfinite(future)
    hits = ((context >= 1) & (future >= 1) & valid).sum(axis=(0, 2, 3))
    others = (((context >= 1) != (future >= 1)) & valid).sum(axis=(0, 2, 3))
    expected = (hits / (hits + others)).mean()
    assert scores["scores"]["persistence"]["mean"]["csi@1"] == pytest.approx(expected, abs=1e-4)


@uncompiled
def test_a_forecast_file_others_open(rain_archive, rain_model, run, tmp_path):
    out = tmp_path / "nowcast.nc"
    status, text, err = run(
        "forecast", rain_model, "--data", rain_archive, "--horizon", 4, "--out", out
    )
    assert status == 0, err
    assert "in mm/h" in text
    with xarray.open_dataset(out) as file:
        rate = file["rainfall_rate"]
        assert rate.attrs["units"] == "mm/h" and rate.attrs["standard_name"] == "rainfall_rate"
        last = np.datetime64("2026-06-03T01:55")
        assert (file.valid_time.values[0] == last + np.arange(1, 5) * np.timedelta64(5, "m")).all()
        seen = np.isfinite(moving_rain(1)[0])
        np.testing.assert_array_equal(np.isfinite(rate.values[0, 2]), seen)
        assert "st-keras forecast" in file.attrs["history"] and len(file.attrs["model_hash"]) == 64
        np.testing.assert_array_equal(file.x, np.arange(SIZE))
    for suffix in (".png", ".gif"):
        assert out.with_suffix(suffix).stat().st_size > 1000
    status, _, err = run("forecast", rain_model, "--data", rain_archive, "--out", out)
    assert status == 2 and "nothing is overwritten" in err


def test_what_a_protocol_does_not_go_with():
    def checked(context_length=6, **known):
        known = {"targets": (0,), "units": "mm/h", "minutes": lambda: 5.0, **known}
        model = SimpleNamespace(context_length=context_length)
        return check_protocol("radar-60min-v1", model, SimpleNamespace(**known))

    assert checked().horizon == 12 and checked(minutes=lambda: None, units="mm h-1")
    refused("a model that reads 4 frames.*--context-length 6", checked, 4)
    refused("with 2 targets", checked, targets=(0, 1))
    refused("units are not known.*--units mm/h.*--as-rain-rate", checked, units="data units")
    refused("--protocol: .*dBZ", checked, units="dBZ")
    refused("every 10 minutes.*every 5 minutes", checked, minutes=lambda: 10.0)


def test_other_windows_have_the_scores_of_the_protocol():
    model, whole = SimpleNamespace(context_length=4, horizon=9), PROTOCOLS["radar-60min-v1"]
    found = protocol_as_trained(model)
    assert (found.context_length, found.horizon, found.stride) == (4, 9, 1)
    asked = protocol_as_trained(model, horizon=3, stride=5)
    assert (asked.context_length, asked.horizon, asked.stride) == (4, 3, 5)
    for name in ("units", "thresholds", "fss_thresholds", "scales"):
        assert getattr(found, name) == getattr(whole, name)
    assert found.name not in PROTOCOLS  # its numbers are not those of the protocol


@uncompiled
def test_a_baseline_without_frames_to_learn_from_leaves_no_folder(
    rain_archive, rain_model, run, tmp_path
):
    alone = tmp_path / "alone.keras"  # without a run.json, all of an archive is tested
    alone.write_bytes(pathlib.Path(rain_model).read_bytes())
    flags = ("--data", rain_archive, "--protocol", "radar-60min-v1", "--out", tmp_path / "ev")
    flags += ("--as-rain-rate", "--interval", 300, "--missing", "mask")
    status, _, err = run("evaluate", alone, *flags, "--baselines", "climatology")
    assert status == 2 and "climatology of an archive all of which is tested" in err, err
    assert not (tmp_path / "ev").exists()


@uncompiled
def test_refusals(rain_archive, rain_model, run, tmp_path):
    out = ("--out", tmp_path / "ev")
    rain = ("--data", rain_archive, "--protocol", "radar-60min-v1")
    for flags, text in (
        ((*rain, "--horizon", 3), "--protocol: received radar-60min-v1 with --horizon"),
        (("--protocol", "radar-60min-v1"), "radar-60min-v1 without --data"),
        (
            ("--data", rain_archive, "--baselines", "zero"),
            "--baselines: received zero without --protocol",
        ),
        ((*rain, "--seed", 1), "radar-60min-v1 with --seed"),
        (
            ("--data", rain_archive, "--protocol", "quick"),
            "quick for a file that holds a Forecaster",
        ),
        ((*rain, "--baselines", "hail"), "hail"),
    ):
        status, _, err = run("evaluate", rain_model, *flags, *out)
        assert status == 2 and text in err, (flags, err)
        assert not (tmp_path / "ev").exists()
    start = ("train", "convlstm", "--data", rain_archive, "--out", tmp_path / "run")
    for flags, text in (
        (("--as-rain-rate", "--units", "dBZ"), "--units: received frames in 'mm'"),
        (("--as-rain-rate",), "an interval that the archive does not tell"),
        (("--zr", "200,1.6"), "--zr: received it without --as-rain-rate"),
        (("--as-rain-rate", "--interval", 300, "--zr", "1"), "--zr: received 1. Required: two"),
        (("--interval", 300), "--interval: received it without"),
        (
            ("--transform", "reflectivity", "--as-rain-rate", "--interval", 300),
            "'reflectivity' for data in mm/h",
        ),
    ):
        status, _, err = run(*start, *flags)
        assert status == 2 and text in err, (flags, err)
        assert not (tmp_path / "run").exists()
