"""Data of which a `Nowcaster` can make something: rain rates in mm/h, of one channel."""

import dataclasses

from st_keras.units import usual_spelling
from st_keras.validation import error


def rain_defaults(missing_scans=0):
    """Return how an archive is read for a Nowcaster, by name, where nothing else is said.

    Reflectivity and amounts become rain rates, and what is missing stays missing.

    Args:
        missing_scans: int, how many of a window may be missing. Default 0.
    """
    return {"as_rain_rate": True, "missing": "mask", "max_missing_scans": missing_scans}


def of_rain(reading):
    """Return a `Reading` with `rain_defaults` where it is silent."""
    said = {k: v for k, v in rain_defaults().items() if getattr(reading, k) is None}
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
