"""Where pixels lie: north up, round lines, outlines in their places."""

import numpy as np
import pytest

from st_keras.datasets import Grid
from st_keras.plots.picture_places import PicturePlaces
from tests.refusals import refused

FRAMES = np.arange(12.0).reshape(1, 3, 4, 1)
NORTH_FIRST = Grid(
    y=np.array([52.0, 51, 50]),
    x=np.arange(4.0) + 3,
    y_attributes={"units": "degrees_north"},
    x_attributes={"units": "degrees_east"},
)
SOUTH_FIRST = Grid(y=NORTH_FIRST.y[::-1], x=NORTH_FIRST.x[::-1])


def test_north_is_up_and_east_to_the_right():
    given = PicturePlaces("here", (3, 4), NORTH_FIRST)
    np.testing.assert_array_equal(given.oriented(FRAMES), FRAMES)
    turned = PicturePlaces("here", (3, 4), SOUTH_FIRST)
    np.testing.assert_array_equal(turned.oriented(FRAMES), FRAMES[:, ::-1, ::-1])
    assert turned.oriented(None) is None
    unknown = PicturePlaces("here", (3, 4))
    assert not unknown.known and unknown.oriented(FRAMES) is FRAMES
    assert unknown.lines("x") == ([], []) and unknown.unit_note is None


def test_lines_are_where_their_coordinates_are():
    for grid in (NORTH_FIRST, SOUTH_FIRST):
        places = PicturePlaces("here", (3, 4), grid)
        assert dict(zip(*places.lines("y")[::-1], strict=True)) == {"52": 0, "51": 1, "50": 2}
        columns = dict(zip(*places.lines("x")[::-1], strict=True))
        assert columns and all(place == float(label) - 3 for label, place in columns.items())
    places = PicturePlaces("here", (3, 4), NORTH_FIRST)
    assert places.caption.endswith("y = 52, 51, 50 °") and places.unit_note == "lines: °"


def test_metres_are_shown_as_kilometres():
    metres = {"units": "m"}
    grid = Grid(y=np.arange(100.0, 0, -1) * 1e3, x=np.arange(200.0) * 1e3, y_attributes=metres,
                x_attributes=metres)  # fmt: skip
    places = PicturePlaces("here", (100, 200), grid)
    for place, label in zip(*places.lines("x"), strict=True):
        assert place == pytest.approx(float(label))
    assert " km" in places.caption and places.unit_note == "lines: km"


def test_extent_is_of_edges_with_the_top_row_first():
    places = PicturePlaces("here", (3, 4), extent=(0, 8, 10, 16), outlines=[([0, 8], [16, 10])])
    # Corners of the frame are half a pixel outside the middles of its corner pixels.
    np.testing.assert_allclose(places.outlines[0], [(-0.5, -0.5), (3.5, 2.5)])


def test_outlines_are_parted_at_nan_and_go_on_outside():
    x, y = np.array([3.0, 4, np.nan, 6, 106]), np.array([52.0, 51, np.nan, 50, 50])
    places = PicturePlaces("here", (3, 4), NORTH_FIRST, outlines=[(x, y), ([1.0], [1.0])])
    first, second = places.outlines
    np.testing.assert_allclose(first, [(0, 0), (1, 1)])
    np.testing.assert_allclose(second, [(3, 2), (103, 2)])


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"grid": NORTH_FIRST, "extent": (0, 1, 0, 1)}, "grid and extent"),
        ({"outlines": [([0, 1], [0, 1])]}, r"1 outline\(s\) without coordinates"),
        ({"extent": (1, 0, 0, 1)}, r"extent=\(1, 0, 0, 1\).*left < right"),
        ({"extent": 3}, "extent=3"),
        ({"grid": Grid(y=np.arange(2.0), x=np.arange(4.0))}, "coordinates of 2 x 4 pixels"),
        ({"grid": Grid(y=np.array([0.0, 2, 1]), x=np.arange(4.0))}, "ascend or descend"),
        ({"grid": NORTH_FIRST, "outlines": [([0, 1], [0])]}, "an outline that is no pair"),
        ({"grid": NORTH_FIRST, "outlines": [3]}, "an outline that is no pair"),
    ],
)
def test_errors(kwargs, message):
    refused(f"here: received .*{message}", PicturePlaces, "here", (3, 4), **kwargs)
