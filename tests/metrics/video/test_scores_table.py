import numpy as np
import pytest

from st_keras.metrics.video import score_forecasts, scores_table
from tests.metrics.video.frame_pairs import frame_pair


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


def test_infinite_psnr():
    truth, _ = frame_pair()
    assert "inf" in scores_table({"copy": score_forecasts(truth, truth, 1.0)})


@pytest.mark.parametrize(
    "scores, message",
    [
        ({}, r"scores_table: received no scores.*persistence"),
        ({"model": {}}, r"no scores"),
        ({"a": {"mse": [1.0]}, "b": {"mae": [1.0]}}, r"the same scores of the same horizon"),
        ({"a": {"mse": [1.0]}, "b": {"mse": [1.0, 2.0]}}, r"Score all methods on the same frames"),
        ({"a": {"mse": 1.0}}, r"arrays \(horizon,\)"),
    ],
)
def test_errors_have_three_parts(scores, message):
    with pytest.raises(ValueError, match=message):
        scores_table(scores)


def test_width_is_checked():
    with pytest.raises(ValueError, match="width=3"):
        scores_table({"a": {"mse": [1.0]}}, width=3)
