import json
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets.pairs.sprite_shapes import SHAPES
from st_keras.datasets.pairs.sprites import Sprites
from tests.refusals import refused

SIDE = 21.7
# Both ends of every factor but shape and orientation, with all of those.
EXTREMES = np.stack(
    np.meshgrid(range(3), (0, 5), range(40), (0, 31), (0, 31), indexing="ij"), -1
).reshape(-1, 5)


def test_the_grid_of_dsprites():
    sprites = Sprites()
    assert sprites.image_shape == (64, 64, 1) and len(sprites) == 737_280
    assert sprites.factor_names == (
        "shape",
        "scale",
        "orientation",
        "position_x",
        "position_y",
    )
    assert sprites.factor_sizes == (3, 6, 40, 32, 32)
    assert sprites.categorical == ("shape",) and sprites.scored_factors == sprites.factor_names
    images, factors = sprites.draw_images(64, np.random.default_rng(0))
    assert images.shape == (64, 64, 64, 1) and images.dtype == np.uint8
    assert set(np.unique(images)) == {0, 255} and factors.shape == (64, 5)


def test_areas():
    sprites = Sprites()
    for shape in range(3):
        for scale in range(6):
            factors = np.array([[shape, scale, angle, 9, 20] for angle in range(40)])
            area = (sprites.images(factors) > 0).sum(axis=(1, 2, 3)).mean()
            assert area == pytest.approx((SIDE * (0.5 + 0.1 * scale)) ** 2, rel=0.02)
    # A level square has sides of whole pixels: all six differ.
    level = sprites.images(np.array([[0, scale, 0, 0, 0] for scale in range(6)]))[..., 0]
    assert level.any(axis=1).sum(axis=1).tolist() == [11, 13, 15, 17, 19, 21]


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("size", [64, 16, 17, 33, 128])
def test_sprites_are_whole_in_every_position(antialias, size):
    for shapes in (SHAPES[:3], SHAPES[3:]):
        sprites = Sprites(shapes=shapes, antialias=antialias, image_size=size)
        images = sprites.images(EXTREMES)[..., 0].reshape(-1, 4, size, size)
        mass = images.astype(int).sum(axis=(2, 3))
        assert np.all(mass == mass[:, :1])
        inner = sprites.images(EXTREMES // [1, 1, 1, 31, 31] + [0, 0, 0, 15, 15])
        ink = inner[..., 0].astype(int).sum(axis=(1, 2)).reshape(-1, 4)
        assert np.all(mass == ink)
    if size == 64 and not antialias:
        assert not images[..., [0, -1]].any() and not images[..., [0, -1], :].any()


def test_positions_move_the_image_by_one_pixel():
    sprites = Sprites()
    factors = np.array([[2, 3, 7, x, 4] for x in range(32)])
    images = sprites.images(factors)[..., 0]
    for x in range(32):
        np.testing.assert_array_equal(np.roll(images[0], x, axis=1), images[x])
    down = sprites.images(factors[:, [0, 1, 2, 4, 3]])[..., 0]
    flipped = sprites.images(np.array([[2, 3, 7, 4, y] for y in range(32)]))[..., 0]
    np.testing.assert_array_equal(down, flipped)
    for y in range(32):
        np.testing.assert_array_equal(np.roll(flipped[0], y, axis=0), flipped[y])


def test_centroids_are_the_documented_ones():
    ellipses = Sprites().images(np.array([[1, 4, 11, k, 31 - k] for k in (0, 15, 31)]))[..., 0]
    middle = np.arange(64) + 0.5
    for image, k in zip(ellipses / 255, (0, 15, 31), strict=True):
        assert image.sum(0) @ middle / image.sum() == pytest.approx(16.5 + k, abs=1e-9)
        assert image.sum(1) @ middle / image.sum() == pytest.approx(47.5 - k, abs=1e-9)


def test_images_differ_wherever_they_can():
    factors = np.array([[s, k, a, 8, 8] for s in range(3) for k in range(6) for a in range(40)])
    images = Sprites(antialias=True).images(factors)
    names = [image.tobytes() for image in images]
    # Only the two ends of the circle are the same.
    for start in range(0, 720, 40):
        assert names[start] == names[start + 39]
        assert len(set(names[start : start + 39])) == 39
    assert len(set(names)) == 18 * 39


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), color=st.sampled_from(["white", "random", "hue"]))
def test_images_follow_from_their_factors_alone(seed, color):
    sprites = Sprites(color)
    images, factors = sprites.draw_images(9, np.random.default_rng(seed))
    np.testing.assert_array_equal(Sprites(color).images(factors[::-1])[::-1], images)
    np.testing.assert_array_equal(sprites.images(factors[3:4])[0], images[3])


