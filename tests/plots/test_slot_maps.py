import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from st_keras.plots.figure_file import COLOURS, MARKERS
from st_keras.plots.sequence_images import HATCH
from st_keras.plots.slot_maps import _chosen_columns, _colour_maps, slot_maps
from tests.plots.frames import sequence

YELLOW, PURPLE = (253, 231, 36), (68, 1, 84)  # the ends of viridis


def arrays(steps=6, slots=3, height=12, width=18, seed=0, several=None):
    """Frames, attention and importance of one sequence, or of `several`."""
    rng = np.random.default_rng(seed)
    head = () if several is None else (several,)
    return (
        rng.random((*head, steps, height, width)),
        rng.random((*head, steps, slots, 4, 6)),
        rng.random((*head, steps, slots)),
    )


def parts(figure, n=0):
    """Axes of images, colour bar and curves of sequence n."""
    return figure.axes[3 * n : 3 * n + 3]


def canvas(figure, n=0):
    return np.asarray(parts(figure, n)[0].get_images()[0].get_array())


def cells(figure, rows, columns, n=0):
    """The colours at the middle of each cell (rows, columns, 3); no break between columns."""
    image = canvas(figure, n)
    y = (np.arange(rows) + 0.5) * (image.shape[0] + 1) / rows - 1
    x = (np.arange(columns) + 0.5) * (image.shape[1] + 1) / columns - 1
    return image[np.rint(y).astype(int)][:, np.rint(x).astype(int)]


def curves(axes):
    return [line for line in axes.get_lines() if len(line.get_xdata()) > 2]


def steps_of(axes):
    return [text.get_text() for text in axes.get_xticklabels()]


def test_rows_are_frames_and_slots(drawn):
    figure = drawn(slot_maps, *arrays())
    images, bar, strip = parts(figure)
    rows = [text.get_text() for text in images.get_yticklabels()]
    assert rows == ["frames", "slot 0", "slot 1", "slot 2"]
    assert bar.get_ylabel() == "attention" and strip.get_ylabel() == "importance"
    assert steps_of(strip) == list("123456") and strip.get_xlabel() == "step"
    assert images.get_title(loc="left") == "" and len(figure.axes) == 3


def test_each_map_is_in_its_place(drawn):
    # Frame t and slot s are grey / coloured by a number of their own.
    frames = np.broadcast_to(np.linspace(0, 1, 4)[:, None, None], (4, 12, 12))
    attention = np.zeros((4, 2, 3, 3))
    attention[1, 0], attention[3, 1], attention[0, 1] = 0.2, 0.2, 0.1
    found = cells(drawn(slot_maps, frames, attention, np.ones((4, 2))), 3, 4)
    assert found[0].tolist() == [[g] * 3 for g in (0, 85, 170, 255)]
    yellow = (found == YELLOW).all(axis=-1)
    purple = (found == PURPLE).all(axis=-1)
    assert np.argwhere(yellow).tolist() == [[1, 1], [2, 3]]
    assert np.argwhere(purple).tolist() == [[1, 0], [1, 2], [1, 3], [2, 1], [2, 2]]


def test_thinned_columns_show_the_steps_of_their_labels(drawn):
    frames = np.broadcast_to(np.linspace(0, 1, 16)[:, None, None], (16, 12, 12))
    attention = np.zeros((16, 1, 3, 3))
    attention[10] = 0.2
    figure = drawn(slot_maps, frames, attention, np.ones((16, 1)), max_columns=4)
    assert steps_of(parts(figure)[2]) == ["1", "6", "11", "16"]
    found = cells(figure, 2, 4)
    assert found[0].tolist() == [[g] * 3 for g in (0, 85, 170, 255)]
    assert (found[1] == YELLOW).all(axis=-1).tolist() == [False, False, True, False]


def test_maps_keep_their_orientation():
    attention = np.zeros((1, 1, 2, 3))
    attention[0, 0, 0, 2] = 1.0  # upper right
    (image,) = _colour_maps(attention, 8, 12, 1.0)[0]
    assert image.shape == (8, 12, 3)
    bright = (image == YELLOW).all(axis=-1)
    assert bright[:4, 8:].all() and bright.sum() == 16
    # Maps larger than the frames are thinned, also by no whole number.
    (image,) = _colour_maps(np.ones((1, 1, 40, 31)), 8, 12, 2.0)[0]
    assert image.shape == (8, 12, 3) and np.ptp(image, axis=(0, 1)).max() == 0


@pytest.mark.parametrize("most", [None, 0.5])
def test_the_scale_of_attention_begins_at_0_and_is_shared(drawn, most):
    frames, attention, importance = arrays(several=2)
    attention[1] *= 0.25
    figure = drawn(slot_maps, frames, attention, importance, attention_max=most)
    limits = [parts(figure, n)[1].get_ylim() for n in range(2)]
    assert limits == [(0, pytest.approx(most or attention.max()))] * 2
    assert canvas(figure, 0)[13:].mean() > canvas(figure, 1)[13:].mean() + 10


