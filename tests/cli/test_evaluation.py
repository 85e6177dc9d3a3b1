"""The scores of a model and of persistence, in the units of the data."""

import json
import re
import types

import numpy as np
import pytest

from st_keras.cli import pictures
from st_keras.cli.evaluation import check_scorable, evaluate
from st_keras.cli.run_folder import RunFolder
from st_keras.metrics.video import RMSE


def scored(sequences, forecast, tmp_path, units=None, value_range=(0.0, 1.0), **names):
    """Evaluate a stand-in model that answers `forecast`."""

    class PredRNN:
        """Only its name is asked for."""

    model = types.SimpleNamespace(
        network=PredRNN(),
        forecast=lambda *_, **__: forecast,
        forecast_parts=lambda frames: (frames[:, :2], frames[:, 2:], None),
        targets_of=lambda frames: frames,
    )
    source = types.SimpleNamespace(context_length=2, units=units, value_range=value_range, modes=())
    return evaluate(model, source, sequences, 3, 2, RunFolder(tmp_path / "out").create(), **names)


def sized(height, width, units="data units"):
    return types.SimpleNamespace(
        image_shape=(height, width, 1), units=units, value_range=(0.0, 40.0)
    )


@pytest.fixture
def undrawn(monkeypatch):
    """Draw nothing: other tests look at pictures."""
    monkeypatch.setattr(pictures, "draw_forecast", lambda strip, gif, *_: (strip, gif))
    monkeypatch.setattr(pictures, "lead_time_curves", lambda path, scores: path)


@pytest.fixture
def sequences():
    return np.random.default_rng(0).random((4, 5, 16, 16, 1)).astype("float32")


def test_a_perfect_forecast(sequences, tmp_path, capsys, undrawn):
    scores = scored(sequences, sequences[:, 2:], tmp_path)
    assert scores["PredRNN"]["mse"].max() == 0.0
    assert scores["persistence"]["mse"].min() > 0.0
    out = capsys.readouterr().out
    assert "skill against persistence: +100%, 95 % interval of 4 sequences +100% to +100%" in out
    content = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert content["scores"]["PredRNN"]["ssim"] == pytest.approx([1.0] * 3, abs=1e-6)


def test_two_channels_are_scored_and_one_is_drawn(sequences, tmp_path):
    wind = np.repeat(sequences, 2, axis=-1)
    assert scored(wind, wind[:, 2:], tmp_path)["PredRNN"]["mse"].max() == 0.0
    assert (tmp_path / "out" / "forecast.gif").is_file()


def test_no_better_than_persistence_is_said(sequences, tmp_path, capsys, undrawn):
    scored(sequences, np.repeat(sequences[:, 1:2], 3, axis=1), tmp_path)
    assert "does not beat persistence" in capsys.readouterr().out


def test_nothing_moves(sequences, tmp_path, capsys, undrawn):
    still = np.repeat(sequences[:, :1], 5, axis=1)
    scored(still, still[:, 2:] * 0.5, tmp_path)
    out = capsys.readouterr().out
    assert "persistence is perfect" in out
    assert "inf" not in out and "nan" not in out
    assert "PSNR of mean MSE PredRNN" in out and "own: persistence 12" in out
    text = (tmp_path / "out" / "scores.json").read_text()
    assert "Infinity" not in text
    persistence = json.loads(text)["scores"]["persistence"]
    assert persistence["psnr"] == persistence["psnr_of_mse"] == [None] * 3
    assert persistence["exact_frames"] == [4] * 3


def test_one_sequence_is_still(sequences, tmp_path, capsys, undrawn):
    sequences[1] = sequences[1, :1]
    scores = scored(sequences, sequences[:, 2:] * 0.5, tmp_path)
    assert np.isinf(scores["persistence"]["psnr"]).all()
    out = capsys.readouterr().out
    rows = [line.split() for line in out.splitlines() if line.startswith("PSNR")]
    assert [row[:5] for row in rows] == [
        ["PSNR", "of", "mean", "MSE", "PredRNN"],
        ["PSNR", "of", "mean", "MSE", "persistence"],
    ]
    assert np.isfinite([float(value) for row in rows for value in row[5:]]).all()
    assert "without a PSNR of their own: persistence 3" in out
    content = json.loads((tmp_path / "out" / "scores.json").read_text())["scores"]["persistence"]
    assert np.isfinite(content["psnr_of_mse"]).all() and content["psnr"] == [None] * 3


def test_frames_too_small_for_the_scores():
    check_scorable(sized(7, 9))
    with pytest.raises(ValueError, match=r"frames of 6 x 9 pixels\. Required: at least 7 x 7"):
        check_scorable(sized(6, 9))


