"""Settings of frames: what `--data` of a forecaster names, how it is read, how windows are cut."""

import glob
import pathlib
from dataclasses import dataclass

from st_keras.datasets.array_file import check_array_file, names_array_file
from st_keras.datasets.modes.digit_mode import DIGIT_MODES
from st_keras.datasets.published.by_name import published_dataset, published_names
from st_keras.datasets.readers.reader import reader_names, say_suffixes
from st_keras.datasets.readers.urls import is_url
from st_keras.datasets.windows.frame_reading import MISSING
from st_keras.datasets.windows.sequence_split import WAYS
from st_keras.settings import value_types as types
from st_keras.settings.setting import flag_of, pair, part, setting, values_of
from st_keras.validation import error

DIGITS, MODES, FILE, PUBLISHED = "digits", "modes", "file", "published"
ARCHIVE_HELP = (
    f"frames: a file that ends in {say_suffixes()} (FILE:NAME picks one of several variables), a "
    "folder or pattern of such files in quotation marks, or a URL of these"
)
# What may be said of the windows of a published dataset, besides context and horizon.
_OF_PUBLISHED = (
    *("stride", "crop", "crop_stride", "coarsen", "units"),
    *("missing", "missing_value", "max_missing_scans"),
)
DATA_HELP = (
    "'digits' (embedded), 'modes' or 'modes:NAME,NAME' (digits in several modes of motion), the "
    "file of Keras' MNIST or its like, NAME:PATH of a published dataset (`st-keras datasets` lists "
    f"them), or {ARCHIVE_HELP}"
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
        types.reals_or_none,
        None,
        metavar="NUMBER",
        help="what stands for no data in the frames, such as -9999 or nan, several with commas, or "
        "none. Write --missing-value=-1e30 where there is an exponent "
        f"(default: {unsaid})",
    )


def missing(unsaid):
    """Return the field of what happens to missing values."""
    return setting(
        choices=MISSING,
        default=None,
        help="missing values: refuse them, mask them (the model reads a fill value, and neither "
        f"loss nor scores count them), or drop windows that hold one (default: {unsaid})",
    )


def max_missing_scans(unsaid):
    """Return the field of how many frames of a window may be missing."""
    return setting(
        types.whole(0),
        None,
        f"with --missing mask, frames of a window that may be missing (default: {unsaid})",
        metavar="N",
    )


def variable(unsaid):
    """Return the field of what is read of an archive."""
    return setting(
        default=None,
        metavar="NAME",
        help="variable of the archive; several with commas become channels, one without time "
        f"stands in every frame, time_of_day is two more (default: {unsaid})",
    )


def reader(unsaid):
    """Return the field of the reader."""
    return setting(
        choices=reader_names(),
        default=None,
        help=f"how files are read (default: {unsaid})",
    )


