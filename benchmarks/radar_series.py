"""The series of radar frames on which the protocol `radar-60min-v1` has rows.

All are read by our own readers and cut by `SequenceDataset`, as a user's archive is: blocks of
4 x 4 pixels, windows that never leave an event.
"""

import dataclasses
import pathlib

import numpy as np

from st_keras.datasets import SequenceDataset, open_frames
from st_keras.metrics.radar import PROTOCOLS

FOLDER = pathlib.Path(__file__).resolve().parents[1].parent / "shared" / "data"
_PROTOCOL = PROTOCOLS["radar-60min-v1"]
_BLOCK = 4
_NO_CODE = 65535
# All pixels in reach of the KNMI radars lie in one square of 512 pixels.
_KNMI_ROWS, _KNMI_COLUMNS = slice(172, 684), slice(113, 625)


def _fmi(event):
    """dBZ = (code - 64) / 2 and Z = 223 R^1.53; code 0 is no echo, 255 no data."""

    def read(folder):
        path = folder / "radar_fmi_2016_2017_5min.npz"
        codes = np.asarray(open_frames(path, variable=f"dbz_code_{event}").values)
        rates_of = (10 ** ((np.arange(256.0) - 64) / 20) / 223) ** (1 / 1.53)
        rates_of[0], rates_of[255] = 0.0, np.nan
        return rates_of[codes][None], 1.0

    return read


def _knmi(frames):
    """Hundredths of mm in 5 minutes."""

    def read(folder):
        path = folder / "radar_knmi_20100826_5min.npz"
        codes = open_frames(path, variable="precip_hundredths_mm").values
        return codes[frames, _KNMI_ROWS, _KNMI_COLUMNS][None], 0.01 * 12

    return read


def _mrms(step):
    """Tenths of mm/h of the third window; every `step`-th frame, from each of the first ones."""

    def read(folder):
        codes, factor = _mrms_windows(folder)
        return np.stack([codes[2, first::step] for first in range(step)]), factor

    return read


def _mrms_windows(folder):
    path = folder / "radar_mrms_20190610_2min_3win.npz"
    return open_frames(path, variable="rate_tenths_mm_per_h").values[:], 0.1


# Each event whole: whoever leaves one out has seen no frame of its series.
EVENTS = {
    "fmi_2016": _fmi("20160928"),
    "fmi_2017": _fmi("20170509"),
    "knmi": _knmi(slice(None)),
    "mrms": _mrms_windows,
}


_FMI = "Finnish Meteorological Institute, radar composite, CC BY 4.0"
CREDITS = {
    "fmi_2016": f"{_FMI}, 2016-09-28",
    "fmi_2017": f"{_FMI}, 2017-05-09",
    "knmi": "Royal Netherlands Meteorological Institute, radar composite, CC BY 4.0, 2010-08-26",
    "mrms": "NOAA/NSSL Multi-Radar Multi-Sensor, public domain, 2019-06-10",
}
SERIES_OF = {
    "fmi_2016": ("fmi_20160928",),
    "fmi_2017": ("fmi_20170509",),
    "knmi": ("knmi_first52", "knmi_last40"),
    "mrms": ("mrms_w3_2min_24min", "mrms_w3_6min_36min"),
}


def whole_events(names, folder=FOLDER):
    """Return {name: float32 (N, T, H, W), mm/h}, of all pixels; NaN is missing."""
    found = {}
    for name in names:
        codes, factor = EVENTS[name](pathlib.Path(folder))
        codes = np.asarray(codes)
        rates = codes.astype("float32") * np.float32(factor)
        if codes.dtype.kind != "f":
            rates[codes == _NO_CODE] = np.nan
        found[name] = rates
    return found


@dataclasses.dataclass(frozen=True)
class RadarSeries:
    """One series.

    Attributes:
        protocol: `RainProtocol`, with the lead times that the series is long enough for.
        read: function of the folder with the files to codes (N, T, H, W), and the factor that makes
            mm/h of them.
    """

    protocol: object
    read: object

    def windows(self, folder=FOLDER):
        """Return (context, truth), float64 (B, T, H, W, 1) in mm/h; NaN is missing."""
        codes, factor = self.read(pathlib.Path(folder))
        protocol = self.protocol
        data = SequenceDataset.from_arrays(
            codes,
            protocol.context_length,
            protocol.horizon,
            stride=protocol.stride,
            axes="NTHW",
            coarsen=_BLOCK,
            missing="mask",
            missing_value=np.nan if codes.dtype.kind == "f" else _NO_CODE,
        )
        windows = np.stack([data.window(i) for i in range(data.num_windows)])
        # Means of codes are exact in float32; so are then values that lie on a threshold.
        rates = windows.astype("float64") * factor
        return rates[:, : protocol.context_length], rates[:, protocol.context_length :]


SERIES = {
    "fmi_20160928": RadarSeries(_PROTOCOL, _fmi("20160928")),
    "fmi_20170509": RadarSeries(_PROTOCOL, _fmi("20170509")),
    "knmi_first52": RadarSeries(_PROTOCOL, _knmi(slice(0, 52))),
    "knmi_last40": RadarSeries(_PROTOCOL, _knmi(slice(52, 92))),
    # 36 frames of 2 minutes hold no hour of 5-minute steps.
    "mrms_w3_2min_24min": RadarSeries(dataclasses.replace(_PROTOCOL, minutes=2), _mrms(1)),
    "mrms_w3_6min_36min": RadarSeries(
        dataclasses.replace(_PROTOCOL, minutes=6, horizon=6), _mrms(3)
    ),
}
