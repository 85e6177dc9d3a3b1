import numpy as np

from st_keras.datasets.modes.tracks import Tracks
from tests.refusals import refused

SQUARE = np.array([[[0.0, 0.0], [1.0, 0.5], [0.5, 1.0]]])  # one digit, three frames


def refuses(match, positions=SQUARE, **arguments):
    refused(match, Tracks, positions, **arguments)


def test_corners_keep_the_digit_inside():
    corners = Tracks(SQUARE).corners(digit_size=(6, 5), image_size=(20, 30))
    np.testing.assert_array_equal(corners, [[[0, 0], [14, 12.5], [7, 25]]])


def test_corners_at_the_edge_of_the_visible_square_are_just_out_of_sight():
    corners = Tracks(SQUARE, square="visible").corners(digit_size=(6, 5), image_size=(20, 30))
    np.testing.assert_array_equal(corners, [[[-6, -5], [20, 12.5], [7, 30]]])


def test_numbers_become_arrays():
    tracks = Tracks(SQUARE, angle=0.5, scale=np.full((1, 3), 2.0))
    assert tracks.angle.tolist() == [[0.5] * 3] and tracks.scale.tolist() == [[2.0] * 3]
    assert tracks.opacity.tolist() == [[1.0] * 3] and tracks.square == "inside"


def test_upright_is_told_for_each_digit_over_all_frames():
    positions = np.repeat(SQUARE, 3, axis=0)
    angle = np.array([[0, 0, 0], [0, 0, 0.1], [0, 0, 0]])
    scale = np.array([[1, 1, 1], [1, 1, 1], [1, 0.9, 1]])
    assert Tracks(positions, angle, scale).is_upright.tolist() == [True, False, False]
    assert Tracks(positions, opacity=0.5).is_upright.all()


def test_refusals():
    refuses(r"positions of shape \(3, 2\), rank 2.*K, T, 2", SQUARE[0])
    refuses(r"positions of shape \(1, 3, 1\).*a row and a column", SQUARE[..., :1])
    refuses(r"positions of shape \(0, 3, 2\)", SQUARE[:0])
    refuses("positions from nan", SQUARE * np.nan)
    refuses(r"positions from 0.0 to 2000.0.*\[-1000, 1000\]", 2000 * SQUARE)
    refuses("positions that forms no array", "left")
    refuses("positions that forms no array", [[1, 2], [3]])
    refuses(r"angle of shape \(3,\).*\(K, T\) = \(1, 3\)", angle=np.zeros(3))
    refuses("angle from inf", angle=np.inf)
    refuses(r"scale from 0.1 .*\[0.25, 4\].*numpy.clip\(scale", scale=0.1)
    refuses("scale from 1.0 to 4.1", scale=np.array([[1, 1, 4.1]]))
    refuses(r"opacity from 0.0 to 1.1.*\[0, 1\]", opacity=np.array([[0, 1, 1.1]]))
    refuses("square='outside'.*'inside', 'visible'", square="outside")
