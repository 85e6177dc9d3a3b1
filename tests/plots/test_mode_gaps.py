import numpy as np
import pytest
from PIL import Image
from scipy import stats

from st_keras.plots.mode_gaps import _percent, mode_gaps

GAPS = {
    "PredRNN": {"one_digit": [0.2, 0.3, 0.25], "two_digits": [0.4, 0.5, 0.45]},
    "ModeRNN": {"one_digit": [-0.1, 0.0], "two_digits": [0.05]},
}


def intervals(axes):
    """Place, mean, low and high end of each interval, in the order drawn."""
    found = []
    for container in axes.containers:
        x, mean = container.lines[0].get_xydata()[0]
        ends = [mean, mean]
        if container.has_yerr:
            ends = container.lines[2][0].get_segments()[0][:, 1]
        found.append((x, mean, *ends))
    return np.array(found)


def dots(axes):
    return [line for line in axes.get_lines() if line.get_alpha()]


def modes(axes):
    return [text.get_text() for text in axes.get_xticklabels()]


def test_numbers(drawn):
    figure = drawn(mode_gaps, GAPS, title="a study")
    axes = figure.axes[0]
    assert modes(axes) == ["one_digit", "two_digits"] and figure.get_suptitle() == "a study"
    seeds = [line.get_ydata().tolist() for line in dots(axes)]
    assert seeds == [values for model in GAPS.values() for values in model.values()]
    found = intervals(axes)
    for (_, mean, low, high), values in zip(found[:3], seeds[:3], strict=True):
        expected = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
        assert np.allclose((mean, low, high), (np.mean(values), *expected))
    assert found[3, 1:].tolist() == [0.05] * 3, "one seed has no interval"
    legend = figure.legends[0]
    assert [t.get_text() for t in legend.get_texts()] == list(GAPS)
    assert "95 %" in legend.get_title().get_text()


def test_models_stand_side_by_side_above_their_mode(drawn):
    axes = drawn(mode_gaps, GAPS).axes[0]
    first, second = intervals(axes)[:, 0].reshape(2, 2)  # per model, per mode
    assert (first < second).all() and (second[:-1] < first[1:]).all()
    border = (second[0] + first[1]) / 2
    ticks = axes.get_xticks()
    assert first[0] - 1 < ticks[0] < border < ticks[1] < second[1] + 0.5
    for line, (x, *_) in zip(dots(axes), intervals(axes), strict=True):
        assert (line.get_xdata() < x).all() and (line.get_xdata() > x - 0.6).all()
    assert len({line.get_color() for line in dots(axes)}) == 2
    assert len({line.get_marker() for line in dots(axes)}) == 2


def test_the_zero_line_is_labelled(drawn):
    figure = drawn(mode_gaps, {"a": {"m": [0.2, 0.3]}})
    axes = figure.axes[0]
    assert [line for line in axes.get_lines() if list(line.get_ydata()) == [0, 0]]
    (label,) = (t for t in axes.texts if t.get_text().replace("\n", " ") == "mixture = single")
    assert label.xy == (1, 0)
    box, zero = label.get_window_extent(), axes.transData.transform((0, 0))[1]
    assert box.y0 < zero < box.y1, "beside the line"
    assert box.x0 >= axes.get_window_extent().x1 and box.x1 <= figure.bbox.x1


@pytest.mark.parametrize("value", [0.3, -0.3, 0.0, 1e-4])
def test_zero_and_the_values_are_within_sight(drawn, value):
    low, high = drawn(mode_gaps, {"a": {"m": [value]}}).axes[0].get_ylim()
    assert low < min(0, value) and max(0, value) < high and high - low >= 0.05


def test_wide_intervals_are_within_sight(drawn):
    axes = drawn(mode_gaps, {"a": {"m": [0.1, 0.5]}}).axes[0]
    low, high = axes.get_ylim()
    assert low < intervals(axes)[0, 2] < -1 and 2 < intervals(axes)[0, 3] < high


def test_percent():
    texts = [_percent(value, None) for value in (0.1, 0.0, -0.025, 1.5, 1e-12)]
    assert texts == ["+10 %", "0 %", "\N{MINUS SIGN}2.5 %", "+150 %", "0 %"]