def test_images_may_be_written_without_harm():
    factors = np.array([[0, 5, 0, 0, 0]])
    first = Sprites().images(factors)
    copy = first.copy()
    first[:] = 7
    np.testing.assert_array_equal(Sprites().images(factors), copy)


def test_random_colors():
    sprites = Sprites("random")
    assert sprites.image_shape == (64, 64, 3) and sprites.factor_sizes[-1] == 512
    assert sprites.nuisance == ("color",) and sprites.categorical == ("shape", "color")
    assert sprites.scored_factors == Sprites().factor_names
    factors = np.tile([[1, 2, 3, 4, 5, 0]], (512, 1))
    factors[:, 5] = np.arange(512)
    images = sprites.images(factors)
    white = Sprites().images(factors[:, :5])
    np.testing.assert_array_equal(images > 0, np.repeat(white > 0, 3, axis=-1))
    colors = images.max(axis=(1, 2))
    assert len(np.unique(colors, axis=0)) == 512
    assert colors.min() in (127, 128) and colors.max() == 255
    assert len(np.unique(colors)) == 8
    np.testing.assert_array_equal(images, white // 255 * colors[:, None, None])


def test_hues():
    sprites = Sprites("hue")
    assert sprites.factor_names[-1] == "hue" and sprites.factor_sizes[-1] == 8
    assert sprites.scored_factors == sprites.factor_names and sprites.nuisance == ()
    images = sprites.images(np.array([[0, 5, 0, 9, 9, hue] for hue in range(8)]))
    colors = images.max(axis=(1, 2)).astype(int)
    assert colors[0].tolist() == [255, 0, 0] and colors[4].tolist() == [0, 255, 255]
    assert np.all(colors.max(axis=1) == 255) and np.all(colors.min(axis=1) == 0)
    assert len(np.unique(colors, axis=0)) == 8


def test_antialiased_colors_are_rounded_products():
    factors = np.array([[s, 5, 3, 9, 9, c] for s in range(3) for c in (0, 37, 511)])
    grey = Sprites(antialias=True).images(factors[:, :5])
    colored = Sprites("random", antialias=True)
    color = colored.images(factors).max(axis=(1, 2)).astype(float)
    expected = grey * color[:, None, None] / 255
    np.testing.assert_array_equal(colored.images(factors), np.floor(expected + 0.5))
    assert len(np.unique(grey)) > 10


def test_antialiased_images_threshold_to_the_plain_ones():
    factors = Sprites().draw_factors(200, np.random.default_rng(0))
    plain, grey = (Sprites(antialias=a).images(factors).astype(int) for a in (False, True))
    assert np.mean((grey > 127) != (plain > 127)) < 0.002
    area, plain_area = (images.mean(axis=(1, 2, 3)) for images in (grey, plain))
    np.testing.assert_allclose(area, plain_area, rtol=0.1)


def test_card():
    card = Sprites("hue", shapes=["heart", "star_4"], antialias=True, image_size=32).card()
    assert json.loads(json.dumps(card)) == {
        "generator": "Sprites",
        "color": "hue",
        "shapes": ["heart", "star_4"],
        "antialias": True,
        "image_size": 32,
    }
    names = {Sprites(color).name for color in ("white", "random", "hue")}
    assert names == {"sprites", "sprites_color", "sprites_hue"}


def test_a_batch_is_faster_than_its_images_one_by_one():
    sprites = Sprites()
    factors = sprites.draw_factors(256, np.random.default_rng(0))
    sprites.images(factors)

    def took(draw):
        best = np.inf
        for _ in range(5):
            start = time.process_time()
            draw()
            best = min(best, time.process_time() - start)
        return best

    together = took(lambda: sprites.images(factors))
    assert together < took(lambda: [sprites.images(row[None]) for row in factors]) / 2


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"color": "red"}, "color='red'.*'white', 'random', 'hue'"),
        ({"shapes": ()}, r"shapes=\(\).*different names out of square"),
        ({"shapes": "heart"}, "shapes='heart'.*a tuple"),
        ({"shapes": ("heart", "moon")}, "moon.*spoke_4"),
        ({"shapes": ("heart", "heart")}, "different names"),
        ({"antialias": "yes"}, "antialias='yes'"),
        ({"image_size": 15}, "image_size=15.*at least 16"),
        ({"image_size": 64.0}, "image_size=64.0"),
    ],
)
def test_refusals(arguments, match):
    assert refused(match, Sprites, **arguments).startswith("Sprites: ")


def test_factors_off_the_grid():
    for factors, match in [
        ([[0, 0, 40, 0, 0]], "orientation=40 in row 0.*0 to 39"),
        ([[0, 0, 0, 0]], r"shape \(1, 4\)"),
    ]:
        refused(f"Sprites.images: .*{match}", Sprites().images, np.array(factors))
