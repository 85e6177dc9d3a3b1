import tracemalloc

import numpy as np
import pytest
from scipy import ndimage

from st_keras.datasets import MovingDigits, load_digit_images
from st_keras.datasets.modes.digit_renderer import check_image_size, draw_digits
from st_keras.datasets.modes.tracks import Tracks

IMAGE_SIZE = (40, 48)
DIGITS = load_digit_images("sklearn", "test")[0]
FREE = np.subtract(IMAGE_SIZE, 28)


def at_pixels(corners, **pose):
    return Tracks(np.asarray(corners, "float64") / FREE, **pose)


def drawn(digit, corners, **pose):
    """Frames (T, H, W) of one digit."""
    track = at_pixels(np.asarray(corners)[None], **pose)
    return draw_digits(digit[None, None], [track], IMAGE_SIZE)[0]


def test_upright_digits_are_drawn_exactly_as_moving_digits_do():
    digits = MovingDigits(num_digits=3, image_size=IMAGE_SIZE, seed=4)
    chosen, corners = digits._draw(0, 6)
    # Not on the pixel, to see the rounding too.
    away = np.random.default_rng(0).uniform(-0.4, 0.4, corners.shape)
    tracks = [at_pixels(c) for c in corners + away]
    frames = draw_digits(digits.images[chosen], tracks, IMAGE_SIZE)
    assert frames.dtype == np.uint8 and frames.flags.c_contiguous
    np.testing.assert_array_equal(frames, np.rint(255 * digits.sequences(0, 6)[..., 0]))


def test_what_leaves_the_image_is_cut():
    corners = [(-9, 5), (0, 47), (-28, 0), (40, 3), (-500, 10**4), (35, -20)]
    frames = drawn(DIGITS[0], corners)
    wide = np.zeros((40 + 56, 48 + 56), "uint8")
    for frame, (y, x) in zip(frames, corners, strict=True):
        expected = wide.copy()
        y, x = np.clip((y, x), -28, IMAGE_SIZE) + 28
        expected[y : y + 28, x : x + 28] = DIGITS[0]
        np.testing.assert_array_equal(frame, expected[28:-28, 28:-28])
    assert frames[0].any() and not frames[2:5].any()


def test_opacity_scales_the_greys():
    opacity = np.array([[0, 0.3, 1.0]])
    frames = drawn(DIGITS[1], [(4, 7)] * 3, opacity=opacity)
    expected = np.rint(opacity[0][:, None, None] * DIGITS[1])
    np.testing.assert_array_equal(frames[:, 4:32, 7:35], expected)
    assert not frames[0].any()


def reference(digit, corner, angle, scale, opacity=1.0):
    """One digit by SciPy: three taps per axis where it shrinks, then an affine map."""
    source = np.pad(digit.astype("float64"), 8)
    weight = max(0.0, 1 / scale**2 - 1) / 24
    for axis in (0, 1):
        source = ndimage.correlate1d(source, [weight, 1 - 2 * weight, weight], axis)
    cos, sin = np.cos(angle), np.sin(angle)
    # Rows count downwards: a counterclockwise turn takes (y, x) to (y cos - x sin, ...).
    turn = np.array([[cos, -sin], [sin, cos]]) * scale
    inverse = np.linalg.inv(turn)
    centre = np.asarray(corner) + 13.5
    offset = np.array([21.5, 21.5]) - inverse @ centre
    frame = ndimage.affine_transform(source, inverse, offset, IMAGE_SIZE, order=1)
    return opacity * frame


@pytest.mark.parametrize("corner", [(6, 10), (5.3, 9.8), (-4.7, 30.2)])
@pytest.mark.parametrize(
    "angle, scale", [(0.4, 1.0), (-2.0, 1.3), (3.0, 2.2), (0.0, 0.7), (1.0, 0.5), (7.0, 0.85)]
)
def test_turned_and_scaled_digits_equal_scipy(corner, angle, scale):
    pose = {"angle": np.array([[angle]]), "scale": np.array([[scale]]), "opacity": 0.8}
    frame = drawn(DIGITS[2], [corner], **pose)[0]
    expected = reference(DIGITS[2], corner, angle, scale, 0.8)
    assert expected.max() > 100
    np.testing.assert_allclose(frame, expected, atol=0.51)


@pytest.mark.parametrize("scale", [0.25, 0.5, 0.7, 0.9])
def test_the_corners_of_a_turned_square_are_all_there(scale):
    square = np.full((28, 28), 255, "uint8")
    for corner in [(6, 10), (5.4, 9.9)]:
        frame = drawn(square, [corner], angle=np.pi / 4, scale=scale)[0]
        y, x = np.nonzero(frame)
        half = scale * 14 * np.sqrt(2)
        reach = [y.min() - corner[0] - 13.5, y.max() - corner[0] - 13.5]
        reach += [x.min() - corner[1] - 13.5, x.max() - corner[1] - 13.5]
        np.testing.assert_allclose(np.abs(reach), half, atol=1.1)


