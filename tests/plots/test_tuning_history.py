import numpy as np
import pytest

from st_keras.plots import tuning_history
from st_keras.plots.figure_file import COLOURS

SCORES = [0.5, None, 0.3, 0.4, np.nan]


def lines_of(text, colour):
    return [line for line in text.splitlines() if "fill: none; stroke: " + colour.lower() in line]


def test_names_the_best_trial_and_the_failed_ones(tmp_path):
    text = tuning_history(
        tmp_path / "t.svg", SCORES, y_label="val_mse", title="a search"
    ).read_text()
    for words in ("best: 0.3, trial 2", "failed", "val_mse  (lower is better)", "a search"):
        assert f"<!-- {words} -->" in text
    assert len(lines_of(text, COLOURS[1])) == 2  # the line, and its entry in the legend
    highest = tuning_history(tmp_path / "h.svg", SCORES, direction="max").read_text()
    assert "<!-- best: 0.5, trial 0 -->" in highest and "(higher is better)" in highest


def test_no_cross_without_a_failed_trial(tmp_path):
    assert "failed" not in tuning_history(tmp_path / "t.svg", [3.0, 1.0]).read_text()


def test_another_score_is_another_picture(tmp_path):
    first = tuning_history(tmp_path / "a.png", [3.0, 1.0]).read_bytes()
    assert tuning_history(tmp_path / "b.png", [3.0, 2.0]).read_bytes() != first
    assert tuning_history(tmp_path / "c.png", [3.0, 1.0]).read_bytes() == first


def test_one_trial_alone_is_drawn(tmp_path):
    assert tuning_history(tmp_path / "t.png", [1.0]).stat().st_size > 5000


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([],), "tuning_history: received 0 scores, none of them finite"),
        (([None, np.inf],), "received 2 scores, none of them finite. Required: at least one"),
        (([1.0], "up"), "direction='up'"),
    ],
)
def test_bad_input_writes_nothing(arguments, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        tuning_history(tmp_path / "t.png", *arguments)
    assert not list(tmp_path.iterdir())
