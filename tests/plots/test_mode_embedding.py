import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from st_keras.plots.figure_file import COLOURS
from st_keras.plots.mode_embedding import mode_embedding

LABELS = np.array([0, 1, 2] * 20)
PLACES = np.random.default_rng(0).normal(size=(60, 2)) + 3 * LABELS[:, None]
NAMES = ["one_digit", "two_digits", "three_digits"]


def points(figure):
    """All points that are drawn, by colour: colour -> (N, 2)."""
    found = {}
    for collection in figure.axes[0].collections:
        colour = to_hex(collection.get_facecolor()[0]).upper()
        found.setdefault(colour, []).extend(np.asarray(collection.get_offsets()).tolist())
    return found


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_every_point_has_the_colour_of_its_mode(drawn):
    figure = drawn(mode_embedding, PLACES, LABELS, NAMES, title="ModeRNN")
    found = points(figure)
    assert list(found) == list(COLOURS[:3])
    for k, colour in enumerate(COLOURS[:3]):
        assert sorted(found[colour]) == sorted(PLACES[LABELS == k].tolist())
    assert legend(figure) == ["one_digit (20)", "two_digits (20)", "three_digits (20)"]
    assert [h.get_color() for h in figure.legends[0].legend_handles] == list(COLOURS[:3])
    axes = figure.axes[0]
    assert axes.get_title() == "ModeRNN" and axes.get_aspect() == 1
    assert not len(axes.get_xticks()) and not len(axes.get_yticks())


def test_colour_and_marker_together_are_different(drawn):
    labels = np.arange(60) % 12
    figure = drawn(mode_embedding, PLACES, labels)
    styles = {(h.get_color(), h.get_marker()) for h in figure.legends[0].legend_handles}
    assert len(styles) == 12
    first = [h.get_marker() for h in figure.legends[0].legend_handles[:7]]
    assert len(set(first)) == 7, "told apart without colours"


def test_markers_of_points_are_those_of_the_legend(drawn):
    figure = drawn(mode_embedding, PLACES, LABELS)
    from matplotlib.markers import MarkerStyle

    for handle in figure.legends[0].legend_handles:
        marker = MarkerStyle(handle.get_marker())
        expected = marker.get_path().transformed(marker.get_transform()).vertices
        same = [c for c in figure.axes[0].collections
                if to_hex(c.get_facecolor()[0]).upper() == handle.get_color()]  # fmt: skip
        assert all(np.allclose(c.get_paths()[0].vertices, expected) for c in same)


def test_no_mode_covers_another(drawn):
    # The last mode does not come after all points of the first.
    colours = [to_hex(c.get_facecolor()[0]).upper()
               for c in drawn(mode_embedding, PLACES, LABELS).axes[0].collections]  # fmt: skip
    assert colours.index(COLOURS[2]) < len(colours) - 1 - colours[::-1].index(COLOURS[0])


def test_missing_modes_keep_their_colours(drawn):
    figure = drawn(mode_embedding, PLACES[:40], np.repeat([2, 0], 20), NAMES)
    assert legend(figure) == ["one_digit (20)", "three_digits (20)"]
    assert set(points(figure)) == {COLOURS[0], COLOURS[2]}
    assert sorted(points(figure)[COLOURS[2]]) == sorted(PLACES[:20].tolist())


def test_labels_without_names(drawn):
    assert legend(drawn(mode_embedding, PLACES, 10 * LABELS)) == [
        "mode 0 (20)",
        "mode 10 (20)",
        "mode 20 (20)",
    ]
    found = legend(drawn(mode_embedding, PLACES, np.array(["walk", "run", "swim"])[LABELS]))
    assert found == ["run (20)", "swim (20)", "walk (20)"]


def test_order_of_the_rows_does_not_matter_for_places(drawn):
    order = np.random.default_rng(1).permutation(60)
    one = points(drawn(mode_embedding, PLACES, LABELS))
    other = points(drawn(mode_embedding, PLACES[order], LABELS[order]))
    assert {c: sorted(p) for c, p in one.items()} == {c: sorted(p) for c, p in other.items()}


def test_one_point(drawn):
    assert points(drawn(mode_embedding, [[0.5, 1.0]], [0])) == {COLOURS[0]: [[0.5, 1.0]]}


def test_pixels(tmp_path):
    # Blue left below, orange right above.
    places = np.array([[0.0, 0.0], [1.0, 1.0]])
    path = mode_embedding(
        tmp_path / "new" / "e.png", np.repeat(places, 30, 0), np.repeat([0, 1], 30)
    )
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB")).astype(int)[:680]  # without the legend
    blue, orange = (
        np.argwhere((np.abs(picture - colour) < 6).all(axis=-1)).mean(axis=0)
        for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00))
    )
    assert blue[0] > orange[0] + 200 and blue[1] < orange[1] - 200


@pytest.mark.parametrize("modes, name", [(1, "m"), (3, "a rather long name of a mode"), (20, "m")])
def test_texts_do_not_overlap(drawn, overlapping, modes, name):
    names = [f"{name} {k}" for k in range(modes)]
    figure = drawn(mode_embedding, PLACES, np.arange(60) % modes, names, title="title")
    assert overlapping(figure) == [] and len(legend(figure)) == modes
    assert figure.legends[0].get_window_extent().width <= figure.bbox.width


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((PLACES[0], LABELS), r"embedding of shape \(2,\), rank 1"),
        ((PLACES[:, :1], LABELS), r"embedding of shape \(60, 1\).*tsne_embedding first"),
        ((PLACES * np.nan, LABELS), r"embedding with 120 of 120 values NaN"),
        ((PLACES[:0], []), r"embedding of shape \(0, 2\), empty"),
        ((PLACES, LABELS[:3]), r"labels of type ndarray, shape \(3,\).*for 60 places"),
        ((PLACES, LABELS * 1.0), r"dtype float64.*labels.astype\(int\)"),
        ((PLACES[:2], [[0], [1, 2]]), r"labels of type list, shape \(\), dtype object"),
        ((PLACES, LABELS, NAMES[:2]), r"2 names .*for the labels \[0, 1, 2\]"),
        ((PLACES, LABELS - 1, NAMES), r"for the labels \[-1, 0, 1\]"),
        ((PLACES, LABELS, "abc"), r"1 names \['abc'\]"),
        ((PLACES, np.array(NAMES)[LABELS], NAMES), r"int labels from 0"),
    ],
)
def test_errors(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=r"mode_embedding: received .*Required: ") as info:
        mode_embedding(tmp_path / "e.png", *arguments)
    assert info.match(message)
    assert not list(tmp_path.iterdir())
