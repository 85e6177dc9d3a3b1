"""What can be told from the units of frames."""

import re

from st_keras.units import same_units, usual_spelling
from st_keras.validation import error

_RAIN_UNITS = ("mm/h", "kg m-2 s-1", "mm")
_RAIN_NAMES = re.compile(r"rain|precip", re.IGNORECASE)


def channel_facts(frames, number):
    """Return what an archive says of one channel.

    Args:
        frames: `Frames`.
        number: int, which channel.

    Returns:
        `(name, units, attributes)`; see `check_rain`. Those of the frames, unless several variables
        were put together.

    Example:

    >>> import numpy as np
    >>> from st_keras.datasets.archives.frames import Frames
    >>> frames = Frames(values=np.zeros((5, 4, 6)), name="rain", units="mm/h")
    >>> channel_facts(frames, 0)
    ('rain', 'mm/h', {})
    """
    units = frames.attributes.get("channel_units")
    if units is None:
        return frames.name, frames.units, frames.attributes
    standard = frames.attributes.get("channel_standard_names", [None] * len(units))
    return frames.channels[number], units[number], {"standard_name": standard[number]}


def units_of_targets(frames, targets):
    """Return the units of the channels that are forecast; None if they differ or are not known.

    Args:
        frames: `Frames`.
        targets: ints, which channels.
    """
    units = {usual_spelling(unit): unit for unit in (channel_facts(frames, c)[1] for c in targets)}
    return next(iter(units.values())) if len(units) == 1 else None


def check_units(where, found, stated):
    """Return the units of frames: as stated, else as the archive says.

    Args:
        where: str. Who asks; the error begins with it.
        found: str of the archive, or None.
        stated: str of the user, or None.

    Raises:
        ValueError: if both are there and differ.
    """
    if stated is None or found is None:
        return found if stated is None else stated
    if not same_units(found, stated):
        raise error(
            where,
            f"frames in {found!r}",
            f"the units that were stated or trained on, {stated!r}",
            "State the units of the archive, or convert it first: nothing is converted on the way.",
        )
    return found


def check_rain(where, low, units, name, attributes):
    """Refuse negative values of what can only be rain.

    Args:
        where: str. Who asks; the error begins with it.
        low: float, the smallest value.
        units, name: str or None, of the frames.
        attributes: dict of the archive, of which "standard_name" and "quantity" are looked at.

    Raises:
        ValueError: for a rain rate or amount below zero.
    """
    names = (name, attributes.get("standard_name"), attributes.get("quantity"))
    is_rain = any(_RAIN_NAMES.search(str(each)) for each in names if each)
    if low < 0 and is_rain and usual_spelling(units) in _RAIN_UNITS:
        raise error(
            where,
            f"rain of {low:g} {units}",
            "no value below 0",
            f"Name it if it is a code for no data: missing_value={low:g}; else correct the scale "
            "and offset of the archive.",
        )
