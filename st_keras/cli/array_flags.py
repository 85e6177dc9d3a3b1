"""Flags that say how an array of frames is read: its axes, its missing value, its times."""

from st_keras.cli import flag_types as types

ARRAY_FLAGS = ("axes", "missing_value", "times")


def add_array_flags(parser, as_trained=False):
    """Add `--axes`, `--missing-value` and `--times`.

    Args:
        parser: argparse parser or group.
        as_trained: bool. Whether a trained model says what holds where the flags do not.
    """
    add_axes_flag(parser, as_trained)
    parser.add_argument(
        "--missing-value",
        type=types.real_or_none,
        metavar="NUMBER",
        help="what stands for no data in the frames, such as -9999 or nan, or none; windows that "
        "hold it are left out. Write --missing-value=-1e30 where there is an exponent "
        f"(default: {'as trained' if as_trained else 'none'})",
    )
    parser.add_argument(
        "--times",
        metavar="FILE",
        help="when the frames were taken: a .npy file of datetime64, FILE.npz:KEY, FILE.h5:DATASET "
        "(text, or numbers with units), or the name of an array beside that of --data; no window "
        "crosses a gap",
    )


def add_axes_flag(parser, as_trained=False):
    """Add `--axes`; `as_trained` as in `add_array_flags`."""
    unsaid = "as trained" if as_trained else "told by the rank"
    parser.add_argument(
        "--axes",
        metavar="LETTERS",
        help="axes of an array of frames, each by its letter: sequences N, frames T, pixels H and "
        f"W, channels C, in any order, such as NTCHW or NHWT (default: {unsaid})",
    )
