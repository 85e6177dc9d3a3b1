import numpy as np
import pytest

from st_keras.plots import learning_curves
from st_keras.plots.figure_file import COLOURS

STEPS = [100, 200, 300]


def test_every_seed_and_the_mean_are_drawn(tmp_path):
    low = {"a": [[3, 2, 1], [5, 4, 3]], "b": [[2, 2, 2]]}
    path = learning_curves(tmp_path / "curves.svg", STEPS, low, y_label="MSE", title="modes")
    text = path.read_text()
    assert "MSE" in text and "modes" in text
    # Mean and seeds, and the entry in the legend: markers count for themselves.
    for colour, curves in zip(COLOURS, (2 + 1 + 1, 1 + 1 + 1), strict=False):
        lines = [
            line for line in text.splitlines() if "fill: none; stroke: " + colour.lower() in line
        ]
        assert len(lines) == curves


def test_another_curve_is_another_picture(tmp_path):
    first = learning_curves(tmp_path / "a.png", STEPS, {"a": [[3, 2, 1]]}).read_bytes()
    second = learning_curves(tmp_path / "b.png", STEPS, {"a": [[3, 2, 1.5]]}).read_bytes()
    assert first != second
    assert learning_curves(tmp_path / "c.png", STEPS, {"a": [[3, 2, 1]]}).read_bytes() == first


@pytest.mark.parametrize(
    "losses, message",
    [
        ({}, r"learning_curves: received losses of type dict without methods"),
        ([[1, 2, 3]], r"losses of type list"),
        ({"a": [[1, 2]]}, r"losses\['a'\] of shape \(1, 2\) for 3 steps"),
        ({"a": [[1, 2, np.nan]]}, r"losses\['a'\]"),
    ],
)
def test_bad_input_writes_nothing(losses, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        learning_curves(tmp_path / "curves.png", STEPS, losses)
    assert not list(tmp_path.iterdir())
