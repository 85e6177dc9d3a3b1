"""What `--data` names for SlowVAE, opened: a source of pairs."""

import sys

from st_keras import datasets


def open_pairs(data, pairs):
    """Open the pairs that `--data` names; everything about them is checked here.

    Args:
        data: str, such as "sprites".
        pairs: `Pairs`.

    Returns:
        `PairSource`.

    Raises:
        ValueError: for an unknown name, a missing or damaged file, or a flag that does not belong
            to the data.
    """
    pairs.check(data)
    name, _, value = data.partition("=")
    if name == "kitti-masks":
        return datasets.KittiMasks(value, max_delta_t=pairs.max_delta_t or 5)
    if name.startswith("natural-sprites"):
        return datasets.NaturalSprites(value, discrete=name.endswith("discrete"))
    if name == "sprites":
        grid = datasets.Sprites(color=value or "white")
    else:
        grid = datasets.load_factor_grid(name, value or None, verbose=int(sys.stdout.isatty()))
    if pairs.transition == "uniform":
        return datasets.LatentPairs(grid, "uniform")
    return datasets.LatentPairs(grid, "laplace", rate=pairs.transition_rate or 1.0)
