"""A comparison of frames as text."""

import numpy as np

from st_keras.metrics.video import compare_frames, frame_table
from st_keras.metrics.video.frame_table import ways_of
from tests.metrics.video.test_frame_comparison import FORECASTS, TRUTH


def table(forecasts=FORECASTS, **more):
    told = {"resamples": 50, "baselines": ("persistence",), "protocol": "thuml", **more}
    return compare_frames(TRUTH, forecasts, (0.0, 1.0), **told)


def test_the_best_has_a_star_and_a_skill():
    text = frame_table(table()).splitlines()
    assert text[0] == "thuml, 7 sequences, mean over 3 lead times; 95 % interval of 7 blocks"
    mse = next(line for line in text if line.startswith("MSE"))
    assert mse.count("*") == 1 and mse.index("*") < mse.index(")") + 3
    assert any(line.startswith("MSE    persistence    +0.") for line in text)
    assert "Only 7 blocks: such an interval is too narrow." in text
    assert "SSIM: bytes floor(255 x), uniform window 7 x 7, data range 255" in text


def test_no_skill_is_warned_of():
    worse = {"net": 1 - TRUTH, "persistence": 0.9 * TRUTH}
    text = frame_table(table(worse))
    assert "WARNING: net is not better than the best baseline in MSE, MAE, SSIM." in text
    even = {"net": np.roll(TRUTH, 1, axis=0), "persistence": np.roll(TRUTH, 1, axis=2)}
    assert "interval of its skill includes 0" in frame_table(table(even)) or "WARNING" in text


def test_exact_frames_and_one_block():
    exact = {"net": TRUTH, "persistence": 0.9 * TRUTH}
    text = frame_table(table(exact, blocks=["a"] * 7))
    assert "PSNR (dB)" in text and "exact" in text and "one block, no interval" in text
    assert "One block: no interval can be said." in text


def test_ways_are_told_once():
    told = dict(ways_of(table(protocol="st-keras-v1")))
    assert told["MSE, MAE, RMSE"] == "not clipped"
    many = dict(ways_of(compare_frames(TRUTH * 255, {"net": TRUTH}, (0, 255), "sevir", ())))
    assert "CSI pool 4 at 16 to CSI pool 4 at 219" in many
