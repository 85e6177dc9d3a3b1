"""Types of command-line values: each refuses with the package's three-part message."""

import argparse
import math
import pathlib


def whole(minimum, maximum=None):
    """Return a type for ints of at least `minimum`, and at most `maximum` if given."""
    bounds = f"a whole number of at least {minimum}"
    if maximum is not None:
        bounds += f" and at most {maximum}"

    def parse(text):
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < minimum or (maximum is not None and value > maximum):
            raise _refusal(text, bounds, "Pass such a number.")
        return value

    return parse


def number(minimum, above=False):
    """Return a type for finite numbers of at least `minimum`, or only above it."""
    bounds = f"a finite number {'above' if above else 'of at least'} {minimum}"

    def parse(text):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < minimum or (above and value == minimum):
            raise _refusal(text, bounds, "Pass such a number.")
        return value

    return parse


def real(text):
    """Parse a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _refusal(text, "a finite number", "Pass for example -32.")
    return value


def reals(text):
    """Parse finite numbers with commas into a tuple."""
    return tuple(real(part) for part in text.split(","))


def reals_or_none(text):
    """Parse real numbers with commas, or "none"; what is no JSON number stays text, as "nan"."""
    if text == "none":
        return text
    values = tuple(_real(part) for part in text.split(","))
    if None in values:
        raise _refusal(text, "a number, nan, several with commas, or none", "Pass -9999.")
    return values[0] if len(values) == 1 else values


def _real(text):
    for kind in (int, float):
        try:
            value = kind(text)
            return value if math.isfinite(value) else str(value)
        except (ValueError, OverflowError):  # of an int beyond all floats
            continue
    return None


def whole_numbers(text):
    """Parse "64,64" into (64, 64)."""
    try:
        values = tuple(int(part) for part in text.split(","))
    except ValueError:
        values = ()
    if not values or min(values) < 1:
        raise _refusal(text, "whole numbers with commas between them", "Pass for example 64,64.")
    return values


def names_among(known, minimum=1):
    """Return a type for at least `minimum` different names out of `known`, with commas."""

    def parse(text):
        names = tuple(text.split(","))
        if len(names) < minimum or len(set(names)) < len(names) or not set(names) <= set(known):
            required = f"at least {minimum} different names out of {', '.join(known)}"
            raise _refusal(text, required, f"Pass for example {','.join(list(known)[:minimum])}.")
        return names

    return parse


def path(text):
    """Parse a path; an empty one is refused."""
    if not text.strip():
        raise _refusal(text, "the name of a file or folder", "Pass a name.")
    return pathlib.Path(text)


def paths(text):
    """Parse different paths with commas into a tuple."""
    found = tuple(path(part) for part in text.split(","))
    if len(set(found)) < len(found):
        raise _refusal(text, "different files or folders, with commas", "Pass each once.")
    return found


def name(*suffixes):
    """Return a type for paths of files whose names end in one of `suffixes`, such as ".npy"."""

    def parse(text):
        if path(text).suffix not in suffixes:
            ends = " or ".join(suffixes)
            raise _refusal(text, f"a name that ends in {ends}", "Pass such a name.")
        return path(text)

    return parse


def image_shape(text):
    """Parse "64,48,1" into (64, 48, 1)."""
    shape = whole_numbers(text)
    if len(shape) != 3:
        required = "three numbers H,W,C: height, width and channels"
        raise _refusal(text, required, "Pass for example 64,64,1.")
    return shape


def _refusal(received, required, action):
    return argparse.ArgumentTypeError(f"received {received!r}. Required: {required}. {action}")
