"""`--data` names of pairs, and flags that do not belong to them."""

import pytest

from st_keras.cli.slowvae.pair_data import open_pairs
from st_keras.cli.slowvae.settings import NAMES, Pairs
from st_keras.datasets import KittiMasks, LatentPairs


def opened(data, **flags):
    return open_pairs(data, Pairs(**flags))


def test_sprites():
    pairs = opened("sprites")
    assert isinstance(pairs, LatentPairs)
    assert pairs.image_shape == (64, 64, 1)
    assert (pairs.transition, pairs.rate) == ("laplace", 1.0)
    assert opened("sprites=random").image_shape == (64, 64, 3)
    assert "hue" in opened("sprites=hue").factor_names


def test_transitions():
    assert opened("sprites", transition="uniform").transition == "uniform"
    assert opened("sprites", transition_rate=3.0).rate == 3.0


def test_kitti_masks(kitti_file):
    for given, expected in (({}, 5), ({"max_delta_t": 2}, 2)):
        pairs = opened(f"kitti-masks={kitti_file}", **given)
        assert isinstance(pairs, KittiMasks)
        assert pairs.max_delta_t == expected


@pytest.mark.parametrize(
    "data, flags, message",
    [
        ("mnist", {}, f"--data: received 'mnist'.*{', '.join(NAMES)}"),
        ("sprites=blue", {}, "sprites=blue.*sprites=white, sprites=random, sprites=hue"),
        ("kitti-masks", {}, "kitti-masks without a file.*kitti-masks=FILE"),
        ("natural-sprites", {}, "natural-sprites without a file"),
        ("sprites", {"max_delta_t": 3}, "--max-delta-t: received 3 with sprites"),
        (
            "sprites",
            {"transition": "uniform", "transition_rate": 2.0},
            "--transition-rate: received 2.0 with --transition uniform",
        ),
        ("kitti-masks=f", {"transition": "laplace"}, "--transition: received laplace with"),
        ("natural-sprites=f", {"max_delta_t": 2}, "--max-delta-t: received 2 with natural"),
        ("dsprites=no_such_file.npz", {}, "no_such_file.npz"),
        ("kitti-masks=no_such_file.npz", {}, "no_such_file.npz"),
    ],
)
def test_refusals(data, flags, message):
    with pytest.raises(ValueError, match=message):
        opened(data, **flags)
