import numpy as np
import pytest

from st_keras.metrics.video import score_forecasts, scores_table
from tests.metrics.video.frame_pairs import frame_pair
from tests.refusals import refused


def test_model_stands_beside_persistence():
    scores = {
        "model": {"mse": np.array([1.0, 2.0]), "ssim": np.array([0.91234, 0.8])},
        "persistence": {"mse": np.array([10.0, 20.5]), "ssim": np.array([0.5, 0.4])},
    }
    assert scores_table(scores).splitlines() == [
        "lead time              1       2    mean",
        "MSE model          1.000   2.000   1.500",
        "MSE persistence   10.000  20.500  15.250",
        "SSIM model        0.9123  0.8000  0.8562",
        "SSIM persistence  0.5000  0.4000  0.4500",
    ]


def test_long_horizons_continue_in_blocks():
    table = scores_table({"model": {"mse": np.arange(30.0)}}, width=80)
    assert max(map(len, table.splitlines())) <= 80
    heads = [h for line in table.splitlines() if "lead" in line for h in line.split()[2:]]
    assert heads == [str(k + 1) for k in range(30)] + ["mean"]


def table_of(still):
    """The table of two methods, of which one reproduces `still` of 3 sequences of 4 frames."""
    truth, forecast = frame_pair()
    truth[:] = np.floor(truth * 255) / 255  # no frame is exact by rounding to bytes
    copied = np.where((np.arange(12) < still).reshape(3, 4, 1, 1, 1), truth, forecast)
    scores = {
        "net": score_forecasts(truth, forecast, 1.0),
        "copy": score_forecasts(truth, copied, 1.0),
    }
    return scores, scores_table(scores)


def test_without_exact_frames_psnr_is_the_mean():
    scores, table = table_of(still=0)
    row = next(line for line in table.splitlines() if line.startswith("PSNR net"))
    assert row.split()[2:-1] == [f"{value:.3f}" for value in scores["net"]["psnr"]]
    assert "of mean MSE" not in table and "exact" not in table


def test_exact_frames_are_told_and_psnr_is_that_of_the_mean_error():
    scores, table = table_of(still=5)
    assert "inf" not in table
    assert not [line for line in table.splitlines() if line.startswith(("PSNR net", "PSNR copy"))]
    row = next(line for line in table.splitlines() if line.startswith("PSNR of mean MSE copy"))
    assert row.split()[5:-1] == [f"{value:.3f}" for value in scores["copy"]["psnr_of_mse"]]
    last = table.splitlines()[-1]
    assert last == "frames reproduced exactly, without a PSNR of their own: copy 5"


def test_nothing_but_exact_frames():
    _, table = table_of(still=12)
    row = next(line for line in table.splitlines() if line.startswith("PSNR of mean MSE copy"))
    assert row.split()[5:] == ["exact"] * 5
    assert "inf" not in table and table.endswith("copy 12")


def test_what_is_not_finite_has_no_number():
    lines = scores_table({"a": {"psnr": [np.inf, 20.0], "skill": [-np.inf, np.nan]}}).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["PSNR", "a", "exact", "20.000", "exact"],
        ["SKILL", "a", "-", "-", "-"],
    ]


@pytest.mark.parametrize(
    "scores, message",
    [
        ({}, r"scores_table: received no scores.*persistence"),
        ({"model": {}}, r"no scores"),
        ({"a": {"mse": [1.0]}, "b": {"mae": [1.0]}}, r"the same scores of the same horizon"),
        ({"a": {"mse": [1.0]}, "b": {"mse": [1.0, 2.0]}}, r"Score all methods on the same frames"),
        ({"a": {"mse": 1.0}}, r"arrays \(horizon,\)"),
        ({"a": {"exact_frames": [1]}}, r"exact_frames, which are told below a table"),
    ],
)
def test_errors_have_three_parts(scores, message):
    refused(message, scores_table, scores)


def test_width_is_checked():
    refused("width=3", scores_table, {"a": {"mse": [1.0]}}, width=3)
