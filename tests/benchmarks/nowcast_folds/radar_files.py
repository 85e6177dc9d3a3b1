"""Small files of the names and codes of the radar files."""

import numpy as np

from tests.moving_fields import moving

_FMI = "radar_fmi_2016_2017_5min.npz"
_MRMS = "radar_mrms_20190610_2min_3win.npz"
_KNMI = "radar_knmi_20100826_5min.npz"
CODE_RATIO = 10 ** (1 / 20 / 1.53)  # of the rates of a code of FMI and the next one


def growing_rain(folder, first=40, second=20, size=32):
    """Both events of FMI, alike at all pixels; each frame is one code more, or five."""
    codes = {
        "dbz_code_20160928": _constant(80 + np.arange(first), size),
        "dbz_code_20170509": _constant(80 + 5 * np.arange(second), size),
    }
    np.savez(folder / _FMI, **codes)
    return folder


def moving_rain(folder, frames=28, size=64):
    """All events: FMI 2017 of rain that moves, the other files there, but of no use."""
    rates = np.maximum(np.exp(moving((size, size), (1, -1), frames)[0]) - 1, 0)
    rates = np.moveaxis(rates, -1, 0)
    with np.errstate(divide="ignore"):
        codes = np.rint(64 + 20 * np.log10(223 * rates**1.53))
    codes = np.where(codes < 1, 0, np.minimum(codes, 254)).astype("uint8")
    codes[:, :4] = 255
    np.savez(folder / _FMI, dbz_code_20170509=codes, dbz_code_20160928=codes)
    for name in (_KNMI, _MRMS):
        np.savez(folder / name, nothing=codes[:1])
    return folder


def _constant(codes, size):
    return np.broadcast_to(codes[:, None, None], (len(codes), size, size)).astype("uint8")