@dataclass(frozen=True, kw_only=True)
class Opening:
    """How an archive is opened; None where nothing is said."""

    variable: str | None = variable("the only one")
    reader: str | None = reader("told by the file")
    axes: str | None = axes("told by the rank")
    missing_value: object = missing_value("none, but what the archive says")
    times: str | None = setting(
        default=None,
        metavar="FILE",
        help="when the frames were taken, where the archive does not say: a file as for --data "
        "(datetime64, text, or numbers with units), or the name of an array beside that of --data; "
        "no window crosses a gap",
    )
    time_pattern: str | None = setting(
        default=None,
        metavar="PATTERN",
        help="of times in names of images, such as %%Y%%m%%d%%H%%M (default: some usual ones)",
    )
    absent_chunks: str | None = setting(
        choices=("fill", "missing"),
        default=None,
        help="chunks of Zarr that are not stored: the fill value, or missing (default: fill)",
    )
    undetect: float | None = setting(
        types.real,
        None,
        metavar="NUMBER",
        help="value where an ODIM composite says that nothing was detected (default: the lowest)",
    )

    as_rain_rate: bool | None = pair(
        "convert reflectivity (dBZ) and amounts (mm) to rain rates in mm/h (default: not)"
    )
    zr: tuple | None = setting(
        types.reals,
        None,
        metavar="A,B",
        help="of Z = A R^B, with --as-rain-rate (default: 200,1.6)",
    )
    interval: float | None = setting(
        types.number(0.0, above=True),
        None,
        metavar="SECONDS",
        help="in which an amount has fallen, with --as-rain-rate (default: as the archive says)",
    )

    def reader_options(self):
        """Return what is said to the reader, by name."""
        said = {
            "time_pattern": self.time_pattern,
            "absent_chunks": self.absent_chunks,
            "undetect": self.undetect,
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Reading(Opening):
    """How an archive is read."""

    missing: str | None = missing(
        "mask where the archive knows of missing values, drop with --missing-value, else refuse"
    )
    max_missing_scans: int | None = max_missing_scans("0")
    coarsen: int | None = setting(
        types.whole(2), None, "means of blocks of N x N pixels (default: none)", metavar="N"
    )
    units: str | None = setting(
        default=None, help="units that the frames must be in (default: what the archive says)"
    )


@dataclass(frozen=True, kw_only=True)
class ReadingAsTrained(Reading):
    """The same, where a trained model says what holds without a flag."""

    variable: str | None = variable("as trained")
    reader: str | None = reader("as trained")
    axes: str | None = axes("as trained")
    missing_value: object = missing_value("as trained")
    missing: str | None = missing("as trained")
    max_missing_scans: int | None = max_missing_scans(
        "as trained; of the context of a Nowcaster's forecast 2"
    )


@dataclass(frozen=True, kw_only=True)
class Windows:
    """How sequences are cut: frames observed, frames to predict, and how to read an array."""

    context_length: int = setting(types.whole(1), 10, "default: 10")
    horizon: int = setting(types.whole(1), 10, "default: 10")
    stride: int | None = setting(types.whole(1), None, "frames between windows (default: 1)")
    crop: tuple | None = setting(
        types.whole_numbers,
        None,
        "pixels of crops that windows are cut to, one number or two (default: whole frames)",
        metavar="H,W",
    )
    crop_stride: tuple | None = setting(
        types.whole_numbers, None, "between crops (default: their size)", metavar="H,W"
    )
    split_by: str | None = setting(
        choices=WAYS,
        default=None,
        help="how 15 %% each are held out for validation and test: whole sequences, the end of "
        "each in time, whole events between gaps, or blocks of days in turn (default: auto, "
        "sequence or time)",
    )
    split_days: int | None = setting(
        types.whole(1), None, "days of a block with --split-by days (default: 1)", metavar="N"
    )
    before: str | None = setting(
        default=None,
        metavar="DATE,DATE",
        help="train on what lies before the first date, validate on what lies before the second, "
        "test on the rest",
    )
    reading: Reading = part("frames in files")

    def __post_init__(self):
        if self.before is not None and len(self.before.split(",")) != 2:
            raise error(
                "--before",
                repr(self.before),
                "two dates with a comma: where training ends, and where validation ends",
                "Pass for example --before 2025-01-01,2025-07-01.",
            )

    def split_arguments(self):
        """Return what `SequenceDataset.split` is told, by name."""
        if self.before is not None:
            return {"before": tuple(self.before.split(","))}
        return {"by": self.split_by or "auto", "days": self.split_days or 1}

    def refuse_array_flags(self):
        """Refuse what says how an array is cut and read, where digits are drawn to measure."""
        for name, value in self.said_of_arrays().items():
            flag = flag_of(name)
            raise error(
                flag,
                f"{value} with moving digits",
                "an array of frames, from which windows are cut",
                f"Leave {flag} out: digit sequences are made to measure.",
            )

    def refuse_archive_flags(self, published):
        """Refuse what says how an archive is opened and split, where that is published.

        Args:
            published: `PublishedDataset`.
        """
        for name, value in self.said_of_arrays().items():
            if name not in _OF_PUBLISHED and name not in published.options:
                raise error(
                    flag_of(name),
                    f"{value} with the published dataset {published.name}",
                    "the files and the split as they were published",
                    f"Leave {flag_of(name)} out, or pass the files themselves as --data.",
                )

    def said_of_arrays(self):
        """Return what is said of how an array is cut and read, by name."""
        own = ("stride", "crop", "crop_stride", "split_by", "split_days", "before")
        said = {name: getattr(self, name) for name in own} | values_of(self.reading)
        return {name: value for name, value in said.items() if value is not None}


def parse_data(spec):
    """Return what kind of data is named, and which modes.

    Args:
        spec: str. "digits", "modes" or "modes:NAME,NAME", "NAME:PATH" of a published dataset, or a
            file, as `load_array_file` takes it.

    Returns:
        `(kind, told)`: "digits", "modes", "published" or "file"; and a tuple of names of modes,
        `(NAME, PATH)`, or None.

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
    if name in published_names() and not pathlib.Path(spec).exists():
        return PUBLISHED, (name, _published_path(name, modes))
    if names_archive(spec):
        return FILE, None
    raise error(
        "--data",
        repr(spec),
        "'digits', 'modes', NAME:PATH of a published dataset, a file that ends in "
        f"{say_suffixes()}, or a folder or pattern of such",
        "Check the spelling, or convert your frames with numpy.save(name, frames).",
    )


def _published_path(name, path):
    if path and pathlib.Path(path).exists():
        return path
    dataset = published_dataset(name)
    raise error(
        "--data",
        f"{f'{name}:{path}'!r}, where there is nothing" if path else f"{name!r} without a path",
        f"{name}:PATH, and there {dataset.needs}",
        f"Get it from {dataset.source}; nothing is downloaded here.",
    )


def names_archive(spec):
    """Tell whether `spec` names frames in files: a file with a reader, a folder, a pattern, a URL.

    Example:

    >>> names_archive("radar/*"), names_archive("s3://bucket/scans"), names_archive("digits")
    (True, True, False)
    """
    if names_array_file(spec) or is_url(spec) or glob.has_magic(spec):
        return True
    return bool(spec) and pathlib.Path(spec).is_dir()


def check_data(spec, windows):
    """Refuse a `--data` that names nothing, or flags that do not go with what it names."""
    kind, told = parse_data(spec)
    if kind == PUBLISHED:
        windows.refuse_archive_flags(published_dataset(told[0]))
    elif kind != FILE:
        windows.refuse_array_flags()


def check_files_of_data(spec):
    """Refuse files that `--data` names and that are not there, or empty."""
    if parse_data(spec)[0] == FILE:
        check_array_file("--data", spec)


def check_archive(spec):
    """Refuse a `--data` that names no frames in files."""
    if not names_archive(spec):
        raise error(
            "--data",
            repr(spec),
            f"a file that ends in {say_suffixes()}, or a folder or pattern of such",
            "Pass an archive of rain rates.",
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
