import json

import numpy as np
import pytest

from st_keras.datasets.pairs.factor_grid import FactorGrid
from st_keras.datasets.pairs.image_grid import ImageGrid
from st_keras.datasets.pairs.latent_pairs import LatentPairs
from st_keras.datasets.pairs.sprites import Sprites


def draws(pairs, count=400, seed=0):
    return pairs.draw_pairs(count, np.random.default_rng(seed))


def grid(sizes, categorical=(), unscored=()):
    count = int(np.prod(sizes))
    stack = np.arange(count, dtype="uint8").reshape(-1, 1, 1, 1) * np.ones((1, 2, 2, 1), "uint8")
    return ImageGrid(stack, sizes, tuple("abcdef"[: len(sizes)]), categorical, unscored)


@pytest.mark.parametrize("transition", ["laplace", "uniform"])
def test_frames_show_their_factors(transition):
    pairs = LatentPairs(Sprites(), transition)
    frames, factors = draws(pairs)
    assert frames.shape == (400, 2, 64, 64, 1) and frames.dtype == np.uint8
    assert factors.shape == (400, 2, 5) and factors.dtype == np.int64
    for t in range(2):
        np.testing.assert_array_equal(frames[:, t], Sprites().images(factors[:, t]))
    changed = factors[:, 0] != factors[:, 1]
    assert changed.any(axis=1).all()
    assert changed[:, 0].any() == (transition == "uniform")


def test_first_frames_are_uniform_and_settings_reach_the_transition():
    small = grid((3, 4, 5), categorical=("a",))
    first = draws(LatentPairs(small), 30_000)[1][:, 0]
    counts = np.bincount(np.ravel_multi_index(tuple(first.T), (3, 4, 5)), minlength=60)
    assert np.all(np.abs(counts - 500) < 5 * np.sqrt(500))
    step = {}
    for rate in (0.5, 5.0, "random"):
        factors = draws(LatentPairs(small, rate=rate), 4000)[1]
        step[rate] = np.abs(factors[:, 1] - factors[:, 0]).sum(axis=1).mean()
    assert step[0.5] > 1.3 * step["random"] > 1.3 * step[5.0]
    for k in (1, 2, 3):
        factors = draws(LatentPairs(small, "uniform", num_changed=k))[1]
        assert np.all((factors[:, 0] != factors[:, 1]).sum(axis=1) == k)


@pytest.mark.parametrize("transition", ["laplace", "uniform"])
def test_both_frames_have_the_same_random_color(transition):
    pairs = LatentPairs(Sprites("random"), transition)
    frames, factors = draws(pairs, 100)
    colors = frames.max(axis=(2, 3))
    np.testing.assert_array_equal(colors[:, 0], colors[:, 1])
    assert len(np.unique(colors[:, 0], axis=0)) > 60
    assert np.all(factors[:, 0, 5] == factors[:, 1, 5])
    assert (factors[:, 0, :5] != factors[:, 1, :5]).any(axis=1).all()
    assert pairs.scored_factors == Sprites().factor_names


def test_a_hue_may_change():
    factors = draws(LatentPairs(Sprites("hue")))[1]
    assert (factors[:, 0, 5] != factors[:, 1, 5]).any()


def test_unscored_factors_change_unless_they_are_a_nuisance():
    pairs = LatentPairs(grid((3, 4, 5), ("a",), ("a", "b")), "uniform")
    factors = draws(pairs)[1]
    assert (factors[:, 0] != factors[:, 1]).any(axis=0).all()
    assert pairs.scored_factors == ("c",)


def test_single_images():
    pairs = LatentPairs(Sprites())
    images, factors = pairs.draw_images(7, np.random.default_rng(3))
    expected = Sprites().draw_images(7, np.random.default_rng(3))
    np.testing.assert_array_equal(images, expected[0])
    np.testing.assert_array_equal(factors, expected[1])


def test_a_batch_follows_from_seed_epoch_and_number():
    pairs = LatentPairs(Sprites())
    dataset = pairs.as_dataset(32, seed=4, num_batches=3)
    epochs = [[batch.numpy() for batch in dataset] for _ in range(2)]
    for epoch, batches in enumerate(epochs):
        for number, frames in enumerate(batches):
            expected, _ = pairs.draw_pairs(32, np.random.default_rng((4, epoch, number)))
            assert frames.shape == (32, 2, 64, 64, 1) and frames.dtype == np.float32
            np.testing.assert_array_equal(frames, expected / np.float32(255))
    assert not np.array_equal(epochs[0][0], epochs[1][0])
    other = LatentPairs(Sprites()).as_dataset(32, seed=5, num_batches=1)
    assert not np.array_equal(next(iter(other)).numpy(), epochs[0][0])


def test_the_dataset_draws_whole_batches(monkeypatch):
    counts = []
    pairs = LatentPairs(Sprites())
    draw = pairs.draw_pairs
    monkeypatch.setattr(
        pairs, "draw_pairs", lambda count, generator: counts.append(count) or draw(count, generator)
    )
    assert len(list(pairs.as_dataset(32, num_batches=5))) == 5
    assert counts == [32] * 5  # one call a batch is what makes it fast


def test_card():
    card = json.loads(json.dumps(LatentPairs(Sprites("random"), rate="random").card()))
    assert card["name"] == "sprites_color_laplace" and card["generator"] == "LatentPairs"
    assert card["transition"] == "laplace" and card["rate"] == "random"
    assert card["categorical"] == ["shape", "color"] and "color" not in card["scored_factors"]
    assert card["grid"]["generator"] == "Sprites" and card["grid"]["color"] == "random"
    assert card["factor_sizes"] == [3, 6, 40, 32, 32, 512] and "num_changed" not in card
    card = LatentPairs(grid((3, 4)), "uniform", num_changed=1).card()
    assert card["num_changed"] == 1 and "rate" not in card
    assert "sprites_laplace" in repr(LatentPairs(Sprites()))


def test_a_grid_of_ones_own():
    class Dots(FactorGrid):
        name, image_shape = "dots", (1, 2, 1)
        factor_names, factor_sizes, categorical = ("x",), (2,), ()

        def images(self, factors):
            return np.uint8(255 * np.eye(2)[factors[:, 0]].reshape(-1, 1, 2, 1))

    assert LatentPairs(Dots()).card()["grid"] == {"generator": "Dots", "name": "dots"}
    factors = draws(LatentPairs(Dots(), "uniform"))[1]
    assert np.all(factors.sum(axis=1) == 1)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"grid": np.zeros((3, 4, 4))}, "grid of type ndarray.*a FactorGrid.*ImageGrid"),
        ({"transition": "gauss"}, "transition='gauss'.*'laplace', 'uniform'"),
        ({"rate": 0.0}, "rate=0.0"),
        ({"num_changed": 2}, "num_changed=2 with transition='laplace'.*no effect"),
        ({"transition": "uniform", "rate": 2.0}, "rate=2.0 with transition='uniform'"),
        ({"transition": "uniform", "num_changed": 6}, "num_changed=6 with 5 factors"),
        ({"transition": "uniform", "num_changed": 0}, "num_changed=0"),
        ({"grid": grid((3, 1), ("a",))}, "ImageGrid images.*can change.*transition='uniform'"),
        ({"grid": grid((1, 1)), "transition": "uniform"}, "at least 2 values"),
    ],
)
def test_refusals(arguments, match):
    with pytest.raises(ValueError, match=match) as info:
        LatentPairs(**{"grid": Sprites(), **arguments})
    assert str(info.value).startswith("LatentPairs: ") and "Required:" in str(info.value)
