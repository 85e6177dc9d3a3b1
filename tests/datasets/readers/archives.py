"""Small archives as others write them."""

import numpy as np
import xarray

SCANS = np.datetime64("2026-06-01T00:00", "ns") + np.arange(6) * np.timedelta64(5, "m")
RAIN = np.random.default_rng(0).random((6, 4, 5)).astype("float32")
RAIN[2, 1, 1:3] = np.nan


def rain_dataset(values=RAIN, **attributes):
    """Return a dataset of one variable, "rain", with time, y and x."""
    attributes = {"units": "mm/h", **attributes}
    return xarray.Dataset(
        {"rain": (("time", "y", "x"), values, attributes)},
        coords={
            "time": SCANS[: len(values)],
            "y": ("y", np.arange(4.0), {"axis": "Y"}),
            "x": ("x", np.arange(5.0), {"axis": "X"}),
        },
        attrs={"license": "CC-BY-4.0"},
    )


def write_mlcast(path, zarr_format, name="rainfall_flux", **options):
    """Write an archive in the layout of the mlcast source-data specification 0.2.

    A time is a chunk; rows, columns, latitudes and longitudes, a grid mapping with its WKT, CF
    names, floats, NaN for no data, a licence by its SPDX name.

    Args:
        path: str or path of the zarr folder.
        zarr_format: 2, with consolidated metadata as the specification wants it, or 3.
        name: str, the CF standard name.
        options: for `Dataset.to_zarr`.

    Returns:
        float32 (6, 4, 5), what is in it.
    """
    y, x = np.arange(4.0) * 1000, np.arange(5.0) * 1000
    of_y = {"standard_name": "projection_y_coordinate", "units": "m", "axis": "Y"}
    of_x = {"standard_name": "projection_x_coordinate", "units": "m", "axis": "X"}
    lat = {"standard_name": "latitude", "units": "degrees_north"}
    lon = {"standard_name": "longitude", "units": "degrees_east"}
    wkt = 'PROJCRS["Polar stereographic", BASEGEOGCRS["WGS 84"]]'
    about = {"long_name": "rain", "standard_name": name, "units": "kg m-2 h-1"}
    dataset = xarray.Dataset(
        {
            name: (("time", "y", "x"), RAIN, {**about, "grid_mapping": "crs"}),
            "crs": ((), 0, {"crs_wkt": wkt, "spatial_ref": wkt}),
        },
        coords={
            "time": ("time", SCANS, {"standard_name": "time", "axis": "T"}),
            "y": ("y", y, of_y),
            "x": ("x", x, of_x),
            "lat": (("y", "x"), 50 + y[:, None] / 1e5 + 0 * x, lat),
            "lon": (("y", "x"), 5 + 0 * y[:, None] + x / 1e5, lon),
        },
        attrs={
            "Conventions": "CF-1.11",
            "license": "CC-BY-4.0",
            "consistent_timestep_start": "2026-06-01T00:00:00",
            "mlcast_created_on": "2026-06-02T00:00:00",
            "mlcast_created_by": "A Name <name@example.org>",
            "mlcast_created_with": "https://github.com/mlcast-community/mlcast-dataset-x@v0.1.0",
            "mlcast_dataset_version": "0.1.0",
            "mlcast_source_org_id": "XX-EXAMPLE",
        },
    )
    dataset.to_zarr(
        path,
        zarr_format=zarr_format,
        encoding={name: {"chunks": (1, 4, 5)}},
        **{"consolidated": zarr_format == 2, **options},
    )
    return RAIN
