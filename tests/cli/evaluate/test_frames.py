"""`st-keras evaluate --protocol` of frames: one table of models and baselines, and its files."""

import csv
import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from st_keras.cli.evaluate.frame_verification import check_protocol
from st_keras.cli.evaluate.verified import Verified, best_first
from st_keras.metrics.video import FRAME_PROTOCOLS
from st_keras.models import PredRNN
from st_keras.training import Forecaster
from tests.cli.conftest import squares
from tests.refusals import refused
from tests.uncompiled import uncompiled

FILES = ("scores_by_lead_time.png", "forecast_strip.png", "forecast.gif")


def read(folder):
    with (folder / "scores.csv").open(encoding="utf-8") as file:
        return json.loads((folder / "scores.json").read_text()), list(csv.DictReader(file))


@uncompiled
def test_models_and_baselines_in_one_table(trained, run, frames_file, tmp_path):
    other = tmp_path / "other" / "model.keras"
    other.parent.mkdir()
    shutil.copy(trained, other)
    out = tmp_path / "e"
    flags = ("--data", frames_file, "--protocol", "thuml", "--sequences", 4, "--out", out)
    flags += ("--baselines", "persistence,advection", "--beside", other)
    status, text, err = run("evaluate", trained, *flags)
    assert status == 0, err
    assert "PredRNN, PredRNN other, persistence, advection." in text
    assert "thuml: the PredRNN authors' code" in text and "3 -> 3 frames of 16 x 24" in text
    assert "MSE PredRNN other" in text and "skill against the best baseline" in text
    assert all((out / name).stat().st_size > 1000 for name in FILES)
    content, rows = read(out)
    assert content["protocol"] == "thuml" and content["baselines"] == ["persistence", "advection"]
    assert content["frames"]["image_shape"] == [16, 24, 1]
    # The same file twice has the same scores.
    own, copied = (content["scores"][name]["mean"] for name in ("PredRNN", "PredRNN other"))
    assert own == copied
    assert {row["protocol"] for row in rows} == {"thuml"}
    mse = [row for row in rows if row["method"] == "PredRNN" and row["score"] == "mse"]
    assert [row["lead_time"] for row in mse] == ["1", "2", "3", "mean"]
    assert float(mse[3]["value"]) == pytest.approx(own["mse"])
    assert mse[3]["skill_against"] in content["baselines"] and mse[0]["low"] == ""


@uncompiled
def test_generated_digits_under_our_protocol(run, tmp_path, undrawn):
    model = Forecaster(PredRNN(filters=(2,), kernel_size=1, patch_size=8), context_length=2)
    model.build((None, None, 64, 64, 1))
    model.save(tmp_path / "own.keras")
    flags = ("--horizon", 2, "--sequences", 3, "--protocol", "st-keras-v1")
    flags += ("--baselines", "persistence,climatology")
    status, text, err = run(
        "evaluate", tmp_path / "own.keras", *flags, "--data", "modes", "--out", tmp_path / "e"
    )
    assert status == 0, err
    assert "SSIM: forecast clipped to [0, 1], gaussian window 11 x 11, data range 1" in text
    content, _ = read(tmp_path / "e")
    assert content["blocks"] == 3 and set(content["scores"]) == {
        *("PredRNN", "persistence", "climatology")
    }
    # The mean of digits it has not seen is about that of those it is scored on.
    mse = {method: of["mean"]["mse"] for method, of in content["scores"].items()}
    assert mse["climatology"] < mse["persistence"]
    assert (tmp_path / "e" / "mode_scores.json").is_file()


@uncompiled
def test_storms_in_grey_levels(trained, run, frames_file, tmp_path, undrawn):
    frames = np.clip(squares(6, 8) * 1.2, 0, 255).astype("uint8")
    np.save(tmp_path / "vil.npy", frames)
    out = ("--out", tmp_path / "e")
    flags = ("--data", tmp_path / "vil.npy", "--protocol", "sevir", "--sequences", 6)
    status, text, err = run("evaluate", trained, *flags, *out)
    assert status == 0, err
    assert "CSI-M pool 16" in text and "sums over 3 lead times" in text
    assert "Published with 13 -> 12 frames, here 3 -> 3; 384 x 384 pixels, here 16 x 24" in text
    content, _ = read(tmp_path / "e")
    assert "not comparable" in content["note"] and "csi_pool4@219" in content["scores_are"]


