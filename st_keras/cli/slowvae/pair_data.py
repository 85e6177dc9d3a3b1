"""What `--data` names for SlowVAE, opened: a source of pairs."""

import sys

from st_keras import datasets
from st_keras.validation import error

SPRITE_COLOURS = ("white", "random", "hue")
GRID_NAMES = (
    "cars3d",
    "dsprites",
    "mpi3d_real",
    "mpi3d_realistic",
    "mpi3d_toy",
    "shapes3d",
    "smallnorb",
)
VIDEO_FILES = ("kitti-masks", "natural-sprites", "natural-sprites-discrete")
NAMES = ("sprites", *GRID_NAMES, *VIDEO_FILES)


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
    name, _, value = options.data.partition("=")
    if name not in NAMES:
        raise error(
            "--data",
            repr(options.data),
            f"one of {', '.join(NAMES)}, with =FILE where it is read from a file",
            "Pass sprites for data that need no file.",
        )
    if name in VIDEO_FILES:
        return _video(options, name, value)
    _refuse(options, name, "max_delta_t")
    if name == "sprites":
        grid = _sprites(value)
    else:
        grid = datasets.load_factor_grid(name, value or None, verbose=int(sys.stdout.isatty()))
    transition = options.transition or "laplace"
    if transition == "uniform":
        _refuse(options, "--transition uniform", "transition_rate")
        return datasets.LatentPairs(grid, "uniform")
    return datasets.LatentPairs(grid, "laplace", rate=options.transition_rate or 1.0)


def _video(options, name, path):
    if not path:
        raise error(
            "--data",
            f"{name} without a file",
            f"{name}=FILE",
            f"Pass the published file: --data {name}=FILE.",
        )
    for flag in ("transition", "transition_rate"):
        _refuse(options, name, flag)
    if name == "kitti-masks":
        return datasets.KittiMasks(path, max_delta_t=options.max_delta_t or 5)
    _refuse(options, name, "max_delta_t")
    return datasets.NaturalSprites(path, discrete=name.endswith("discrete"))


def _sprites(colour):
    colour = colour or "white"
    if colour not in SPRITE_COLOURS:
        raise error(
            "--data",
            f"sprites={colour}",
            f"sprites alone, or one of {', '.join('sprites=' + c for c in SPRITE_COLOURS)}",
            "Pass --data sprites.",
        )
    return datasets.Sprites(color=colour)


def _refuse(options, what, flag):
    value = getattr(options, flag)
    if value is not None:
        name = "--" + flag.replace("_", "-")
        raise error(name, f"{value} with {what}", f"no {name} there", f"Leave {name} out.")
