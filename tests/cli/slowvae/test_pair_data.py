"""`--data` names of pairs, and flags that do not belong to them."""

import argparse

import pytest

from st_keras.cli.slowvae.pair_data import open_pairs
from st_keras.cli.slowvae.pair_spec import NAMES
from st_keras.datasets import KittiMasks, LatentPairs


def options(data, **given):
    flags = {"transition": None, "transition_rate": None, "max_delta_t": None}
    return argparse.Namespace(data=data, **{**flags, **given})


def test_sprites():
    pairs = open_pairs(options("sprites"))
    assert isinstance(pairs, LatentPairs)
    assert pairs.image_shape == (64, 64, 1)
    assert (pairs.transition, pairs.rate) == ("laplace", 1.0)
    assert open_pairs(options("sprites=random")).image_shape == (64, 64, 3)
    assert "hue" in open_pairs(options("sprites=hue")).factor_names


def test_transitions():
    assert open_pairs(options("sprites", transition="uniform")).transition == "uniform"
    assert open_pairs(options("sprites", transition_rate=3.0)).rate == 3.0


def test_kitti_masks(kitti_file):
    for given, expected in (({}, 5), ({"max_delta_t": 2}, 2)):
        pairs = open_pairs(options(f"kitti-masks={kitti_file}", **given))
        assert isinstance(pairs, KittiMasks)
        assert pairs.max_delta_t == expected


@pytest.mark.parametrize(
    "arguments, message",
    [
        (options("mnist"), f"--data: received 'mnist'.*{', '.join(NAMES)}"),
        (options("sprites=blue"), "sprites=blue.*sprites=white, sprites=random, sprites=hue"),
        (options("kitti-masks"), "kitti-masks without a file.*kitti-masks=FILE"),
        (options("natural-sprites"), "natural-sprites without a file"),
        (options("sprites", max_delta_t=3), "--max-delta-t: received 3 with sprites"),
        (
            options("sprites", transition="uniform", transition_rate=2.0),
            "--transition-rate: received 2.0 with --transition uniform",
        ),
        (options("kitti-masks=f", transition="laplace"), "--transition: received laplace with"),
        (options("natural-sprites=f", max_delta_t=2), "--max-delta-t: received 2 with natural"),
        (options("dsprites=no_such_file.npz"), "no_such_file.npz"),
        (options("kitti-masks=no_such_file.npz"), "no_such_file.npz"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        open_pairs(arguments)
