"""Quantities of ODIM_H5: their units, and what "measured, but nothing detected" means in them."""

import dataclasses
import math

import numpy as np

from st_keras.datasets.archives.standard_names import STANDARD_NAMES

LOWEST_REFLECTIVITY = -32.0  # dBZ: code 0 of the usual 8 bits, 0.5 * code - 32


@dataclasses.dataclass(frozen=True)
class Quantity:
    """A quantity: its unit, its CF standard name, and its value where nothing was detected.

    Args:
        units: str.
        standard_name: str of the CF table, or None: it has none.
        undetected: float. NaN, the default: nothing is known there. None: as low as codes go.
    """

    units: str
    standard_name: str | None = None
    undetected: float | None = math.nan


_REFLECTIVITY = Quantity("dBZ", STANDARD_NAMES["dBZ"], None)
QUANTITIES = {
    "DBZH": _REFLECTIVITY,
    "DBZV": _REFLECTIVITY,
    "TH": _REFLECTIVITY,
    "TV": _REFLECTIVITY,
    "RATE": Quantity("mm/h", STANDARD_NAMES["mm/h"], 0.0),
    "ACRR": Quantity("mm", STANDARD_NAMES["mm"], 0.0),
    "VIL": Quantity("kg m-2", None, 0.0),
    "HGHT": Quantity("km", None, 0.0),
    "QIND": Quantity("1"),
    "VRAD": Quantity("m/s", "radial_velocity_of_scatterers_away_from_instrument"),
    "WRAD": Quantity("m/s"),
    "ZDR": Quantity("dB"),
    "KDP": Quantity("degrees/km"),
    "RHOHV": Quantity("1"),
    "SNR": Quantity("dB"),
    "SQI": Quantity("1"),
}


def no_echo(quantity, dtype, gain, offset):
    """Return the value of pixels in which the radar looked and detected nothing.

    No rain is 0. No reflectivity would be minus infinity in dBZ: it is the lowest value that codes
    express, and no less than -32 dBZ. Where nothing else is known of such a pixel it is missing.

    Args:
        quantity: str, a key of `QUANTITIES`.
        dtype: of the codes.
        gain, offset: floats: the value is gain * code + offset.

    Returns:
        float, NaN for missing.

    Example:

    >>> no_echo("DBZH", "uint8", 0.5, -31.5), no_echo("DBZH", "float64", 1.0, 0.0)
    (-31.5, -32.0)
    >>> no_echo("RATE", "uint16", 0.1, 0.0), no_echo("VRAD", "uint8", 0.5, -64.0)
    (0.0, nan)
    """
    known = QUANTITIES[quantity].undetected
    if known is not None:
        return known
    dtype = np.dtype(dtype)
    lowest = -math.inf
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        lowest = min(gain * limits.min, gain * limits.max) + offset
    return float(max(lowest, LOWEST_REFLECTIVITY))