def test_axis_is_in_percent(drawn):
    axes = drawn(mode_gaps, {"a": {"m": [0.2, -0.1]}}).axes[0]
    labels = {
        t.get_text(): y for t, y in zip(axes.get_yticklabels(), axes.get_yticks(), strict=True)
    }
    assert labels["0 %"] == 0 and all(text.endswith(" %") for text in labels)


def test_confidence(drawn):
    wide, narrow = (drawn(mode_gaps, GAPS, confidence=c) for c in (0.95, 0.5))
    assert np.ptp(intervals(wide.axes[0])[0, 2:]) > 3 * np.ptp(intervals(narrow.axes[0])[0, 2:])
    assert "50 %" in narrow.legends[0].get_title().get_text()


def test_missing_modes(drawn):
    axes = drawn(mode_gaps, {"a": {"x": [0.1], "y": [0.2]}, "b": {"y": [0.3], "z": [0.4]}}).axes[0]
    assert modes(axes) == ["x", "y", "z"] and len(axes.containers) == 4
    places = intervals(axes)[:, 0]
    nearest = [int(np.argmin(np.abs(axes.get_xticks() - x))) for x in places]
    assert nearest == [0, 1, 1, 2]


def test_of_collapse_gap(drawn):
    from st_keras.metrics.modes import collapse_gap

    gap = collapse_gap({"walk": [55, 60], "run": [90, 80]}, {"walk": 50, "run": 100})
    gaps = {"ModeRNN": {**gap.per_seed, "mean": gap.mean_per_seed}}
    axes = drawn(mode_gaps, gaps).axes[0]
    assert modes(axes) == ["walk", "run", "mean"]
    assert np.allclose(intervals(axes)[:, 1], [*gap.gaps.values(), gap.mean])


def test_larger_gaps_stand_higher_in_the_picture(tmp_path):
    path = mode_gaps(tmp_path / "new" / "g.png", {"a": {"m": [-0.2]}, "b": {"m": [0.4]}})
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB")).astype(int)
    # The topmost pixel of each colour: both stand in the legend too, further down.
    blue, orange = (
        np.argwhere((np.abs(picture - colour) < 3).all(axis=-1))[0]
        for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00))
    )
    assert blue[0] > orange[0] + 200 and blue[1] < orange[1] - 50


@pytest.mark.parametrize(
    "models, count, name",
    [(1, 1, "m"), (3, 4, "rotating_scaling"), (10, 2, "m"), (1, 9, "appearing_disappearing")],
)
def test_texts_do_not_overlap(drawn, overlapping, models, count, name):
    rng = np.random.default_rng(0)
    gaps = {
        f"model {m}": {f"{name}_{k}": rng.normal(size=3) for k in range(count)}
        for m in range(models)
    }
    figure = drawn(mode_gaps, gaps, title="title")
    assert overlapping(figure) == []
    styles = {(line.get_color(), line.get_marker()) for line in dots(figure.axes[0])}
    assert len(styles) == models
    assert figure.legends[0].get_window_extent().width <= figure.bbox.width


@pytest.mark.parametrize(
    "gaps, message",
    [
        ({}, r"mode_gaps: received gaps of type dict without gaps.*collapse_gap"),
        ({"a": {}}, r"without gaps of any model"),
        ([0.5], r"gaps of type list"),
        ({"a": [0.5]}, r"a dict of models, each with a dict of modes"),
        ({"a": {"m": 0.5}}, r"gaps\['a'\]\['m'\] of shape \(\), rank 0.*seeds"),
        ({"a": {"m": []}}, r"gaps\['a'\]\['m'\] of shape \(0,\), empty"),
        ({"a": {"m": [0.5, np.nan]}}, r"gaps\['a'\]\['m'\] with 1 of 2 values NaN"),
    ],
)
def test_errors(tmp_path, gaps, message):
    with pytest.raises(ValueError, match=message):
        mode_gaps(tmp_path / "g.png", gaps)
    assert not list(tmp_path.iterdir())
