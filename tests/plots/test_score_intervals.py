import numpy as np
import pytest
from PIL import Image

from st_keras.plots import score_intervals

SCORES = {
    "SlowVAE": {"mcc": [0.7, 0.6, 0.65], "mig": [0.3, 0.2, 0.25]},
    "beta-VAE": {"mcc": [0.5, 0.55], "mig": [0.1]},
}


def intervals(axes):
    """Mean, low and high end of each interval in the panel."""
    found = []
    for container in axes.containers:
        mean = container.lines[0].get_ydata()[0]
        ends = [mean, mean]
        if container.has_yerr:
            ends = container.lines[2][0].get_segments()[0][:, 1]
        found.append((mean, *ends))
    return np.array(found)


def test_one_panel_per_score(drawn):
    figure = drawn(score_intervals, SCORES, title="a study")
    mcc, mig = figure.axes
    assert [axes.get_title() for axes in (mcc, mig)] == ["mcc", "mig"]
    half = 4.302653 * 0.05 / np.sqrt(3)
    assert np.allclose(intervals(mcc)[0], [0.65, 0.65 - half, 0.65 + half])
    assert intervals(mcc)[1][0] == 0.525 and np.ptp(intervals(mig)[1]) == 0
    dots = [line.get_ydata().tolist() for line in mcc.get_lines() if line.get_alpha()]
    assert dots == [[0.7, 0.6, 0.65], [0.5, 0.55]], "every seed is drawn, in the order given"
    legend = figure.legends[0]
    assert [t.get_text() for t in legend.get_texts()] == ["SlowVAE", "beta-VAE"]
    assert "95 %" in legend.get_title().get_text()


def test_methods_stand_side_by_side(drawn):
    axes = drawn(score_intervals, SCORES).axes[0]
    xs = [line.get_xdata() for line in axes.get_lines() if line.get_alpha()]
    assert xs[0].max() < xs[1].min() and len(set(xs[0])) == 3
    colours = {line.get_color() for line in axes.get_lines() if line.get_alpha()}
    markers = {line.get_marker() for line in axes.get_lines() if line.get_alpha()}
    assert len(colours) == len(markers) == 2


def test_confidence_is_written_and_used(drawn):
    wide, narrow = (drawn(score_intervals, SCORES, confidence=c) for c in (0.95, 0.5))
    assert np.ptp(intervals(wide.axes[0])[0]) > 3 * np.ptp(intervals(narrow.axes[0])[0])
    assert "50 %" in narrow.legends[0].get_title().get_text()


def test_score_objects_and_missing_scores(drawn):
    from st_keras.metrics.disentanglement import Score

    score = Score("mcc", 0.5, {}, {})
    figure = drawn(score_intervals, {"a": {"mcc": [score, score]}, "b": {"mig": (0.1, 0.2)}})
    assert [len(axes.containers) for axes in figure.axes] == [1, 1]
    assert intervals(figure.axes[0])[0][0] == 0.5


def test_better_scores_stand_higher_in_the_picture(tmp_path):
    path = score_intervals(tmp_path / "new" / "s.png", {"a": {"x": [0.1]}, "b": {"x": [0.9]}})
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB")).astype(int)
    # The topmost pixel of each colour: both stand in the legend too, further down.
    blue, orange = (
        np.argwhere((np.abs(picture - colour) < 3).all(axis=-1))[0]
        for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00))
    )
    assert blue[0] > orange[0] + 200 and blue[1] < orange[1] - 50


@pytest.mark.parametrize("methods, names", [(1, 1), (7, 1), (3, 4), (2, 9)])
def test_texts_do_not_overlap(drawn, overlapping, methods, names):
    rng = np.random.default_rng(0)
    scores = {
        f"method {m}": {f"factor_vae_score_{n}": rng.random(5) for n in range(names)}
        for m in range(methods)
    }
    figure = drawn(score_intervals, scores, title="title")
    assert overlapping(figure) == []
    assert sum(axes.get_visible() for axes in figure.axes) == names


@pytest.mark.parametrize(
    "scores, message",
    [
        ({}, r"score_intervals: received scores of type dict without scores.*'SlowVAE'"),
        ({"a": {}}, r"without scores of any method"),
        ([0.5], r"scores of type list"),
        ({"a": [0.5]}, r"a dict of methods, each with a dict of scores"),
        ({"a": {"mcc": 0.5}}, r"scores\['a'\]\['mcc'\] of shape \(\), rank 0.*seeds"),
        ({"a": {"mcc": []}}, r"scores\['a'\]\['mcc'\] of shape \(0,\), empty"),
        ({"a": {"mcc": [0.5, np.nan]}}, r"scores\['a'\]\['mcc'\] with 1 of 2 values NaN"),
    ],
)
def test_errors(tmp_path, scores, message):
    with pytest.raises(ValueError, match=message):
        score_intervals(tmp_path / "s.png", scores)
    assert not list(tmp_path.iterdir())
