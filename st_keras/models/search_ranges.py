"""Fields of ranges that `tune` searches among; one value is not searched."""

import argparse

from st_keras.choices import PRECISIONS, SAMPLINGS
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting

SWITCH = {"off": False, "on": True}


def whole_numbers():
    """Return the field of several whole numbers."""
    return setting(types.whole_numbers, None, metavar="2,4")


def interval():
    """Return the field of any number between two."""
    return setting(bounds, None, metavar="LOW,HIGH")


def off_on():
    """Return the field of a switch."""
    return setting(_switches, None, metavar="off,on")


def sampling():
    """Return the field of several ways of sampling."""
    return _names(SAMPLINGS)


def precision():
    """Return the field of several dtype policies."""
    return _names(PRECISIONS)


def bounds(text):
    """Parse "1e-4,1e-2" into (0.0001, 0.01), and "3" into (3.0, 3.0)."""
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) not in (1, 2):
        raise argparse.ArgumentTypeError(
            f"received {text!r}. Required: one number, or two with a comma between them. "
            "Pass for example 1e-4,1e-2."
        )
    return values if len(values) == 2 else values * 2


def _names(known):
    return setting(types.names_among(known), None, metavar=",".join(known))


def _switches(text):
    return tuple(SWITCH[name] for name in types.names_among(tuple(SWITCH))(text))