def test_attention_of_zero(drawn):
    frames, attention, importance = arrays()
    assert (cells(drawn(slot_maps, frames, 0 * attention, importance), 4, 6)[1:] == PURPLE).all()


def test_curves_stand_below_their_columns(drawn):
    frames, attention, importance = arrays(steps=5)
    images, _, strip = parts(drawn(slot_maps, frames, attention, importance))
    ticks = strip.get_xticks()
    assert np.allclose(np.diff(ticks), 19) and ticks[0] == 8.5  # frames of 18 pixels, gap of 1
    assert strip.get_xlim() == images.get_xlim() == (-0.5, 5 * 19 - 1.5)
    for axis in ("x0", "x1"):
        assert getattr(images.get_position(), axis) == getattr(strip.get_position(), axis)
    for s, line in enumerate(curves(strip)):
        assert np.allclose(line.get_xdata(), ticks) and np.allclose(
            line.get_ydata(), importance[:, s]
        )


def test_curves_show_steps_between_the_columns(drawn):
    frames, attention, importance = arrays(steps=25)
    strip = parts(drawn(slot_maps, frames, attention, importance, max_columns=5))[2]
    assert steps_of(strip) == ["1", "7", "13", "19", "25"]
    x = curves(strip)[0].get_xdata()
    assert len(x) == 25 and (np.diff(x) > 0).all()
    assert np.allclose(x[[0, 6, 12, 18, 24]], strip.get_xticks())


def test_marker_and_colour_tell_the_slot(drawn):
    images, _, strip = parts(drawn(slot_maps, *arrays(slots=9)))
    before = [(line.get_color(), line.get_marker()) for line in images.get_lines()]
    assert before == [(line.get_color(), line.get_marker()) for line in curves(strip)]
    assert before[0] == (COLOURS[0], MARKERS[0]) and len(set(before)) == 9
    heights = [line.get_ydata()[0] for line in images.get_lines()]
    assert heights == list(images.get_yticks()[1:])


def test_lead_times_and_the_end_of_the_context(drawn):
    frames, attention, importance = arrays(steps=5)
    images, _, strip = parts(
        drawn(slot_maps, frames, attention, importance, context_length=2)
    )  # fmt: skip
    assert steps_of(strip) == ["\N{MINUS SIGN}1", "0", "+1", "+2", "+3"]
    assert strip.get_xlabel() == "lead time (frames)"
    for axes in (images, strip):
        border = [x for line in axes.get_lines() if len(x := set(line.get_xdata())) == 1
                  and len(line.get_xdata()) == 2]  # fmt: skip
        assert len(border) == 1
        ticks = strip.get_xticks()
        assert ticks[1] < (place := border[0].pop()) < ticks[2]
        # The line stands in the white gap: no pixel of a frame or a map is below it.
        assert (canvas(drawn(slot_maps, frames, attention, importance, context_length=2))
                [:, round(place)] == 255).all()  # fmt: skip


@pytest.mark.parametrize("steps", [2, 9, 19, 40])
@pytest.mark.parametrize("context_length", [None, 1, 4, 18])
def test_chosen_columns(steps, context_length):
    if context_length is not None and context_length >= steps:
        context_length = steps - 1
    for most in (4, 7, 10):
        shown = _chosen_columns(steps, context_length, most)
        assert len(shown) == min(steps, most) and (np.diff(shown) > 0).all()
        assert shown[-1] == steps - 1
        if context_length is None:
            assert shown[0] == 0
        else:
            assert {context_length - 1, context_length} <= set(shown)


def test_two_modes_in_one_figure(drawn):
    frames, attention, importance = arrays(several=2)
    both = drawn(slot_maps, frames, attention, importance, ["one digit", "two digits"], title="A")
    assert [parts(both, n)[0].get_title(loc="left") for n in range(2)] == [
        "one digit",
        "two digits",
    ]
    assert both.get_suptitle() == "A"
    upper, lower = (parts(both, n)[0].get_position() for n in range(2))
    assert upper.y0 > lower.y1 and upper.x0 == lower.x0
    for n in range(2):
        alone = drawn(slot_maps, frames[n], attention[n], importance[n],
                      attention_max=attention.max())  # fmt: skip
        assert (canvas(both, n) == canvas(alone)).all()
        assert np.allclose([line.get_ydata() for line in curves(parts(both, n)[2])],
                           importance[n].T)  # fmt: skip
    assert parts(both, 0)[2].get_ylim() == parts(both, 1)[2].get_ylim()


def test_titles(drawn):
    figure = drawn(slot_maps, *arrays(several=2))
    assert parts(figure, 1)[0].get_title(loc="left") == "sequence 1"
    assert parts(drawn(slot_maps, *arrays(), "walk"))[0].get_title(loc="left") == "walk"


