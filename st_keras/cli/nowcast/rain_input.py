"""Data of which a `Nowcaster` can make something: rain rates in mm/h, of one channel."""

import dataclasses

from st_keras.units import usual_spelling
from st_keras.validation import error

_MISSING_SCANS = 2  # that a context may have


def of_rain(reading, missing_scans=_MISSING_SCANS):
    """Return how to read an archive for a Nowcaster, where nothing else is said.

    Reflectivity and amounts become rain rates, what is missing stays missing, and a context may
    lack two scans.

    Args:
        reading: `Reading`.
        missing_scans: int. Default 2.
    """
    said = {"as_rain_rate": True, "missing": "mask", "max_missing_scans": missing_scans}
    said = {name: value for name, value in said.items() if getattr(reading, name) is None}
    return dataclasses.replace(reading, **said)


def check_rain(where, image_shape, units):
    """Refuse data that are no rain rates in mm/h.

    Args:
        where: str. What the data were named by, such as "--data".
        image_shape: (H, W, C) of the frames.
        units: str, or None.

    Raises:
        ValueError: for several channels, other or unknown units.
    """
    channels = image_shape[-1]
    if channels != 1:
        raise error(
            where,
            f"frames of {channels} channels",
            "one channel: rain rates",
            "Pick one of several variables: FILE:NAME, or --variable NAME.",
        )
    if units in (None, "data units") or usual_spelling(units) != "mm/h":
        known = "whose units are not known" if units in (None, "data units") else f"in {units}"
        raise error(
            where,
            f"frames {known}",
            "rain rates in mm/h",
            "Convert them: --as-rain-rate (of dBZ, or of mm in an interval); or, if they are, say "
            "--units mm/h.",
        )
