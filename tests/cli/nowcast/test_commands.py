"""A Nowcaster from an archive to a verified forecast and a file, as a user types it."""

import json

import keras
import numpy as np
import pytest
import xarray

from st_keras.datasets import open_forecast
from st_keras.models import Nowcaster
from tests.refusals import refused
from tests.uncompiled import uncompiled

SIZE = 32
MINUTES = np.timedelta64(5, "m")
START = np.datetime64("2026-06-01T00:00", "s")


def moving_rain(count):
    """Cells that move a pixel each scan over a radar that sees a disc; mm/h."""
    y, x = np.mgrid[:SIZE, :SIZE]
    frames = []
    for t in range(count):
        cells = [
            12 * np.exp(-((y - 10 * k - 6) ** 2 + ((x - t - 9 * k) % SIZE - 16) ** 2) / 12)
            for k in range(3)
        ]
        frames.append(np.where((y - 16) ** 2 + (x - 16) ** 2 > 15**2, np.nan, sum(cells)))
    return np.stack(frames).astype("float32")


def written(path, rain, units="mm"):
    coords = {"time": START + np.arange(len(rain)) * MINUTES}
    coords |= {name: (name, np.arange(SIZE) * 1.0, {"units": "km"}) for name in ("y", "x")}
    values = rain / 12 if units == "mm" else rain
    array = xarray.DataArray(values, coords, ("time", "y", "x"), "amount", {"units": units})
    array.to_dataset().to_netcdf(path, engine="h5netcdf")
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Amounts of five minutes."""
    return written(tmp_path_factory.mktemp("archive") / "rain.nc", moving_rain(60))


def training(archive, out, *more):
    line = f"train nowcast --data {archive} --interval 300 --context-length 3 --horizon 3"
    return [*f"{line} --steps 4 --batch-size 2 --out {out}".split(), *map(str, more)]


@pytest.fixture(scope="module")
def trained(archive, tmp_path_factory):
    from st_keras.cli.main import main

    out = tmp_path_factory.mktemp("trained") / "run"
    assert main(training(archive, out)) == 0
    return out / "model.keras"


def test_training_writes_model_curve_and_record(trained):
    model = keras.models.load_model(trained)
    assert isinstance(model, Nowcaster) and (model.context_length, model.horizon) == (3, 3)
    assert float(model.optimizer.learning_rate) < 2e-4  # it has fallen along the cosine
    record = json.loads((trained.parent / "run.json").read_text())
    assert record["recipe"] == {"steps": 4, "batch_size": 2, "steps_done": 4}
    assert record["data"]["units"] == "mm/h" and len(record["history"]["val_crps"]) == 4
    assert (trained.parent / "training_curve.png").is_file()


def test_resumed_is_uninterrupted_bit_for_bit(archive, trained, run, dying, tmp_path):
    arguments = training(archive, tmp_path / "parts", "--resume-every", 2, "--resume")
    dying(3, run, *arguments)
    assert run(*arguments)[0] == 0
    whole, parts = (keras.models.load_model(p) for p in (trained, tmp_path / "parts/model.keras"))
    for one, other in zip(whole.weights, parts.weights, strict=True):
        np.testing.assert_array_equal(one, other)


@uncompiled
def test_windows_may_stay_as_they_are(archive, run, tmp_path):
    flags = ("--as-recorded", "--residual", "predrnn", "--steps", 1)
    status, _, err = run(*training(archive, tmp_path / "run"), *flags)
    assert status == 0, err
    options = json.loads((tmp_path / "run" / "run.json").read_text())["options"]
    assert options["as_recorded"] and options["residual"] == "predrnn"


def test_evaluated_beside_baselines(archive, trained, run, tmp_path):
    named = ("--baselines", "persistence,advection,nowcaster-untrained")
    flags = ("--data", archive, *named, "--report", "--beside", trained)
    status, out, err = run("evaluate", trained, *flags, "--out", tmp_path / "e")
    assert status == 0, err
    assert "Nowcaster (csi)" in out and "CRPS of the probabilities" in out
    scores = json.loads((tmp_path / "e" / "scores.json").read_text())["scores"]
    names = ["Nowcaster (csi)", "Nowcaster (csi) run"]
    assert set(scores) == {*names, *named[1].split(",")}
    assert scores[names[0]]["mean"] == scores[names[1]]["mean"]  # one model, twice
    page = (tmp_path / "e" / "report.html").read_text()
    assert "Reliability: how often what was forecast came." in page and "no protocol" in page
    stated = json.loads((tmp_path / "e" / "probabilities.json").read_text())
    assert len(stated["crps"]) == 3 and 0 < stated["crps"][0] < stated["crps"][2] < 2
    assert len(stated["brier"]["5"]) == 3
    for name in ("reliability.png", "forecast_strip.png", "scores_by_lead_time.png"):
        assert (tmp_path / "e" / name).stat().st_size > 1000


def test_a_file_with_field_members_and_probabilities(archive, trained, run, tmp_path):
    out = tmp_path / "nowcast.nc"
    more = ("--members", 3, "--seed", 5, "--probability", "0.5,5", "--horizon", 2)
    status, text, err = run("forecast", trained, "--data", archive, *more, "--out", out)
    assert status == 0, err
    assert "with members: 3 of each forecast" in text and "of 0.5, 5 mm/h" in text
    model = keras.models.load_model(trained)
    context = moving_rain(60)[None, -3:, ..., None]
    field = model.forecast(context, 2)
    np.testing.assert_allclose(open_forecast(out).frames, field, rtol=1e-3, atol=1e-3)
    members = open_forecast(out, "rainfall_rate_members")
    assert members.axes == "NMTHWC" and members.frames.shape == (1, 3, 2, SIZE, SIZE, 1)
    with xarray.open_dataset(out) as file:
        stated = file["exceedance_probability"].sel(threshold=5.0).values
        expected = model.forecast_distribution(context, 2).exceedance(5.0)[..., 0]
        np.testing.assert_allclose(stated, expected, atol=1e-3)
        assert file.valid_time.values[0, 0] == START + 60 * MINUTES
    refused("open_forecast: received variable='rain'. Required: one of", open_forecast, out, "rain")
    refused("which holds probabilities", open_forecast, out, "exceedance_probability")


def test_a_missing_last_scan_is_forecast_from_the_one_before(archive, trained, run, tmp_path):
    rain = moving_rain(60)
    rain[-1] = np.nan
    path = written(tmp_path / "late.nc", rain)
    out = tmp_path / "late_nowcast.nc"
    status, _, err = run("forecast", trained, "--data", path, "--interval", 300, "--out", out)
    assert status == 0, err
    assert np.nanmax(open_forecast(out).frames) > 2


@pytest.mark.parametrize("minutes", ["2", "6"])
def test_the_demo_forecasts_a_storm_and_says_what(minutes, run, tmp_path):
    status, out, err = run("demo", "nowcast", "--minutes", minutes, "--out", tmp_path / "demo")
    assert status == 0, err
    said = {"2": "forecasts 12, 24 minutes", "6": "forecasts 6, 36 minutes"}
    assert said[minutes] in out and "it has seen no frame of this storm" in out
    assert "NOAA/NSSL" in out and "Done in" in out
    scores = json.loads((tmp_path / "demo" / "scores.json").read_text())["scores"]
    csi = {method: of["mean"]["csi@1"] for method, of in scores.items()}
    assert csi["Nowcaster (csi)"] > csi["persistence"] + 0.05
    for name in ("forecast_strip.png", "forecast.gif", "reliability.png"):
        assert (tmp_path / "demo" / name).stat().st_size > 1000


def test_refusals(archive, trained, run, tmp_path):
    forecast = ("forecast", trained, "--data", archive)
    for flags, text in (
        (("--members", 2, "--out", "f.npy"), "--members: received it with --out f.npy"),
        (("--probability", "1", "--out", "f.npy"), "--probability: received it with --out f.npy"),
        (("--probability", "0,1", "--out", "f.nc"), "--probability: received 0,1. Required: rates"),
        (("--seed", 1, "--out", "f.nc"), "--seed: received 1 without --members"),
    ):
        status, _, err = run(*forecast, *flags)
        assert status == 2 and text in err, (flags, err)
    other = written(tmp_path / "other.nc", moving_rain(40))
    evaluate = ("evaluate", trained, "--out", tmp_path / "e")
    for flags, text in (
        ((), "--data: received no archive"),
        (("--data", "digits"), "--data: received 'digits'"),
        (("--data", archive, "--scores", "ssim"), "--scores: received --scores with a Nowcaster"),
        (("--data", archive, "--latent", 1), "latent"),
        (("--data", archive, "--protocol", "quick"), "quick for a file that holds a Nowcaster"),
        (("--data", other, "--protocol", "radar-60min-v1"), "a model that reads 3 frames"),
    ):
        status, _, err = run(*evaluate, *flags)
        assert status == 2 and text in err, (flags, err)
        assert not (tmp_path / "e").exists()
    np.save(tmp_path / "plain.npy", moving_rain(20)[None])
    start = ("train", "nowcast", "--out", tmp_path / "run", "--data")
    for data, text in (
        (("digits",), "--data: received 'digits'"),
        ((tmp_path / "plain.npy", "--axes", "NTHW"), "frames whose units are not known"),
        ((written(tmp_path / "k.nc", moving_rain(20), "K"),), "frames in 'K'"),
    ):
        status, _, err = run(*start, *data)
        assert status == 2 and text in err, (data, err)
        assert not (tmp_path / "run").exists()


def test_reflectivity_without_units_in_the_file(trained, run, tmp_path):
    rain = np.nan_to_num(moving_rain(12))[None]
    np.save(tmp_path / "dbz.npy", 10 * np.log10(200 * np.maximum(rain, 1e-3) ** 1.6))
    np.save(tmp_path / "rate.npy", rain)
    files = []
    for name, units in (("dbz", "dBZ"), ("rate", "mm/h")):
        files.append(tmp_path / f"{name}.nc")
        flags = ("--axes", "NTHW", "--units", units, "--out", files[-1])
        status, out, err = run("forecast", trained, "--data", tmp_path / f"{name}.npy", *flags)
        assert status == 0 and "in mm/h" in out, err
    ours, plain = (open_forecast(file) for file in files)
    assert ours.units == plain.units == "mm/h"
    np.testing.assert_allclose(ours.frames, plain.frames, rtol=1e-3, atol=1e-3)


def test_missing_scans_of_training_are_those_of_the_evaluation(run, tmp_path):
    rain = moving_rain(60)
    rain[30] = np.nan
    path, out = written(tmp_path / "gaps.nc", rain), tmp_path / "run"
    more = ("--max-missing-scans", 1, "--steps", 1)
    assert run(*training(path, out), *more)[0] == 0
    flags = ("--data", path, "--out", tmp_path / "e")
    status, said, err = run("evaluate", out / "model.keras", *flags)
    assert status == 0, err
    assert "the test part of the training run" in said