def test_range_of_importance(drawn):
    frames, attention, importance = arrays()
    low, high = parts(drawn(slot_maps, frames, attention, 0.5 + 1e-7 * importance))[2].get_ylim()
    assert low < 0.46 and high > 0.54, "rounding does not look like a response"
    low, high = parts(drawn(slot_maps, frames, attention, 5 * importance))[2].get_ylim()
    assert low < 5 * importance.min() < 1 and 4 < 5 * importance.max() < high < 6


def test_colour_frames_and_missing_pixels(drawn):
    frames = sequence(6, channels=3)
    frames[0, 6, 9] = np.nan
    _, attention, importance = arrays()
    image = canvas(drawn(slot_maps, frames, attention, importance))
    assert np.abs(image[:12, 19:37] / 255 - frames[1]).max() < 0.003
    assert tuple(image[6, 9]) in HATCH


def test_large_frames_are_thinned(drawn):
    figure = drawn(slot_maps, *arrays(steps=4, height=900, width=700))
    assert canvas(figure).shape[0] < 4 * 310 and figure.get_figwidth() < 4


def test_lists_and_one_step(drawn):
    frames, attention, importance = (array[:1].tolist() for array in arrays())
    assert steps_of(parts(drawn(slot_maps, frames, attention, importance))[2]) == ["1"]


def test_pixels(tmp_path):
    # A slot whose importance rises: its colour is right of the middle above, left below.
    frames, attention, _ = arrays(steps=8, slots=1)
    importance = np.linspace(0, 1, 8)[:, None]
    path = slot_maps(tmp_path / "new" / "s.png", frames, attention, importance)
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB")).astype(int)
    blue = np.argwhere((np.abs(picture - (0x00, 0x72, 0xB2)) < 3).all(axis=-1))
    curve = blue[blue[:, 0] > picture.shape[0] * 0.6]
    assert np.corrcoef(curve.T)[0, 1] < -0.95, "further right is further up"
    assert len(blue) > len(curve) > 300, "and a marker before the row of maps"


@pytest.mark.parametrize(
    "options, slots, steps",
    [
        ({}, 1, 2),
        ({"title": "a title", "context_length": 10}, 4, 20),
        ({"titles": ["one digit", "two digits"], "title": "t", "context_length": 1}, 2, 8),
        ({"max_columns": 40, "context_length": 100}, 3, 200),
    ],
)
def test_texts_do_not_overlap(drawn, overlapping, options, slots, steps):
    several = 2 if "titles" in options else None
    figure = drawn(slot_maps, *arrays(steps, slots, several=several), **options)
    assert overlapping(figure) == []
    assert to_hex(figure.axes[0].get_lines()[0].get_color()) == COLOURS[0].lower()


F, A, W = arrays()


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        ((F, A, W[0]), {}, r"importance of shape \(3,\), rank 1.*axes \(T, S\)"),
        ((F, A, W * np.nan), {}, r"importance with 18 of 18 values NaN"),
        ((F, A, [[1.0], [1.0, 2.0]]), {}, r"importance of type list that is no array"),
        ((F, A[0], W), {}, r"attention of shape \(3, 4, 6\), rank 3.*\(T, S, H', W'\)"),
        ((F, A[None], W[None]), {}, r"frames of shape \(6, 12, 18\) with importance.*\(1, 6, 3\)"),
        ((F, -A, W), {}, r"attention with values down to -.*softmax"),
        ((F, A[:, :2], W), {}, r"attention of \(6, 2\) and importance of \(6, 3\) sequences"),
        ((F[:5], A, W), {}, r"frames of \(5,\), attention of \(6, 3\).*the same numbers"),
        ((F[None], A[None], np.stack([W, W])), {}, r"frames of \(1, 6\).*of \(2, 6, 3\)"),
        ((F[..., None, None], A, W), {}, r"frames of shape \(6, 12, 18, 1, 1\)"),
        ((np.ones((6, 8, 8, 2)), A, W), {}, r"\(T, H, W\), \(T, H, W, 1\) or \(T, H, W, 3\)"),
        (("video", A, W), {}, r"frames of shape \(0,\)"),
        ((F, A, W), {"titles": ["a", "b"]}, r"2 titles for 1 entries"),
        ((F, A, W), {"context_length": 6}, r"context_length=6.*\[1, 5\]"),
        ((F, A, W), {"context_length": 0}, r"context_length=0"),
        ((F, A, W), {"max_columns": 3}, r"max_columns=3"),
        ((F, A, W), {"attention_max": 0}, r"attention_max=0"),
        ((F, A, W), {"cmap": "nope"}, r"cmap='nope'"),
        ((F, A, W), {"vmax": 0}, r"vmin=0 with vmax=0"),
    ],
)
def test_errors(tmp_path, arguments, options, message):
    with pytest.raises(ValueError, match=r"slot_maps: received .*Required: ") as info:
        slot_maps(tmp_path / "s.png", *arguments, **options)
    assert info.match(message)
    assert not list(tmp_path.iterdir())
