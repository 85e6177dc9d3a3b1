"""Strips and animations in the colours of radars, with coordinates and outlines."""

import numpy as np
import pytest
from PIL import Image

from st_keras.datasets import Grid
from st_keras.plots import forecast_gif, forecast_strip
from st_keras.plots.radar_colours import radar_colours
from st_keras.plots.sequence_images import HATCH
from tests.refusals import refused

# Rain of 7 mm/h in the north-west quarter, nothing known in the south-east corner, else dry.
RAIN = np.zeros((3, 40, 60))
RAIN[:, :20, :30] = 7.0
RAIN[:, 30:, 50:] = np.nan
COLOUR = radar_colours("test", "radar", "mm/h").images(np.array(7.0))
GRID = Grid(
    y=np.arange(40.0)[::-1],
    x=np.arange(60.0),
    y_attributes={"units": "km"},
    x_attributes={"units": "km"},
)
GIVEN = (RAIN[:2], RAIN[2:], {"a": RAIN[2:]})


def images_of(figure):
    return np.asarray(figure.axes[0].get_images()[0].get_array())


def test_strip_has_classes_a_scale_and_hatching(drawn, overlapping):
    figure = drawn(forecast_strip, *GIVEN, colours="radar", units="mm h-1")
    canvas = images_of(figure)
    found, counts = np.unique(canvas.reshape(-1, 3), axis=0, return_counts=True)
    counts = dict(zip(map(tuple, found.tolist()), counts.tolist(), strict=True))
    assert counts[tuple(COLOUR)] == 4 * 20 * 30
    assert sum(counts[colour] for colour in HATCH) == 4 * 10 * 10
    assert len(counts) == 4  # and white
    bar = figure.axes[1]
    assert [text.get_text() for text in bar.get_yticklabels()][:3] == ["0.1", "0.5", "1"]
    assert bar.get_ylabel() == "mm h-1" and overlapping(figure) == []


def test_strip_draws_lines_and_outlines_inside_each_image(drawn):
    coast = [(np.array([0.0, 59.0]), np.array([39.0, 0.0]))]
    figure = drawn(
        forecast_strip, *GIVEN, colours="radar-safe", units="mm/h", grid=GRID, outlines=coast
    )
    axes = figure.axes[0]
    assert axes.get_xlabel() == ("hatched: no data   lines at x = 0, 20, 40 km; y = 20, 0 km")
    lines, coasts = axes.collections[0::2], axes.collections[1::2]
    assert len(lines) == len(coasts) == 4  # two of the context, the truth, a forecast
    for collection in coasts:
        (path,) = collection.get_paths()
        # From the first to the last pixel of its image.
        assert (np.diff(path.vertices, axis=0) == (59, 39)).all()
        # What goes on outside is cut off there.
        box = axes.transData.inverted().transform_bbox(collection.get_clip_box())
        low, high = np.sort([box.p0, box.p1], axis=0)
        np.testing.assert_allclose(low, path.vertices[0] - 0.5, atol=1e-6)
        np.testing.assert_allclose(high, path.vertices[1] + 0.5, atol=1e-6)
    upright = [path.vertices[:, 0] for path in lines[0].get_paths()[:3]]
    assert [xs.tolist() for xs in upright] == [[0, 0], [20, 20], [40, 40]]


def test_thinned_frames_keep_lines_in_their_places(drawn):
    large = np.zeros((1, 960, 960))
    figure = drawn(
        forecast_strip, large, large, {"a": large}, colours="radar", units="mm",
        extent=(0, 960, 0, 960), max_columns=4,
    )  # fmt: skip
    upright = figure.axes[0].collections[0].get_paths()[0].vertices
    # The image begins half a pixel before 0; three pixels of the frame are one of it.
    assert figure.axes[0].get_xlabel().startswith("lines at x = 200, ")
    assert upright[:, 0].tolist() == pytest.approx([200 / 3 - 0.5] * 2)


@pytest.mark.parametrize("south_first", [False, True])
def test_north_is_up_in_strip_and_animation(tmp_path, drawn, south_first):
    step = -1 if south_first else 1
    grid = Grid(y=GRID.y[::step], x=GRID.x)
    frames = RAIN[:, ::step]
    given = (frames[:2], frames[2:], {"a": frames[2:]})
    options = {"colours": "radar", "units": "mm/h", "grid": grid}
    canvas = images_of(drawn(forecast_strip, *given, **options))
    assert (canvas[:20, :30] == COLOUR).all()
    with Image.open(forecast_gif(tmp_path / "a.gif", *given, **options)) as image:
        page = np.asarray(image.convert("RGB")).astype(int)
    # The panel begins at (26, 8); pixels are 4 x 4.
    panel = page[26 : 26 + 160, 8 : 8 + 240]
    near = (np.abs(panel - COLOUR).sum(axis=-1) < 24).mean
    assert (np.abs(panel[:80, :120] - COLOUR).sum(axis=-1) < 24).mean() > 0.9
    assert (np.abs(panel[80:, :120] - COLOUR).sum(axis=-1) < 24).mean() < 0.05 < near()


def test_animation_has_a_scale_of_all_classes_however_small(tmp_path):
    small = RAIN[:, :8, :8]
    path = forecast_gif(
        tmp_path / "a.gif", small[:2], small[2:], {"a": small[2:]}, scale=1, colours="radar",
        units="mm/h",
    )  # fmt: skip
    with Image.open(path) as image:
        page = np.asarray(image.convert("RGB")).astype(int)
    row = page[26 + 8 + 8 + 5]
    shown = radar_colours("test", "radar", "mm/h")
    wanted = shown.images(np.array(shown.edges)).astype(int)
    nearest = np.abs(row[:, None] - wanted).sum(axis=-1).min(axis=0)
    assert (nearest < 40).all()
    plain = forecast_gif(tmp_path / "b.gif", small[:2], small[2:], {"a": small[2:]}, scale=1)
    with Image.open(plain) as image:
        assert page.shape[0] == image.size[1] + 32


@pytest.mark.parametrize("plot", [forecast_strip, forecast_gif])
def test_errors(tmp_path, plot):
    path = tmp_path / ("a.gif" if plot is forecast_gif else "a.png")
    name = plot.__name__
    refused(f"{name}: received colours='radar' for frames in None", plot, path, *GIVEN,
            colours="radar")  # fmt: skip
    rgb = np.zeros((2, 8, 8, 3))
    refused(f"{name}: received colours='radar' for frames of 3 channels", plot, path, rgb, rgb,
            {"a": rgb}, colours="radar", units="mm/h")  # fmt: skip
    refused(f"{name}: received .*for frames of 40 x 60", plot, path, *GIVEN,
            grid=Grid(y=GRID.x, x=GRID.y))  # fmt: skip
    assert not list(tmp_path.iterdir())
