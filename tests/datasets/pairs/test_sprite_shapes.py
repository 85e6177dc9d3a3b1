import numpy as np
import pytest

from st_keras.datasets.pairs.sprite_shapes import _OUTLINES, RADII, SHAPES, draw_sprites
from tests.refusals import refused

GRID = (np.arange(1600) + 0.5) / 800 - 1  # v and u from -1 to 1
V, U = np.meshgrid(GRID, GRID, indexing="ij")
CELL = (GRID[1] - GRID[0]) ** 2

shapes = pytest.mark.parametrize("shape", SHAPES)


def draw(shape, x=0.5, y=0.5, scale=0.3, angle=0.0, size=64, antialias=False):
    return draw_sprites(SHAPES.index(shape), x, y, scale, angle, size, antialias)[0]


@shapes
def test_outlines_have_area_1_their_centroid_at_0_and_their_radius(shape):
    inside = _OUTLINES[shape](U, V) <= 0
    assert inside.sum() * CELL == pytest.approx(1, abs=3e-3)
    assert U[inside].mean() == pytest.approx(0, abs=1e-3)
    assert V[inside].mean() == pytest.approx(0, abs=1e-3)
    assert np.hypot(U, V)[inside].max() == pytest.approx(RADII[shape], abs=3e-3)


@shapes
def test_outlines_never_overstate_the_distance(shape):
    # What lets the renderer skip pixels: |f(a) - f(b)| <= |a - b| everywhere.
    generator = np.random.default_rng(0)
    a = generator.uniform(-1.2, 1.2, (20_000, 2))
    b = a + generator.normal(0, 0.1, a.shape)
    change = np.abs(_OUTLINES[shape](*a.T) - _OUTLINES[shape](*b.T))
    assert np.all(change <= np.hypot(*(a - b).T) * (1 + 1e-9))


@shapes
@pytest.mark.parametrize("antialias", [False, True])
def test_the_square_root_of_the_area_is_the_scale(shape, antialias):
    for scale in (0.2, 0.35, 0.5):
        images = draw_sprites(
            SHAPES.index(shape), 0.5, 0.5, scale, np.linspace(0, 6, 25), 64, antialias
        )
        area = images.sum(axis=(1, 2)) / 255 / 64**2
        np.testing.assert_allclose(area.mean(), scale**2, rtol=0.01)


@pytest.mark.parametrize("antialias", [False, True])
def test_pixels_equal_a_plain_loop_over_samples(antialias):
    generator = np.random.default_rng(3)
    for shape in range(len(SHAPES)):
        x, y, scale, angle = generator.uniform((0.1, 0.1, 0.1, 0), (0.9, 0.9, 0.6, 7))
        image = draw_sprites(shape, x, y, scale, angle, 24, antialias)[0]
        n = 5 if antialias else 1
        at = (np.arange(24 * n) + 0.5) / (24 * n)
        right, up = np.meshgrid(at - x, y - at)
        u = (np.cos(angle) * right + np.sin(angle) * up) / scale
        v = (np.cos(angle) * up - np.sin(angle) * right) / scale
        share = (list(_OUTLINES.values())[shape](u, v) <= 0).reshape(24, n, 24, n).mean((1, 3))
        # Samples may fall on an outline, where float32 and float64 need not agree.
        different = np.abs(image - 255 * share) > 0.51
        assert different.sum() <= 1, SHAPES[shape]


def test_angles_turn_counter_clockwise_and_shapes_stand_upright():
    triangle = draw("triangle") > 0
    rows, columns = np.nonzero(triangle)
    assert np.ptp(columns[rows == rows.min()]) <= 2 < 15 < np.ptp(columns[rows == rows.max()])
    heart = draw("heart") > 0
    rows, columns = np.nonzero(heart)
    assert np.ptp(columns[rows == rows.max()]) <= 2  # the tip is below
    quarter = draw("triangle", angle=np.pi / 2) > 0
    np.testing.assert_array_equal(quarter, np.rot90(triangle))
    ellipse = np.nonzero(draw("ellipse"))
    assert np.ptp(ellipse[1]) > 1.3 * np.ptp(ellipse[0])
    tilted = np.nonzero(draw("ellipse", angle=0.5))
    assert np.corrcoef(*tilted)[0, 1] < -0.2  # right end up: rows fall as columns grow