def test_a_quarter_turn_is_counterclockwise_and_exact():
    frames = drawn(DIGITS[3], [(5, 9)] * 3, angle=np.array([[0, np.pi / 2, np.pi]]))
    for turns, frame in enumerate(frames):
        patch = frame[5:33, 9:37].astype(int)
        np.testing.assert_allclose(patch, np.rot90(DIGITS[3], turns), atol=1)
        assert frame.sum(dtype=int) == patch.sum()


def test_turning_keeps_the_mass():
    angle = np.linspace(0, 2 * np.pi, 50)[None]
    for digit in DIGITS[:10]:
        mass = drawn(digit, [(6.3, 9.6)] * 50, angle=angle).sum(axis=(1, 2), dtype="int64")
        np.testing.assert_allclose(mass, digit.sum(dtype="int64"), rtol=0.01)


def test_mass_grows_with_the_square_of_the_scale():
    scale = np.linspace(0.25, 1.3, 19)[None]
    for digit in DIGITS[:10]:
        mass = drawn(digit, [(6.4, 9.9)] * 19, angle=0.3, scale=scale).sum(
            axis=(1, 2), dtype="int64"
        )
        np.testing.assert_allclose(mass / scale[0] ** 2, digit.sum(dtype="int64"), rtol=0.04)


def test_shrinking_does_not_alias():
    stripes = np.zeros((28, 28), "uint8")
    stripes[::2] = 255
    scale = np.array([[0.5, 0.3]])
    for frame, s in zip(drawn(stripes, [(6.25, 10.0)] * 2, scale=scale), scale[0], strict=True):
        middle = slice(17, 24), slice(20, 28)
        matrix = np.eye(2) / s
        offset = 13.5 - matrix @ (np.array([6.25, 10.0]) + 13.5)
        raw = ndimage.affine_transform(stripes.astype(float), matrix, offset, IMAGE_SIZE, order=1)
        aliased = np.abs(raw[middle] - 127.5).mean()  # fine stripes should be seen as grey
        assert aliased > 50
        assert np.abs(frame[middle] - 127.5).mean() < 0.55 * aliased


def test_overlap_takes_the_maximum_whatever_the_pose():
    corners = [[[6, 9]], [[8, 12.4]], [[2, 3]]]
    angle, opacity = np.array([[0], [0.7], [0]]), np.array([[1], [0.9], [0.5]])
    together = draw_digits(
        DIGITS[None, :3], [at_pixels(corners, angle=angle, opacity=opacity)], IMAGE_SIZE
    )[0, 0]
    alone = [
        drawn(DIGITS[k], corners[k], angle=angle[k : k + 1], opacity=opacity[k : k + 1])[0]
        for k in range(3)
    ]
    np.testing.assert_array_equal(together, np.max(alone, axis=0))


def test_sequences_do_not_see_each_other():
    rng = np.random.default_rng(1)
    tracks = [
        Tracks(rng.random((2, 5, 2)), square="visible"),
        Tracks(rng.random((2, 5, 2)), angle=1.0),
        Tracks(rng.random((2, 5, 2)), scale=np.array([[0.6], [1.0]]) * np.ones((2, 5))),
        Tracks(rng.random((2, 5, 2)), angle=2.0, scale=[[0.25, 0.3, 0.35, 0.4, 0.9], [1.1] * 5]),
        Tracks(rng.random((2, 5, 2)), angle=rng.random((2, 5)), scale=3.0),
        Tracks(rng.random((2, 5, 2))),
    ]
    images = DIGITS[:12].reshape(6, 2, 28, 28)
    together = draw_digits(images, tracks, IMAGE_SIZE)
    for i, track in enumerate(tracks):
        alone = draw_digits(images[i : i + 1], [track], IMAGE_SIZE)
        np.testing.assert_array_equal(together[i], alone[0])


def test_memory_does_not_grow_with_the_number_of_turned_digits():
    def peak(count):
        tracks = [Tracks(np.full((1, 32, 2), 0.5), angle=0.3)] * count
        images = np.repeat(DIGITS[:1, None], count, axis=0)
        tracemalloc.start()
        frames = draw_digits(images, tracks, IMAGE_SIZE)
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return taken - frames.nbytes

    # 16 sequences of 32 frames are drawn in one go, 128 in eight: eight times the memory if not.
    assert peak(128) < 3 * peak(16)


def test_image_size():
    assert check_image_size("doc", 29, (28, 28)) == (29, 29)
    assert check_image_size("doc", [40, 30], (28, 28)) == (40, 30)
    for size, match in [
        (28, r"doc: received image_size=\(28, 28\) for digits of \(28, 28\).*image_size=29"),
        ((64, 28), "larger than a digit"),
        ((1, 2, 3), r"\(1, 2, 3\).*an int or \(height, width\)"),
        ("big", "image_size='big'"),
        (64.0, "image_size=64.0"),
    ]:
        with pytest.raises(ValueError, match=match):
            check_image_size("doc", size, (28, 28))
