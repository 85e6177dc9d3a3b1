"""What `--data` of SlowVAE names, told from its letters alone."""

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


def check_pairs(options):
    """Refuse a `--data` that names nothing, or flags that do not go with what it names.

    Args:
        options: has `data`, `transition`, `transition_rate` and `max_delta_t`; the last three are
            None where the user said nothing.

    Raises:
        ValueError: if so.
    """
    name, _, value = options.data.partition("=")
    if name not in NAMES:
        raise error(
            "--data",
            repr(options.data),
            f"one of {', '.join(NAMES)}, with =FILE where it is read from a file",
            "Pass sprites for data that need no file.",
        )
    if name in VIDEO_FILES and not value:
        raise error(
            "--data",
            f"{name} without a file",
            f"{name}=FILE",
            f"Pass the published file: --data {name}=FILE.",
        )
    if name == "sprites" and value and value not in SPRITE_COLOURS:
        raise error(
            "--data",
            f"sprites={value}",
            f"sprites alone, or one of {', '.join('sprites=' + c for c in SPRITE_COLOURS)}",
            "Pass --data sprites.",
        )
    if name in VIDEO_FILES:
        _refuse(options, name, "transition")
        _refuse(options, name, "transition_rate")
    if name != "kitti-masks":
        _refuse(options, name, "max_delta_t")
    if options.transition == "uniform":
        _refuse(options, "--transition uniform", "transition_rate")


def _refuse(options, what, flag):
    value = getattr(options, flag)
    if value is not None:
        name = "--" + flag.replace("_", "-")
        raise error(name, f"{value} with {what}", f"no {name} there", f"Leave {name} out.")
