"""Readers of files with frames: a format is known by its suffix, one object each."""

import dataclasses
import functools
import importlib
import pkgutil
from collections.abc import Callable

from st_keras.datasets import readers
from st_keras.datasets.readers.urls import check_path
from st_keras.entry_points import entry_points, imported_from
from st_keras.validation import check_one_of, error

ENTRY_POINTS = "st_keras.readers"
VARIABLE = "variable"
_REGISTERED = {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reader:
    """A format of files that `load_array_file` and `--data` read.

    Args:
        name: str without dots: "npz".
        suffixes: tuple of str, how paths of the format end, in small letters: (".npz",).
        open: function of a path, as str, and `options` by name. It returns `Frames`, what is in
            the file with its times, units and grid; or, where nothing is known of these, a NumPy
            array, or anything with `shape`, `dtype` and slicing, which should read no more than it
            is asked for. Whatever it raises is told as a file that does not open; refusals made by
            `st_keras.validation.error` pass as they are. What is heavy is imported in it. A path
            may be a URL ("s3://bucket/radar.zarr"): see `readers/urls.py`.
        check: function `(where, path)` that refuses, by `st_keras.validation.error`, what can be
            refused before TensorFlow is imported; `where` is who asks. Default: a path that is no
            file, or an empty one.
        options: tuple of str, what `open` takes by name. "variable" is the name of one of several
            arrays; paths are then also FILE:KEY. Default: none.
        detect: function of a path to bool: whether this file, one whose suffix several readers
            have, is of this format. It looks at the file, and must not raise. Default None: files
            of the suffix that no other reader detects.

    Raises:
        ValueError: for a name with dots, or suffixes that are no such tuple.

    Example:

    >>> import pathlib
    >>> import numpy as np
    >>> from st_keras.datasets import Reader
    >>> raw = Reader(name="bytes", suffixes=(".raw",), open=lambda path: np.memmap(path, mode="r"))
    >>> pathlib.Path("rain.raw").write_bytes(bytes(12))
    12
    >>> raw.open("rain.raw").shape  # load_array_file("rain.raw"), after register_reader(raw)
    (12,)
    """

    name: str
    suffixes: tuple
    open: Callable
    check: Callable = check_path
    options: tuple = ()
    detect: Callable | None = None

    def __post_init__(self):
        ends = isinstance(self.suffixes, tuple) and all(
            each.startswith(".") and each == each.lower() for each in self.suffixes
        )
        if not (ends and self.suffixes and "." not in self.name):
            raise error(
                "Reader",
                f"name={self.name!r}, suffixes={self.suffixes!r}",
                "a name without dots, and a tuple of suffixes in small letters",
                "Pass for example name='netcdf', suffixes=('.nc',).",
            )


def register_reader(new):
    """Let this process know a format of files from outside of the package.

    Commands, workers and fresh processes learn of it by an entry point of the group
    "st_keras.readers" for each suffix, called NAME.SUFFIX: `netcdf.nc`. It is imported when a path
    ends so.

    Args:
        new: `Reader`. It takes the place of one registered before by the same name.

    Raises:
        ValueError: for something else, or a name or suffix that another reader has.
    """
    if not isinstance(new, Reader):
        raise error(
            "register_reader",
            f"{new!r}",
            "a st_keras.datasets.Reader",
            "Pass Reader(name=..., suffixes=('.ending',), open=function).",
        )
    # A cell of a notebook that runs again brings the same name and another function.
    former = [key for key in _REGISTERED if _name(key) == new.name]
    others = [key for key in _places() if key not in former]
    if any(_name(key) == new.name or _suffix(key) in new.suffixes for key in others):
        raise error(
            "register_reader",
            f"a reader named {new.name!r} of {', '.join(new.suffixes)}",
            f"a name and suffixes that are not taken; taken are {', '.join(others)}",
            "Give the reader another name or suffix.",
        )
    for key in former:
        del _REGISTERED[key]
    _REGISTERED.update(_by_key(new))


def reader_names():
    """Return the names of all readers; none from outside is imported for it."""
    return tuple(dict.fromkeys(map(_name, _places())))


def reader(name):
    """Return the reader of this name.

    Raises:
        ValueError: for a name that nobody has, or an entry point that is no such `Reader`.

    Example:

    >>> reader("npz").suffixes, reader("npz").options
    (('.npz',), ('variable',))
    """
    check_one_of("reader", "name", name, reader_names())
    return _found(*next(place for place in _places().items() if _name(place[0]) == name))


def has_reader(path):
    """Tell whether files that end as `path` have a reader, whether it is there or not.

    Example:

    >>> has_reader("RADAR.H5"), has_reader("radar.txt")
    (True, False)
    """
    return str(path).lower().endswith(tuple(map(_suffix, _places())))


def reader_of(path):
    """Return the reader of files that end as `path`, or None; it need not be there.

    Of several with this suffix the first that detects the file as its own; then the first that
    detects none: ours come first, and those registered before those with an entry point.

    Raises:
        ValueError: for an entry point that is no such `Reader`.

    Example:

    >>> reader_of("RADAR.H5").name, reader_of("radar.txt")
    ('hdf5', None)
    """
    text = str(path).lower()
    places = [place for place in _places().items() if text.endswith(_suffix(place[0]))]
    here = [place for _, place in places if isinstance(place, Reader)]
    # Those of other packages are imported where nobody else has the suffix.
    here = here or [_found(*place) for place in places]
    special = [each for each in here if each.detect]
    general = [each for each in here if not each.detect]
    if len(here) > 1:
        found = next((each for each in special if each.detect(str(path))), None)
        if found:
            return found
    return next(iter(general or special), None)


def say_suffixes():
    """Return how paths of all readers end, in words: ".h5, .hdf5, .npy or .npz"."""
    *first, last = dict.fromkeys(map(_suffix, _places()))
    return f"{', '.join(first)} or {last}"


def _places():
    """{NAME.SUFFIX: the reader, or where it is} of ours, registered ones, and entry points."""
    known = {**_ours(), **_REGISTERED}
    outside = entry_points(ENTRY_POINTS)
    return {**known, **{key: place for key, place in outside.items() if key not in known}}


@functools.cache
def _ours():
    """Readers of the files beside this one, by the names of these files."""
    found = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(readers.__path__)):
        module = importlib.import_module(f"{readers.__name__}.{name}")
        if hasattr(module, "READER"):
            found.update(_by_key(module.READER))
    return found


def _by_key(reader):
    # As entry points are named: a reader is known by name and suffix before it is imported.
    return {reader.name + suffix: reader for suffix in reader.suffixes}


def _name(key):
    return key.partition(".")[0]


def _suffix(key):
    return "." + key.partition(".")[2]


def _found(key, place):
    if isinstance(place, Reader):
        return place
    found = imported_from(ENTRY_POINTS, key, place)
    if not isinstance(found, Reader) or key not in _by_key(found):
        raise error(
            f"the entry point {key!r} of {ENTRY_POINTS}",
            f"{found!r}",
            "a st_keras.datasets.Reader, and as name of the entry point its NAME.SUFFIX",
            "Correct the package that names it, or uninstall it.",
        )
    return found
