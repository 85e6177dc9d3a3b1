"""Units of frames as archives spell them, and when numbers of two sources may meet."""

from st_keras.validation import error

_SPELLINGS = {
    "mm/h": (
        *("mm h-1", "mm hr-1", "mm/hr", "mmh-1", "mm h^-1", "mm/hour", "mm hour-1"),
        *("mm h**-1", "mm.h-1"),
        "kg m-2 h-1",  # a kilogram of water is a millimetre on a square metre
    ),
    "kg m-2 s-1": ("kg m^-2 s^-1", "kg/m2/s", "kg m**-2 s**-1", "kg/(m2 s)", "mm s-1", "mm/s"),
    "mm": ("kg m-2", "kg m^-2", "kg/m2", "millimeter", "millimeters"),
    "dBZ": ("dbz",),
    "K": ("kelvin", "Kelvin", "degK"),
}


def same_units(one, other):
    """Tell whether two texts say the same units.

    Example:

    >>> same_units("mm h-1", "mm/h"), same_units("mm/h", "dBZ")
    (True, False)
    """
    return usual_spelling(one) == usual_spelling(other)


def usual_spelling(units):
    """Return units as this package writes them; those that it does not know as they are.

    Example:

    >>> usual_spelling("mm hr-1"), usual_spelling("furlong")
    ('mm/h', 'furlong')
    """
    if units is None:
        return None
    text = " ".join(str(units).split())
    for usual, others in _SPELLINGS.items():
        if text == usual or text in others:
            return usual
    return text


def check_threshold_units(where, thresholds, units, frame_units):
    """Refuse thresholds in other units than the frames they are to be applied to.

    A threshold of 20 dBZ would never be reached by rain in mm/h, and 0.5 mm/h by any dBZ: the
    scores would be numbers all the same.

    Args:
        where: str. Who asks; the error begins with it.
        thresholds: sequence of floats, for the message.
        units: str, those of the thresholds, or None: not stated.
        frame_units: str, those of the frames, or None: not known.

    Returns:
        str, the units in their usual spelling; None where neither is known.

    Raises:
        ValueError: if both are known and differ.

    Example:

    >>> check_threshold_units("doc", (0.5, 1, 5), "mm h-1", "mm/h")
    'mm/h'
    """
    if units is not None and frame_units is not None and not same_units(units, frame_units):
        shown = ", ".join(f"{threshold:g}" for threshold in thresholds)
        raise error(
            where,
            f"thresholds {shown} in {units!r} for frames in {frame_units!r}",
            "thresholds in the units of the frames",
            f"State the thresholds in {frame_units!r}, or convert the frames to {units!r} first.",
        )
    return usual_spelling(frame_units if units is None else units)
