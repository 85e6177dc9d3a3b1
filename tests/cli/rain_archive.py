"""A small archive of rain that moves, with times, units and a radar's disc."""

import numpy as np

SIZE = 48


def moving_rain(count):
    """Cells that move a pixel each scan over a radar that sees a disc."""
    y, x = np.mgrid[:SIZE, :SIZE]
    rain = np.stack(
        [
            sum(
                12 * np.exp(-((y - 10 * k - 6) ** 2 + ((x - t - 15 * k) % SIZE - 24) ** 2) / 12)
                for k in range(4)
            )
            for t in range(count)
        ]
    )
    rain[rain < 0.1] = 0
    rain[:, (y - 24) ** 2 + (x - 24) ** 2 > 23**2] = np.nan
    return rain.astype("float32")


def write_archive(path):
    """Write amounts of five minutes, on three days."""
    import xarray

    day = np.arange(24) * np.timedelta64(5, "m")
    times = np.concatenate([np.datetime64(f"2026-06-0{k}T00:00", "s") + day for k in range(1, 4)])
    coords = {
        "time": times,
        "y": ("y", np.arange(SIZE) * 1.0, {"units": "km"}),
        "x": ("x", np.arange(SIZE) * 1.0, {"units": "km"}),
    }
    array = xarray.DataArray(
        moving_rain(72) / 12, coords, ("time", "y", "x"), "amount", {"units": "mm"}
    )
    array.to_dataset().to_netcdf(path, engine="h5netcdf")
