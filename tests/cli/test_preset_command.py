"""A preset from a run: what is kept, and that every command takes it for a model."""

import json

import numpy as np
import pytest

from st_keras.training import Forecaster


@pytest.fixture
def preset(trained, run, tmp_path):
    """Path of a preset of a trained model, and what was printed."""
    (tmp_path / "scores.json").write_text('{"mean": {"MSE": 1.5}}')
    out = tmp_path / "presets" / "tiny"
    status, printed, _ = run(
        *("preset", trained, "--out", out, "--weights-dtype", "float16", "--manifest"),
        *("--scores", tmp_path / "scores.json"),
    )
    assert status == 0
    return out, printed


def test_keeps_where_it_comes_from(preset, trained):
    out, printed = preset
    metadata = json.loads((out / "metadata.json").read_text())
    record = json.loads((trained.parent / "run.json").read_text())
    kept = metadata["provenance"]["run"]
    assert kept["command"] == record["command"] and kept["data"] == record["data"]
    assert metadata["provenance"]["scores"] == {"mean": {"MSE": 1.5}}
    assert metadata["weights_dtype"] == "float16"
    assert f'next:  Forecaster.from_preset("{out}")' in printed

    manifest = json.loads((out.parent / "manifest.json").read_text())["presets"]
    assert list(manifest) == ["tiny"]
    assert manifest["tiny"]["sha256"] == metadata["sha256"]
    assert manifest["tiny"]["bytes"] == sum(f.stat().st_size for f in out.iterdir())
    assert f"{manifest['tiny']['parameters']:,} parameters" in printed


def test_commands_take_a_preset(preset, frames_file, run, tmp_path):
    out, _ = preset
    flags = ("--data", frames_file, "--horizon", 2, "--out", tmp_path / "future.npy")
    assert run("forecast", out, *flags)[0] == 0
    frames = np.load(frames_file).astype("float32")[..., None]
    expected = Forecaster.from_preset(out).forecast(frames[:, -3:], 2)
    assert np.load(tmp_path / "future.npy").shape[:2] == expected.shape[:2]
    # The split of the data it was trained on is known from the record it keeps.
    status, _, err = run("evaluate", out, "--data", frames_file, "--out", tmp_path / "scores")
    assert status == 0, err
    assert (tmp_path / "scores" / "scores.json").is_file()


def test_refusals(preset, trained, run, tmp_path):
    out, _ = preset
    status, _, err = run("preset", trained, "--out", out)
    assert status == 2 and "which exists" in err
    status, _, err = run("preset", trained, "--out", tmp_path / "b", "--scores", tmp_path / "no")
    assert status == 2 and "--scores: received" in err and "cannot be read" in err
    assert not (tmp_path / "b").exists()
    (out / "metadata.json").unlink()
    status, _, err = run("evaluate", out, "--out", tmp_path / "scores")
    assert status == 2 and "no metadata.json of a preset" in err


def test_without_scores_it_says_so(trained, run, tmp_path):
    status, printed, _ = run("preset", trained, "--out", tmp_path / "plain")
    assert status == 0
    assert "no scores: --scores takes" in printed
    assert not (tmp_path / "manifest.json").exists()


def test_a_foreign_manifest_is_refused_before_anything_is_written(trained, run, tmp_path):
    base = tmp_path / "presets"
    base.mkdir()
    (base / "manifest.json").write_text('{"name": "my web extension"}')
    status, _, err = run("preset", trained, "--out", base / "tiny", "--manifest")
    assert status == 2 and "--manifest: received" in err
    assert [path.name for path in base.iterdir()] == ["manifest.json"]
