import json

import numpy as np
import pytest

from st_keras.datasets.pairs.natural_sprites import NATURAL_SHAPES, NaturalSprites
from st_keras.datasets.pairs.natural_sprites_file import read_natural_transitions
from tests.datasets.pairs.natural_files import random_rows, write_table
from tests.refusals import refused


def generator(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture
def path(tmp_path):
    return write_table(tmp_path / "a.csv", random_rows(generator(), num_rows=80))


def test_pairs_follow_the_table(path):
    sprites = NaturalSprites(path)
    frames, factors = sprites.draw_pairs(200, generator())
    assert frames.shape == (200, 2, 64, 64, 3) and frames.dtype == np.uint8
    assert factors.shape == (200, 2, 5) and factors.dtype == np.float64
    table = read_natural_transitions("test", path)
    table = np.stack([table[..., 0], table[..., 1], np.sqrt(table[..., 2])], -1) / 64
    known = {pair.tobytes() for pair in table}
    assert all(np.ascontiguousarray(pair[:, :3]).tobytes() in known for pair in factors)
    # Orientation and shape are those of the pair, and take all their values.
    np.testing.assert_array_equal(factors[:, 0, 3:], factors[:, 1, 3:])
    _, many = sprites.draw_pairs(3000, generator())
    assert set(many[:, 0, 3]) == set(range(0, 360, 9)) and set(many[:, 0, 4]) == {0, 1, 2, 3}
    # White on black, the same in all channels.
    assert (frames == frames[..., :1]).all() and {0, 255} < set(np.unique(frames))


def test_area_filter_keeps_the_quantiles_of_both_frames(path):
    area = read_natural_transitions("test", path)[..., 2]
    kept = np.ones(len(area), bool)
    for frame in area.T:
        ordered = np.sort(frame)
        at = np.array([0.05, 0.95]) * (len(frame) - 1)
        low, high = np.interp(at, np.arange(len(frame)), ordered)
        kept &= (low <= frame) & (frame <= high)
    assert 0 < kept.sum() < len(area)
    assert NaturalSprites(path).num_pairs == kept.sum()
    assert NaturalSprites(path, area_filter=0).num_pairs == len(area)


def test_images_show_their_factors(tmp_path):
    # y counts from the bottom: (y, x) = (16, 48) is right and low.
    path = write_table(tmp_path / "a.csv", [[[(16.0, 48.0, 400)], [(40.0, 20.0, 100)]]])
    sprites = NaturalSprites(path, area_filter=0, channels=1)
    frames, factors = sprites.draw_pairs(40, generator())
    assert frames.shape == (40, 2, 64, 64, 1)
    ink = frames[..., 0] / 255.0
    rows = np.arange(64) + 0.5
    mass = ink.sum((2, 3))
    center_x = (ink.sum(2) * rows).sum(-1) / mass
    center_y = (ink.sum(3) * rows).sum(-1) / mass
    np.testing.assert_allclose(center_x, [[48, 20]] * 40, atol=0.1)
    np.testing.assert_allclose(center_y, [[64 - 16, 64 - 40]] * 40, atol=0.1)
    np.testing.assert_allclose(mass, [[400, 100]] * 40, rtol=0.03)
    expected = [[0.75, 0.25, 20 / 64], [20 / 64, 0.625, 10 / 64]]
    np.testing.assert_allclose(factors[0, :, :3], expected)


def test_shapes_and_orientations_are_drawn(tmp_path):
    path = write_table(tmp_path / "a.csv", [[[(32.0, 32.0, 600)]] * 2])
    sprites = NaturalSprites(path, area_filter=0, channels=1)
    base = [0.5, 0.5, 24.5 / 64]
    images = sprites.images(np.array([[*base, 0, s] for s in range(len(NATURAL_SHAPES))]))
    assert len({image.tobytes() for image in images}) == 4
    # A square, upright: 24.5 pixels wide and high.
    assert (images[0, ..., 0] > 127).any(0).sum() == (images[0, ..., 0] > 127).any(1).sum() == 24
    # Its quarter turn is itself, an eighth of a turn is not; a triangle's quarter turn is not.
    turned = sprites.images(np.array([[*base, 90, 0], [*base, 45, 0], [*base, 90, 1]]))
    assert abs(turned[0].astype(int) - images[0]).mean() < 0.5
    assert abs(turned[1].astype(int) - images[0]).mean() > 5
    assert abs(turned[2].astype(int) - images[1]).mean() > 5


def test_single_images_show_first_frames(path):
    sprites = NaturalSprites(path, area_filter=0)
    images, factors = sprites.draw_images(300, generator())
    assert images.shape == (300, 64, 64, 3) and factors.shape == (300, 5)
    first = read_natural_transitions("test", path)[:, 0, :2] / 64
    known = {row.tobytes() for row in first}
    assert all(np.ascontiguousarray(row[:2]).tobytes() in known for row in factors)
    np.testing.assert_array_equal(images, sprites.images(factors))


def test_discrete_bins(path):
    sprites = NaturalSprites(path, discrete=True, area_filter=0)
    assert sprites.factor_sizes == (32, 32, 6, 40, 4)
    table = read_natural_transitions("test", path)
    _, factors = sprites.draw_pairs(4000, generator())
    assert factors.dtype == np.int64 and (factors >= 0).all()
    assert (factors < sprites.factor_sizes).all()
    np.testing.assert_array_equal(factors[:, 0, 3:], factors[:, 1, 3:])
    # Each value goes to the nearest of the centres between the extremes of both frames.
    wanted = []
    for column, bins in enumerate((32, 32, 6)):
        value = table[..., column]
        width = (value.max() - value.min()) / bins
        centers = value.min() + width * (np.arange(bins) + 0.5)
        wanted.append(abs(value[..., None] - centers).argmin(-1))
    known = {pair.tobytes() for pair in np.stack(wanted, -1)}
    drawn = {np.ascontiguousarray(pair[:, :3]).tobytes() for pair in factors}
    assert drawn <= known and len(drawn) > 0.95 * len(known)


def test_discrete_images_lie_at_the_centres_of_bins(tmp_path):
    rows = [[[(0.0, 0.0, 100)], [(64.0, 64.0, 700)]]]
    sprites = NaturalSprites(
        write_table(tmp_path / "a.csv", rows), discrete=True, area_filter=0, channels=1
    )
    image = sprites.images(np.array([[16, 9, 2, 0, 0]]))[0, ..., 0] / 255.0
    rows = np.arange(64) + 0.5
    assert abs((image.sum(0) * rows).sum() / image.sum() - 33) < 0.1
    assert abs((image.sum(1) * rows).sum() / image.sum() - (64 - 19)) < 0.1
    assert abs(image.sum() - 350) < 10


def test_discrete_single_images_are_uniform(path):
    sprites = NaturalSprites(path, discrete=True, image_size=16, antialias=False)
    _, factors = sprites.draw_images(4000, generator())
    for column, size in enumerate(sprites.factor_sizes):
        share = np.bincount(factors[:, column], minlength=size) / 4000
        assert abs(share - 1 / size).max() < 5 * np.sqrt(1 / size / 4000)
    assert abs(np.corrcoef(factors.T) - np.eye(5)).max() < 0.08


def test_dataset_card_and_repeatability(path):
    sprites = NaturalSprites(path)
    batch = next(iter(sprites.as_dataset(batch_size=4)))
    assert tuple(batch.shape) == (4, 2, 64, 64, 3) and float(np.max(batch)) == 1.0
    card = json.loads(json.dumps(sprites.card()))
    assert card["name"] == "natural_sprites" and card["num_pairs"] == sprites.num_pairs
    other = NaturalSprites(path, discrete=True).card()
    assert other["name"] == "natural_sprites_discrete" and other["sha256"] != card["sha256"]
    assert sprites.scored_factors == ("x", "y", "scale", "orientation", "shape")
    assert sprites.factor_sizes is None
    for one, two in zip(*(sprites.draw_pairs(9, generator(4)) for _ in range(2)), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"discrete": "yes"}, "discrete='yes'.*one of False, True"),
        ({"antialias": 5}, "antialias=5"),
        ({"channels": 2}, "channels=2.*one of 1, 3"),
        ({"area_filter": 1.5}, r"area_filter=1.5.*in \[0, 1\]"),
        ({"area_filter": 1.0}, "area_filter=1.0, which leaves none"),
        ({"image_size": 0}, "image_size=0"),
        ({"image_size": 32.0}, "image_size=32.0"),
    ],
)
def test_arguments(path, arguments, match):
    refused(match, NaturalSprites, path, **arguments)


@pytest.mark.parametrize("discrete", [False, True])
@pytest.mark.parametrize(
    "factors", [np.zeros((2, 4)), np.zeros(5), np.full((1, 5), 40), np.full((1, 5), "a")]
)
def test_wrong_factors(path, factors, discrete):
    match = r"NaturalSprites.images: received factors of shape .*\(N, 5\), columns x, y, scale"
    refused(match, NaturalSprites(path, discrete=discrete).images, factors)
