"""`st-keras evaluate --report`: of frames, of rain and of codes."""

import json
import re

import numpy as np
import pytest

from st_keras.cli.evaluate import frame_verification
from st_keras.cli.report import made_how
from tests.cli.conftest import squares
from tests.uncompiled import uncompiled


def pages(folder):
    return ((folder / name).read_text(encoding="utf-8") for name in ("report.html", "report.md"))


def headings(page):
    return re.findall(r"<h2>(.*?)</h2>", page)


@uncompiled
def test_of_frames(trained, run, frames_file, tmp_path):
    flags = ("--data", frames_file, "--sequences", 4, "--baselines", "persistence,advection")
    out = tmp_path / "e"
    status, text, err = run("evaluate", trained, *flags, "--report", "--out", out)
    assert status == 0, err
    assert "report.html" in text and "report.md" in text
    page, markdown = pages(out)
    assert headings(page) == [
        *("Scores", "Skill", "By lead time", "Sequences", "Memory decoupling", "Training"),
        "How it was made",
    ]
    assert "PredRNN under thuml" in page and "Best sequence by MSE of PredRNN" in page
    for name in ("best.gif", "worst.png", "memory_decoupling.png", "training.png"):
        assert (out / "pictures" / name).stat().st_size > 1000
        assert f"pictures/{name}" in markdown.replace("\\", "")
    assert page.count("data:image/gif") == 3  # best, median and worst
    assert "st-keras evaluate" in page and "SHA-256 of the model" in page
    assert "st-keras train predrnn" in page.replace("&#x27;", "'")


@uncompiled
def test_what_to_bear_in_mind_stands_in_every_file(trained, run, tmp_path, monkeypatch):
    np.save(tmp_path / "one.npy", squares(1, 16)[0])
    monkeypatch.setattr(frame_verification, "common_pixels", lambda truth, _: (truth, 0.5))
    out = tmp_path / "e"
    flags = ("--data", tmp_path / "one.npy", "--sequences", 4, "--axes", "THW")
    status, text, err = run("evaluate", trained, *flags, "--report", "--out", out)
    assert status == 0, err
    note = json.loads((out / "scores.json").read_text())["note"]
    for said in (
        "Scored are 50.0% of the valid values",
        "All windows are of one sequence or day: where they overlap, intervals are too narrow.",
        "Only 4 blocks: such an interval is too narrow.",
    ):
        assert all(said in each for each in (text, note, *pages(out))), said


@uncompiled
def test_of_rain(rain_archive, rain_model, run, tmp_path):
    flags = ("--data", rain_archive, "--protocol", "radar-60min-v1", "--report")
    flags += ("--beside", rain_model)
    out = tmp_path / "ev"
    status, text, err = run("evaluate", rain_model, *flags, "--out", out)
    assert status == 0, err
    assert "ConvLSTM, ConvLSTM run, persistence" in text
    page, _ = pages(out)
    assert headings(page)[:2] == ["Scores", "Skill"] and "Memory decoupling" not in headings(page)
    assert "radar-60min-v1, higher is better" in page and "CSI at 0.5" in page
    assert re.search(r"Best sequence by (CSI 1|CSI 0.5|MAE) of ConvLSTM", page)
    assert "radar-60min-v1,ConvLSTM,csi@1,,higher,mean," in (out / "scores.csv").read_text()


def test_of_codes(trained_slowvae, run, tmp_path, few_samples):
    out = tmp_path / "e"
    status, _, err = run("evaluate", trained_slowvae, "--out", out, "--report")
    assert status == 0, err
    page, markdown = pages(out)
    assert headings(page) == ["Scores", "Pictures", "How it was made"]
    assert (out / "scores.csv").read_text().startswith("protocol,score,value\nquick,")
    assert "SlowVAE under quick" in page and "mcc" in page
    assert page.count("<img") == markdown.count("](") == 6


def test_a_model_without_a_record(tmp_path):
    class Settings:
        model_file = tmp_path / "model.keras"

    assert made_how.training_picture(Settings, tmp_path) is None


@pytest.mark.parametrize("losses", [[None, None], []])
def test_losses_that_are_no_numbers(losses, tmp_path, monkeypatch):
    monkeypatch.setattr(made_how, "run_record", lambda path: {"history": {"loss": losses}})

    class Settings:
        model_file = tmp_path / "model.keras"

    assert made_how.training_picture(Settings, tmp_path) is None
