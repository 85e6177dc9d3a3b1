"""Forecast files, read again."""

import pathlib

import numpy as np

from st_keras.datasets.forecast_files.ensemble_variables import MEMBERS, THRESHOLD
from st_keras.datasets.forecast_files.forecast import LEAD, MEMBER, REFERENCE, VALID, Forecast
from st_keras.datasets.readers.refusals import refuse_unreadable
from st_keras.datasets.readers.xarray_frames import frames_of
from st_keras.validation import error, require

WHERE = "open_forecast"


def open_forecast(path, variable=None):
    """Read a file that `write_forecast` has written.

    Args:
        path: str or Path of a .nc file or a .zarr folder.
        variable: str, the only one to be read, such as "rainfall_rate_members". Default None: the
            forecasts, all channels, without members and probabilities that stand beside them.

    Returns:
        `Forecast`.

    Raises:
        ValueError: if nothing is there, it cannot be read, or it holds no forecasts or none of that
            name.

    Example:

    >>> from st_keras.datasets import write_forecast
    >>> rain = np.random.default_rng(0).random((2, 3, 4, 6, 5, 1), "float32")
    >>> path = write_forecast("members.zarr", rain, step=np.timedelta64(10, "m"),
    ...                       reference_time=["2026-06-01T12:00", "2026-06-01T13:00"])
    >>> forecast = open_forecast(path)
    >>> forecast.axes, bool((forecast.frames == rain).all()), forecast.valid_time.shape
    ('NMTHWC', True, (2, 4))
    """
    xarray = require(WHERE, "xarray", "xarray", "geo")
    path = pathlib.Path(path)
    engine = {".nc": "h5netcdf", ".zarr": "zarr"}.get(path.suffix)
    if engine is None or not path.exists():
        raise error(
            WHERE,
            f"path={str(path)!r}" + (", which is not there" if engine else ""),
            "a forecast file, ending in .nc or .zarr",
            "Check the spelling and the folder.",
        )
    require(WHERE, engine, engine, "geo")
    with refuse_unreadable(WHERE, str(path)):
        with xarray.open_dataset(path, engine=engine, decode_coords="all") as file:
            file = file.load()
    found = {name: each for name, each in file.data_vars.items() if LEAD in each.dims}
    if variable is not None and variable not in found:
        raise error(
            WHERE,
            f"variable={variable!r}",
            f"one of its forecasts: {', '.join(map(repr, found)) or 'there are none'}",
            "Correct the name.",
        )
    variables = [found[variable]] if variable else list(_forecasts(found).values())
    if not variables:
        raise error(
            WHERE,
            f"{str(path)!r} without a variable along {LEAD!r}",
            "a file that write_forecast has written",
            "Read other files with xarray or open_frames.",
        )
    first = variables[0]
    if THRESHOLD in first.dims:
        raise error(
            WHERE,
            f"variable={variable!r}, which holds probabilities",
            "a variable of forecasts or of members",
            "Read it with xarray.open_dataset.",
        )
    runs = next((dim for dim in first.dims[:1] if dim not in (LEAD, MEMBER)), None)
    axes = "N" * (runs is not None) + "M" * (MEMBER in first.dims) + "THWC"
    one = first.isel({dim: 0 for dim in first.dims if dim in (runs, MEMBER)})
    units = tuple(each.attrs.get("units") for each in variables)
    lead = first[LEAD].values
    return Forecast(
        frames=np.stack([each.values for each in variables], axis=-1),
        axes=axes,
        reference_time=first[REFERENCE].values if REFERENCE in first.coords else None,
        lead_time=lead if lead.dtype.kind == "m" else None,
        names=tuple(str(each.name) for each in variables),
        units=units[0] if len(set(units)) == 1 else units,
        grid=frames_of(WHERE, one.drop_vars(VALID, errors="ignore")).grid,
        attributes=dict(file.attrs),
    )


def _forecasts(found):
    """Return the variables without those that `add_ensemble` put beside them."""
    kept = {}
    for name, each in found.items():
        beside = found.get(name.removesuffix(MEMBERS))  # itself, of another name
        of_members = beside is not None and MEMBER in each.dims and MEMBER not in beside.dims
        if THRESHOLD not in each.dims and not of_members:
            kept[name] = each
    return kept
