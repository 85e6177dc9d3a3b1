"""Times in the names of files."""

import datetime
import functools
import pathlib
import re

import numpy as np

from st_keras.validation import error

_DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "y": 2, "j": 3}
# No two of them fit the same digits, and none is a date without a time or a number.
_USUAL = (
    *("%Y%m%d%H%M%S", "%Y%m%d%H%M"),
    *(f"%Y%m%d{between}%H%M{end}" for between in "T_-." for end in ("%S", "")),
    *(f"%Y-%m-%d{between}%H-%M{end}" for between in "T_-" for end in ("-%S", "")),
    *(f"%Y-%m-%d{between}%H:%M{end}" for between in "T_ " for end in (":%S", "")),
    *(f"%Y-%m-%d{between}%H%M{end}" for between in "T_-" for end in ("%S", "")),
)
_YEARS = range(1900, 2100)


def time_in_name(where, path, pattern=None):
    """Return the time that the name of a file says, in UTC as archives write it.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path; only its last part counts.
        pattern: str of strptime's %Y %y %j %m %d %H %M %S between other letters, found anywhere in
            the name: "%Y%m%d%H%M". Default None: the usual forms, such as 201008260540,
            20100826054000, 20100826T0540, 20100826_0540 and 2010-08-26T05-40-00, in the years
            1900 to 2099.

    Returns:
        datetime64 of seconds. None where no pattern is given, and no time is found, or several.

    Raises:
        ValueError: for another pattern, or one that fits nowhere or at several different times.

    Example:

    >>> time_in_name("doc", "radar/RAD_NL25_RAP_5min_201008260540.h5")
    np.datetime64('2010-08-26T05:40:00')
    >>> time_in_name("doc", "echo_2010238.png", "%Y%j"), time_in_name("doc", "frame_0001.png")
    (np.datetime64('2010-08-26T00:00:00'), None)
    """
    name = pathlib.PurePath(str(path)).name
    if pattern is None:
        found = {when for usual in _USUAL for when in _times(name, usual)}
        found = [when for when in found if when.year in _YEARS]
        return np.datetime64(found[0], "s") if len(found) == 1 else None
    found = sorted(set(_times(name, check_time_pattern(where, pattern))))
    if len(found) != 1:
        several = f" at {len(found)} different times" if found else ", which it does not fit"
        raise error(
            where,
            f"time_pattern={pattern!r} for the name {name!r}{several}",
            "a pattern that fits at one place",
            "Add letters that stand before or after the time, such as 'obs_%Y%m%d%H%M'.",
        )
    return np.datetime64(found[0], "s")


def check_time_pattern(where, pattern):
    """Return a pattern as `time_in_name` takes it.

    Args:
        where: str. Who asks; the error begins with it.
        pattern: str.

    Raises:
        ValueError: for one with other directives, without any, or with one twice.

    Example:

    >>> check_time_pattern("doc", "%Y%m%d")
    '%Y%m%d'
    """
    found = re.findall("%(.?)", pattern) if isinstance(pattern, str) else []
    year = {"Y", "y"} & set(found)
    if not year or len(set(found)) != len(found) or not set(found) <= set(_DIGITS):
        raise error(
            where,
            f"time_pattern={pattern!r}",
            "a text with a year and at most one each of %Y %y %j %m %d %H %M %S",
            "Pass for example time_pattern='%Y%m%d%H%M'.",
        )
    return pattern


def _times(name, pattern):
    """All times in a name, as datetimes: one that continues a number is none."""
    for found in _expression(pattern).finditer(name):
        parts = found.groupdict()
        try:
            yield datetime.datetime.strptime(
                " ".join(parts.values()), " ".join(f"%{letter}" for letter in parts)
            )
        except ValueError:
            pass  # month 13: a number that is no time


@functools.lru_cache  # of thousands of files all have the same
def _expression(pattern):
    form = re.sub(
        "%(.)", lambda found: rf"(?P<{found[1]}>\d{{{_DIGITS[found[1]]}}})", _escaped(pattern)
    )
    begin = r"(?<!\d)" if pattern.startswith("%") else ""
    # Nor is one that seconds may follow, which another pattern reads.
    end = r"(?!\d|[-:]\d\d(?!\d))" if pattern[-2:-1] == "%" else ""
    return re.compile(begin + form + end)


def _escaped(pattern):
    return "".join(
        part if part.startswith("%") else re.escape(part) for part in re.split("(%.)", pattern)
    )
