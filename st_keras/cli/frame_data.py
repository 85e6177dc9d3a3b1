"""Settings of frames: what `--data` of a forecaster names, how it is read, how windows are cut."""

from dataclasses import dataclass

from st_keras.datasets.array_file import names_array_file
from st_keras.datasets.modes.digit_mode import DIGIT_MODES
from st_keras.datasets.readers.reader import say_suffixes
from st_keras.settings import value_types as types
from st_keras.settings.setting import flag_of, part, setting, values_of
from st_keras.validation import error

DIGITS, MODES, FILE = "digits", "modes", "file"
DATA_HELP = (
    "'digits' (embedded), 'modes' or 'modes:NAME,NAME' (digits in several modes of motion), the "
    "file of Keras' MNIST or its like, or frames (N,T,H,W[,C]) or (T,H,W[,C]) in a file that ends "
    f"in {say_suffixes()} (FILE:KEY picks one of several arrays)"
)


def axes(unsaid):
    """Return the field of the axes of an array; `unsaid` says what they are without it."""
    return setting(
        default=None,
        metavar="LETTERS",
        help="axes of an array of frames, each by its letter: sequences N, frames T, pixels H and "
        f"W, channels C, in any order, such as NTCHW or NHWT (default: {unsaid})",
    )


def missing_value(unsaid):
    """Return the field of what stands for no data; `unsaid` as in `axes`."""
    return setting(
        types.real_or_none,
        None,
        metavar="NUMBER",
        help="what stands for no data in the frames, such as -9999 or nan, or none; windows that "
        "hold it are left out. Write --missing-value=-1e30 where there is an exponent "
        f"(default: {unsaid})",
    )


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How an array of frames is read.

    Args:
        axes: str such as "NTCHW", or None to tell by the rank.
        missing_value: number, or "nan", that stands for no data; or None, or "none".
        times: str, the file of the times of frames, or the name of an array beside that of the
            frames; or None.
    """

    axes: str | None = axes("told by the rank")
    missing_value: float | str | None = missing_value("none")
    times: str | None = setting(
        default=None,
        metavar="FILE",
        help="when the frames were taken: a file as for --data (datetime64, text, or numbers with "
        "units), or the name of an array beside that of --data; no window crosses a gap",
    )


@dataclass(frozen=True, kw_only=True)
class ReadingAsTrained(Reading):
    """The same, where a trained model says what holds without a flag."""

    axes: str | None = axes("as trained")
    missing_value: float | str | None = missing_value("as trained")


@dataclass(frozen=True, kw_only=True)
class Windows:
    """How sequences are cut: frames observed, frames to predict, and how to read an array."""

    context_length: int = setting(types.whole(1), 10, "default: 10")
    horizon: int = setting(types.whole(1), 10, "default: 10")
    stride: int | None = setting(types.whole(1), None, "frames between windows (default: 1)")
    reading: Reading = part()

    def refuse_array_flags(self):
        """Refuse what says how an array is cut and read, where digits are drawn to measure."""
        for name, value in {"stride": self.stride, **values_of(self.reading)}.items():
            flag = flag_of(name)
            if value is not None:
                raise error(
                    flag,
                    f"{value} with moving digits",
                    "an array of frames, from which windows are cut",
                    f"Leave {flag} out: digit sequences are made to measure.",
                )


def parse_data(spec):
    """Return what kind of data is named, and which modes.

    Args:
        spec: str. "digits", "modes" or "modes:NAME,NAME", or a file, as `load_array_file` takes it.

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
        f"'digits', 'modes', or a file that ends in {say_suffixes()}",
        "Check the spelling, or convert your frames with numpy.save(name, frames).",
    )


def check_data(spec, windows):
    """Refuse a `--data` that names nothing, or flags that do not go with what it names."""
    if parse_data(spec)[0] != FILE:
        windows.refuse_array_flags()


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
