import numpy as np
import pytest
from PIL import Image

from st_keras.plots import sampling_curve

STEPS = np.arange(0, 1000, 10)


def test_returns_a_figure_and_writes_only_when_asked(tmp_path):
    curves = {"context": np.full(100, 0.5), "horizon": np.linspace(1, 0, 100)}
    figure = sampling_curve(None, STEPS, curves)
    assert [line.get_label() for line in figure.axes[0].get_lines()] == ["context", "horizon"]
    assert not list(tmp_path.iterdir())
    sampling_curve(tmp_path / "new" / "s.png", STEPS, curves, title="schedule")
    with Image.open(tmp_path / "new" / "s.png") as image:
        assert image.size == (975, 540)


@pytest.mark.parametrize(
    "steps, curves, message",
    [
        (STEPS, {}, r"sampling_curve: received steps of shape \(100,\) and 0 curves"),
        (3, {"a": 0.5}, r"steps of shape \(\)"),
        (STEPS, {"a": [0.5]}, r"curves\['a'\] of shape \(1,\) for 100 steps"),
        ([0, 1], {"a": [0.5, 1.5]}, r"one probability in \[0, 1\] per step"),
        ([0, 1], {"a": [0.5, np.nan]}, r"Evaluate the schedule"),
    ],
)
def test_errors(steps, curves, message):
    with pytest.raises(ValueError, match=message):
        sampling_curve(None, steps, curves)
