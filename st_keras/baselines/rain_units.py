"""Rain rates in mm/h of frames in the user's units, and back."""

import numpy as np

from st_keras.validation import check_number, error

_MM_PER_HOUR = {"mm/h": 1.0, "kg m-2 s-1": 3600.0}
_LOWEST_RAIN = 0.1  # mm/h: what is below counts as dry


class RainUnits:
    """Convert frames to rain rates and back.

    Args:
        where: str. Who asks; the errors begin with it.
        units: str: "mm/h", "kg m-2 s-1", "dBZ", or another spelling of these.
        zr: tuple (a, b), of "dBZ": the reflectivity is Z = a R^b mm^6/m^3, with R in mm/h. Default
            (200, 1.6), of Marshall and Palmer (1948). FMI uses (223, 1.53).

    Attributes:
        units: str, in the usual spelling.

    Raises:
        ValueError: for other units, such as amounts "mm", or factors that are not positive.

    Example:

    >>> units = RainUnits("doc", "dBZ")
    >>> rates = units.rates(np.array([-32.0, 23.0103, 39.0103]))
    >>> rates.round(3).tolist(), units.frames(rates, lowest=-32.0).round(3).tolist()
    ([0.0, 1.0, 10.0], [-32.0, 23.01, 39.01])
    """

    def __init__(self, where, units="mm/h", zr=(200.0, 1.6)):
        from st_keras.datasets.archives.frame_units import usual_spelling

        self.units = usual_spelling(units)
        if self.units != "dBZ" and self.units not in _MM_PER_HOUR:
            raise error(
                where,
                f"frames in {units!r}" if units else "frames of unknown units",
                f"rain rates or reflectivities: {', '.join(_MM_PER_HOUR)}, dBZ",
                "Convert the frames: an amount of d minutes in mm, times 60 / d, is a rate in "
                "mm/h; and say units='mm/h'.",
            )
        if np.shape(zr) != (2,):
            raise error(
                where,
                f"zr={zr!r}",
                "two numbers (a, b) of Z = a R^b",
                "Pass for example zr=(200, 1.6).",
            )
        self.zr = tuple(check_number(where, "zr", each, 1e-6) for each in zr)

    def rates(self, frames):
        """Return float64 rain rates in mm/h; NaN stays NaN."""
        frames = np.asarray(frames, "float64")
        if self.units != "dBZ":
            return frames * _MM_PER_HOUR[self.units]
        a, b = self.zr
        return (10.0 ** (frames / 10.0) / a) ** (1.0 / b)

    def frames(self, rates, lowest):
        """Return frames in the user's units.

        Args:
            rates: float64 array, mm/h.
            lowest: float, what "dBZ" are where it is dry (below 0.1 mm/h), if that is lower than
                0.1 mm/h in dBZ.
        """
        if self.units != "dBZ":
            return rates / _MM_PER_HOUR[self.units]
        a, b = self.zr
        dbz = 10.0 * np.log10(a * np.maximum(rates, _LOWEST_RAIN) ** b)
        dry = min(lowest, float(10.0 * np.log10(a * _LOWEST_RAIN**b)))
        return np.where(rates < _LOWEST_RAIN, dry, dbz)
