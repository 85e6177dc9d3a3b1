import pathlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import stats

from st_keras.plots import transition_histogram
from st_keras.plots.transition_histogram import _bin_edges

DATA = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "data"
RNG = np.random.default_rng(0)
LAPLACE = RNG.laplace(0.0, 0.25, (4000, 1))


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def number(text):
    return float(text.split()[-1])


def test_one_panel_per_column(tmp_path):
    columns = RNG.laplace(size=(50, 4))
    path = transition_histogram(tmp_path / "new" / "t.png", columns, title="a title")
    with Image.open(path) as image:
        assert image.size == (3 * 480, 2 * 465 + 45)
    one = transition_histogram(tmp_path / "one.png", columns[:, :1])
    with Image.open(one) as image:
        assert image.size == (480, 465)


def test_legend_tells_the_fits(drawn):
    axes = drawn(transition_histogram, LAPLACE, ["area"]).axes[0]
    normal, laplace, free = legend(axes)
    assert normal.startswith("normal, std") and number(normal) == pytest.approx(0.354, abs=0.02)
    assert laplace.startswith("Laplace, rate") and number(laplace) == pytest.approx(4, abs=0.2)
    assert free.startswith("gen. normal, power") and number(free) == pytest.approx(1, abs=0.1)
    assert axes.get_xlabel() == "change of area" and axes.get_yscale() == "log"
    assert number(axes.get_title()) == pytest.approx(stats.kurtosis(LAPLACE[:, 0]), abs=0.051)


def test_histogram_is_a_density(drawn):
    axes = drawn(transition_histogram, LAPLACE, bins=31).axes[0]
    heights, edges, low = axes.patches[0].get_data()
    assert np.sum(heights * np.diff(edges)) == pytest.approx(1) and len(heights) == 31
    smallest = 1 / (len(LAPLACE) * (edges[1] - edges[0]))
    assert 0 < low < smallest and axes.get_ylim()[0] == pytest.approx(low), "one value is visible"
    # The Laplace curve runs through the middle of the histogram.
    curve = axes.get_lines()[1].get_data()
    centres = (edges[1:] + edges[:-1]) / 2
    full = heights > 50 * smallest
    ratio = heights[full] / np.interp(centres[full], *curve)
    assert full.sum() > 5 and (np.abs(np.log(ratio)) < 0.35).all()


def test_zeros_are_kept_and_counted(drawn):
    some = np.where(RNG.random(LAPLACE.shape) < 0.3, 0.0, LAPLACE)
    axes = drawn(transition_histogram, some).axes[0]
    share = 100 * np.mean(some == 0)
    assert axes.get_title().endswith(f", {share:.0f} % zeros")
    assert number(legend(axes)[1]) == pytest.approx(1 / np.mean(np.abs(some)), rel=0.01)
    assert len(legend(axes)) == 2, "no generalised normal fits an atom"


def test_a_column_that_never_changes(drawn):
    columns = np.concatenate([np.zeros((4000, 1)), LAPLACE, np.full((4000, 1), 0.5)], axis=1)
    still, moves, always = drawn(transition_histogram, columns, ["a", "b", "c"]).axes
    assert still.texts[0].get_text() == "a\nnever changes" and not still.axison
    assert always.texts[0].get_text() == "c\nalways changes by 0.5"
    assert moves.axison and len(moves.get_lines()) == 3


def test_heavier_tails_are_seen_in_the_picture(tmp_path):
    normal = RNG.normal(size=(4000, 1))
    files = [
        transition_histogram(tmp_path / f"{k}.png", x) for k, x in enumerate([normal, normal**5])
    ]
    grey = []
    for file in files:
        with Image.open(file) as image:
            grey.append((np.abs(np.asarray(image.convert("RGB")) - 191.0) < 2).all(axis=-1).sum())
    assert grey[0] > 1.5 * grey[1] > 1000, "a needle fills less of the panel"


@given(
    st.lists(st.integers(-300, 300), min_size=2, max_size=30).filter(lambda x: len(set(x)) > 1),
    st.sampled_from([3, 8, 61]),
    st.sampled_from([1.0, 0.37, 1e-8, 1e8]),
)
def test_bins_hold_all_values(values, bins, scale):
    x = np.array(values) * scale
    edges = _bin_edges(x, bins)
    assert np.histogram(x, edges)[0].sum() == len(x)
    assert np.allclose(np.diff(edges), edges[1] - edges[0]) and len(edges) <= bins + 3
    if (x == np.rint(x)).all() and scale == 1:
        assert ((edges - 0.5) == np.rint(edges - 0.5)).all(), "whole numbers never lie on an edge"


@pytest.mark.parametrize("columns", [1, 3, 5])
def test_texts_do_not_overlap(drawn, overlapping, columns):
    transitions = 1000 * RNG.standard_t(3, size=(300, columns))
    assert overlapping(drawn(transition_histogram, transitions, title="title")) == []


@pytest.mark.needs_data
def test_natural_transitions_are_sparse(drawn):
    file = DATA / "kitti_masks_kittimots_part.npz"
    if not file.is_file():
        pytest.skip("needs kitti_masks_kittimots_part.npz in ../shared/data beside the repository")
    with np.load(file, allow_pickle=False) as data:
        latents, lengths = data["latents"].astype(float), data["lengths"]
    same = np.ones(len(latents) - 1, bool)
    same[np.cumsum(lengths)[:-1] - 1] = False
    transitions = np.diff(latents, axis=0)[same]
    panels = drawn(transition_histogram, transitions, ["center_y", "center_x", "area"]).axes
    powers = [number(legend(axes)[2]) for axes in panels]
    kurtosis = [float(axes.get_title().split(",")[0].split()[-1]) for axes in panels]
    assert max(powers) < 1.2 and powers[2] < 0.6, "far from the normal distribution's 2"
    assert min(kurtosis) > 5 and kurtosis[2] > 30


@pytest.mark.parametrize(
    "transitions, options, message",
    [
        (LAPLACE[:, 0], {}, r"transition_histogram: received transitions of shape \(4000,\), rank"),
        (LAPLACE[:1], {}, r"transitions of shape \(1, 1\), one row.*codes\[:, 1\]"),
        (LAPLACE[:0], {}, r"transitions of shape \(0, 1\), empty"),
        (LAPLACE + np.nan, {}, r"4000 of 4000 values NaN"),
        (LAPLACE, {"names": ["a", "b"]}, r"2 names for 1 entries"),
        (LAPLACE, {"bins": 2}, r"bins=2"),
    ],
)
def test_errors(tmp_path, transitions, options, message):
    with pytest.raises(ValueError, match=message):
        transition_histogram(tmp_path / "t.png", transitions, **options)
    assert not list(tmp_path.iterdir())