def test_scores_are_named(sequences, tmp_path, capsys):
    names = ("rmse", "psnr")
    scores = scored(sequences, sequences[:, 2:] * 0.5, tmp_path, names=names)
    assert [tuple(of) for of in scores.values()] == [names] * 2
    out = capsys.readouterr().out
    assert "RMSE PredRNN" in out and "skill" not in out and "SSIM" not in out
    content = json.loads((tmp_path / "out" / "scores.json").read_text())["scores"]
    assert tuple(content["PredRNN"]) == names
    check_scorable(sized(6, 9), names)


def test_units_of_the_data(sequences, tmp_path, undrawn):
    kelvin = 250 + 50 * sequences
    low, high = float(kelvin.min()), float(kelvin.max())
    scores = scored(kelvin, kelvin[:, 2:] + 2.0, tmp_path, "data units", (low, high))
    np.testing.assert_allclose(scores["PredRNN"]["mae_per_pixel"], 2.0, rtol=1e-4)


def test_what_is_missing_or_unknown_does_not_count(sequences, tmp_path, capsys):
    truth = sequences[:, 2:].copy()
    forecast = truth * 0.5
    sequences[:, :2, :, 12:] = np.nan  # persistence does not know these columns
    sequences[1, 3, 4:7] = np.nan
    sequences[:, 4] = np.nan
    forecast[2, 0, 0, 0] = np.nan
    scores = scored(sequences, forecast, tmp_path, "data units")
    known = ~np.isnan(sequences[:, 2:]) & ~np.isnan(forecast)
    known[:, :, :, 12:] = False
    errors = np.where(known, np.abs(truth - forecast), 0)
    for k in range(2):
        expected = errors[:, k].sum() / known[:, k].sum()
        assert scores["PredRNN"]["mae_per_pixel"][k] == pytest.approx(expected, rel=1e-5)
        assert scores["PredRNN"]["mae"][k] == pytest.approx(256 * expected, rel=1e-5)
    for method in scores.values():
        assert all(np.isnan(values[2]) for name, values in method.items() if name[:3] == "mae")
    share = known.sum() / (~np.isnan(sequences[:, 2:])).sum()
    out = capsys.readouterr().out
    assert f"Scored are {share:.1%} of the valid values" in out
    assert "MSE skill against persistence: +" in out and "nan" not in out
    content = json.loads((tmp_path / "out" / "scores.json").read_text())["scores"]["PredRNN"]
    assert content["mse"][2] is None and content["mse"][0] > 0
    assert (tmp_path / "out" / "forecast.gif").is_file()


@pytest.mark.parametrize(
    ("scores", "protocols", "message"),
    [
        (["exact_frames"], {"thuml": {}}, r"--scores: received exact_frames\..*Add another one"),
        (["mse", "rmse"], {"float": {}}, r"--scores: received mse,rmse\..*'thuml'.*Leave rmse out"),
    ],
)
def test_scores_that_cannot_be_shown(scores, protocols, message, monkeypatch):
    monkeypatch.setattr(RMSE, "protocols", protocols)
    with pytest.raises(ValueError, match=message):
        check_scorable(sized(16, 16), scores)


def test_thresholds_are_in_the_units_of_the_data():
    check_scorable(sized(8, 8), ("mse", "csi"))
    check_scorable(sized(8, 8, "mm h-1"), ("csi", "far"), (1.0, 10.0))
    check_scorable(sized(8, 8, "dBZ"), ("csi",), (20.0,))
    for arguments, text in (
        ((sized(8, 8, "dBZ"), ("csi",)), "--scores: received thresholds 0.5, 1, 2, 5 in 'mm/h'"),
        (
            (sized(8, 8), ("csi",), (100.0,)),
            "--thresholds: received thresholds 100 for frames from 0",
        ),
        ((sized(8, 8), ("mse",), (1.0,)), "it with --scores mse.*such as csi"),
    ):
        with pytest.raises(ValueError, match=text):
            check_scorable(*arguments)


def test_the_interval_of_the_skill_is_that_of_sequences(sequences, tmp_path, capsys, undrawn):
    forecast = sequences[:, 2:].copy()
    forecast[0] += 0.2  # one sequence is forecast badly, the others perfectly
    scored(sequences, forecast, tmp_path)
    out = capsys.readouterr().out
    low, high = re.search(r"4 sequences ([+-]\d+)% to ([+-]\d+)%", out).groups()
    persistence = np.repeat(sequences[:, 1:2], 3, axis=1)
    squares = [np.square(np.clip(f, 0, 1) - sequences[:, 2:]) for f in (forecast, persistence)]
    own, other = (each.sum(axis=(1, 2, 3, 4)) for each in squares)
    drawn = np.random.default_rng(1).integers(0, 4, (4000, 4))
    skills = 1 - own[drawn].sum(axis=1) / other[drawn].sum(axis=1)
    np.testing.assert_allclose(
        [int(low), int(high)], 100 * np.quantile(skills, [0.025, 0.975]), atol=3
    )