def test_what_a_protocol_does_not_go_with():
    def checked(name="thuml", size=(64, 64), value_range=(0.0, 255.0), targets=(0,), lpips=None):
        told = {"value_range": value_range, "targets": targets}
        source = SimpleNamespace(image_shape=(*size, len(targets)), **told)
        return check_protocol(FRAME_PROTOCOLS[name], source, lpips)

    for name in FRAME_PROTOCOLS:
        checked(name)
    refused("frames of 6 x 64.*at least 7 x 7", checked, size=(6, 64))
    refused("frames of 8 x 64.*at least 11 x 11", checked, "st-keras-v1", size=(8, 64))
    refused("frames of 12 x 12.*at least 16 x 16", checked, "sevir", size=(12, 12))
    far = {"value_range": (-32.0, 70.0)}
    refused("--protocol sevir: .*from -32 to 70.*from 0 to 255", checked, "sevir", **far)
    for targets in ((0, 1), (0, 1, 2, 3)):
        told = {"targets": targets, "lpips": "none.pth"}
        refused(f"--lpips-weights: .*{len(targets)} channels.*1 or 3", checked, **told)
    refused("--protocol sevir: .*thresholds", checked, "sevir", value_range=(0.0, 1.0))


def test_refusals(trained, run, frames_file, tmp_path):
    out = ("--out", tmp_path / "e", "--data", frames_file)
    thuml = ("--protocol", "thuml")
    short = Forecaster(PredRNN(filters=(2,)), context_length=2)
    short.build((None, None, 16, 24, 1))
    short.save(tmp_path / "short.keras")
    for flags, said in (
        ((*thuml, "--scores", "mse"), "--protocol: received thuml with --scores"),
        ((*thuml, "--thresholds", "1"), "--protocol: received thuml with --thresholds"),
        ((*thuml, "--seed", 1), "thuml with --seed"),
        (
            ("--report", "--scores", "mse"),
            "--report: received it with --scores.*--report of a forecaster takes --protocol thuml",
        ),
        (("--report", "--thresholds", "1"), "--report: received it with --thresholds"),
        (("--beside", trained), "without --protocol. Required: a protocol, out of thuml, openstl"),
        (("--lpips-weights", "a.pth"), "--lpips-weights: received a.pth without --protocol"),
        ((*thuml, "--baselines", "sprog"), "'sprog', a baseline of rain"),
        ((*thuml, "--beside", tmp_path / "none.keras"), "none.keras', which is no file"),
        (
            (*thuml, "--beside", tmp_path / "short.keras"),
            "--beside: received .*which reads 2 frames. Required: a model that reads 3",
        ),
    ):
        status, _, err = run("evaluate", trained, *flags, *out)
        assert status == 2
        refused_text = said.replace(".*", "\0").split("\0")
        assert all(part in err for part in refused_text), err
        assert not (tmp_path / "e").exists()


def test_a_baseline_without_frames_to_learn_from_leaves_no_folder(trained, run, tmp_path):
    np.save(tmp_path / "other.npy", squares(6, 8, seed=1))
    flags = ("--data", tmp_path / "other.npy", "--protocol", "thuml", "--out", tmp_path / "e")
    status, _, err = run("evaluate", trained, *flags, "--baselines", "climatology")
    assert status == 2 and "climatology of an archive all of which is tested" in err
    assert not (tmp_path / "e").exists()


def test_a_model_that_was_trained_on_what_is_scored(trained, run, frames_file, tmp_path):
    alone = tmp_path / "alone.keras"  # without a run.json all frames are scored
    shutil.copy(trained, alone)
    flags = ("--data", frames_file, "--protocol", "thuml", "--out", tmp_path / "e")
    status, _, err = run("evaluate", alone, *flags, "--horizon", 3, "--beside", trained)
    assert status == 2 and "which was trained on" in err and "Name as MODEL" in err
    assert not (tmp_path / "e").exists()


def test_a_report_with_scores_is_refused_before_a_model_is_looked_for(run, tmp_path):
    told = ("evaluate", tmp_path / "none.keras", "--out", tmp_path / "e", "--scores", "mse")
    status, _, err = run(*told, "--report")
    assert status == 2 and "--report: received it with --scores" in err
    assert "which is no file" in run(*told)[2]


def test_windows_are_put_in_order():
    assert best_first(np.array([0.1, 0.5, np.nan, 0.3]), "higher").tolist() == [1, 3, 0]

    def chosen(order):
        return Verified(None, (), None, "MSE", np.array(order, int), None, None, 2).chosen()

    assert chosen([4, 2, 0, 1]) == {"best": 4, "median": 2, "worst": 1}
    assert chosen([3]) == {"best": 3} and chosen([]) == {}
    assert chosen([5, 1]) == {"best": 5, "worst": 1}


@uncompiled
def test_numbers_are_those_of_the_scores(trained, run, frames_file, tmp_path, undrawn):
    """As the same command prints them without a protocol."""
    told = ("evaluate", trained, "--data", frames_file, "--sequences", 3)
    assert run(*told, "--out", tmp_path / "plain")[0] == 0
    assert run(*told, "--out", tmp_path / "named", "--protocol", "thuml")[0] == 0
    plain = json.loads((tmp_path / "plain" / "scores.json").read_text())["scores"]
    named, _ = read(tmp_path / "named")
    for method in plain:
        for score in ("mse", "mae", "ssim", "psnr"):
            found = named["scores"][method]["leads"][score]
            np.testing.assert_allclose(found, plain[method][score], rtol=1e-5)
