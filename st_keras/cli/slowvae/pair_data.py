"""What `--data` names for SlowVAE, opened: a source of pairs."""

import sys

from st_keras import datasets
from st_keras.cli.slowvae.pair_spec import check_pairs


def open_pairs(options):
    """Open the pairs that the command line names; everything about them is checked here.

    Args:
        options: has `data`, `transition`, `transition_rate` and `max_delta_t`; the last three are
            None where the user said nothing.

    Returns:
        `PairSource`.

    Raises:
        ValueError: for an unknown name, a missing or damaged file, or a flag that does not belong
            to the data.
    """
    check_pairs(options)
    name, _, value = options.data.partition("=")
    if name == "kitti-masks":
        return datasets.KittiMasks(value, max_delta_t=options.max_delta_t or 5)
    if name.startswith("natural-sprites"):
        return datasets.NaturalSprites(value, discrete=name.endswith("discrete"))
    if name == "sprites":
        grid = datasets.Sprites(color=value or "white")
    else:
        grid = datasets.load_factor_grid(name, value or None, verbose=int(sys.stdout.isatty()))
    if options.transition == "uniform":
        return datasets.LatentPairs(grid, "uniform")
    return datasets.LatentPairs(grid, "laplace", rate=options.transition_rate or 1.0)
