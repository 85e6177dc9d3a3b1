"""What `--data` of a forecaster names, told from its letters alone."""

from st_keras.cli.array_flags import ARRAY_FLAGS
from st_keras.datasets.array_file import names_array_file
from st_keras.datasets.modes.digit_mode import DIGIT_MODES
from st_keras.validation import error

DIGITS, MODES, FILE = "digits", "modes", "file"
# Flags that say how an array is cut and read, and attributes of `Windows`.
_OF_ARRAYS = ("stride", *ARRAY_FLAGS)


def parse_data(spec):
    """Return what kind of data is named, and which modes.

    Args:
        spec: str. "digits", "modes" or "modes:NAME,NAME", or a .npy, .npz or HDF5 file.

    Returns:
        `(kind, modes)`: "digits", "modes" or "file", and a tuple of names or None.

    Raises:
        ValueError: for anything else.

    Example:

    >>> parse_data("modes:straight,two_digits")
    ('modes', ('straight', 'two_digits'))
    """
    name, _, modes = spec.partition(":")
    if spec == "digits":
        return DIGITS, None
    if name == "modes":
        return MODES, _mode_names(modes)
    if names_array_file(spec):
        return FILE, None
    raise error(
        "--data",
        repr(spec),
        "'digits', 'modes', or a .npy, .npz or HDF5 file",
        "Check the spelling, or convert your frames with numpy.save('frames.npy', frames).",
    )


def check_data(options):
    """Refuse a `--data` that names nothing, or flags that do not go with what it names.

    Args:
        options: the parsed command line.

    Raises:
        ValueError: if so.
    """
    if parse_data(options.data)[0] != FILE:
        refuse_array_flags(options)


def refuse_array_flags(settings):
    """Refuse what says how an array is read, where digits are drawn to measure.

    Args:
        settings: `Windows`, or the parsed command line.

    Raises:
        ValueError: if one is given.
    """
    for name in _OF_ARRAYS:
        value, flag = getattr(settings, name, None), "--" + name.replace("_", "-")
        if value is not None:
            raise error(
                flag,
                f"{value} with moving digits",
                "an array of frames, from which windows are cut",
                f"Leave {flag} out: digit sequences are made to measure.",
            )


def _mode_names(text):
    names = tuple(text.split(",")) if text else None
    unknown = sorted(set(names or ()) - set(DIGIT_MODES))
    if unknown:
        raise error(
            "--data",
            f"modes:{text}, where {', '.join(map(repr, unknown))} is no mode",
            f"modes out of {', '.join(DIGIT_MODES)}",
            "Write for example --data modes:two_digits,straight.",
        )
    return names