@pytest.mark.parametrize(
    ("shape", "turns"),
    [("square", 4), ("ellipse", 2), ("heart", 1), ("triangle", 3), ("star_4", 4), ("spoke_4", 4)],
)
@pytest.mark.parametrize("antialias", [False, True])
def test_symmetries(shape, turns, antialias):
    first = draw(shape, angle=0.3, antialias=antialias).astype(int)
    turned = draw(shape, angle=0.3 + 2 * np.pi / turns, antialias=antialias)
    assert np.abs(first - turned).max() <= 255 / 25 + 1 if antialias else (first == turned).all()
    other = draw(shape, angle=0.3 + np.pi / turns, antialias=antialias)
    assert (first != other).sum() > 20


@shapes
def test_centroids_lie_where_asked(shape):
    x, y = np.random.default_rng(1).uniform(0.3, 0.7, (2, 50))
    images = draw_sprites(SHAPES.index(shape), x, y, 0.3, 0.7, 64, True) / 255
    middle = (np.arange(64) + 0.5) / 64
    mass = images.sum(axis=(1, 2))
    np.testing.assert_allclose(images.sum(axis=1) @ middle / mass, x, atol=1.5e-3)
    np.testing.assert_allclose(images.sum(axis=2) @ middle / mass, y, atol=1.5e-3)


@shapes
def test_sprites_are_cut_at_the_border_as_if_the_image_were_larger(shape):
    large = draw(shape, x=0.5, y=0.5, scale=0.15, angle=0.4, size=128)
    for row in range(0, 96, 7):
        for column in range(0, 96, 31):
            small = draw(shape, (64 - column) / 32, (64 - row) / 32, 0.6, 0.4, 32)
            np.testing.assert_array_equal(small, large[row : row + 32, column : column + 32])


def test_huge_tiny_and_distant_sprites():
    assert (draw("square", scale=5.0) == 255).all()
    assert not draw("heart", scale=1e-6, x=0.501).any()
    assert not draw("star_4", x=-7.0).any()
    assert draw_sprites(0, 0.5, 0.5, 2.0, 0.0, 1).tolist() == [[[255]]]
    assert draw_sprites(np.zeros(0, int), 0.5, 0.5, 0.2, 0.0).shape == (0, 64, 64)


def test_an_image_does_not_depend_on_the_others():
    generator = np.random.default_rng(2)
    arguments = (
        generator.integers(0, 6, 40),
        *generator.uniform(0, 1, (2, 40)),
        generator.uniform(0.05, 0.9, 40),
        generator.uniform(0, 7, 40),
    )
    for antialias in (False, True):
        together = draw_sprites(*arguments, antialias=antialias)
        for i in range(40):
            alone = draw_sprites(*(a[i] for a in arguments), antialias=antialias)[0]
            # float32 may put single samples on the other side of an outline
            assert (together[i] != alone).sum() <= 2


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"shape_index": 6}, "shape_index of dtype int64, 6 to 6.*0 to 5: square, ellipse"),
        ({"shape_index": -1}, "-1 to -1"),
        ({"shape_index": 0.0}, "dtype float64"),
        ({"center_x": np.nan}, "center_x of dtype float64 with a value that is no finite"),
        ({"center_y": "a"}, "center_y of dtype <U1"),
        ({"scale": 0.0}, "scale of .* no positive finite.*Leave images without"),
        ({"orientation": np.inf}, "orientation of"),
        ({"image_size": 0}, "image_size=0"),
        ({"scale": np.ones(2), "center_x": np.ones(3)}, r"center_x of shape \(3,\).*one length"),
        ({"scale": np.ones((2, 2))}, r"scale of shape \(2, 2\).*Flatten"),
    ],
)
def test_refusals(changes, match):
    arguments = {
        "shape_index": 0,
        "center_x": 0.5,
        "center_y": 0.5,
        "scale": 0.2,
        "orientation": 0.0,
        **changes,
    }
    assert refused(match, draw_sprites, **arguments).startswith("draw_sprites: ")
