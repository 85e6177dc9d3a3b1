"""Forecasts as NetCDF and Zarr files by the CF conventions."""

import datetime
import pathlib

from st_keras.datasets.forecast_files.ensemble_variables import add_ensemble
from st_keras.datasets.forecast_files.forecast_dataset import forecast_dataset
from st_keras.files.whole_file import whole_file
from st_keras.files.whole_folder import check_new, whole_folder
from st_keras.validation import error, require

WHERE = "write_forecast"
SUFFIXES = (".nc", ".zarr")
_COMPRESSION = {"zlib": True, "complevel": 4, "shuffle": True}


def write_forecast(
    path,
    frames,
    *,
    reference_time=None,
    step=None,
    grid=None,
    units=None,
    name="forecast",
    axes=None,
    standard_name=None,
    long_name=None,
    history=None,
    model_hash=None,
    attributes=None,
    members=None,
    exceedance=None,
):
    """Write forecasts to a NetCDF file or a Zarr folder that xarray and its kin open.

    The file is there whole or not at all, and none is overwritten. By the CF conventions 1.11 it
    has, as far as they are known: `reference_time` (forecast_reference_time, the time of the last
    frame seen), `lead_time` (forecast_period), `valid_time` (time), `realization` of members, rows
    and columns with their grid mapping, units and names. Each channel is a variable, float32, NaN
    where nothing is known, compressed, a field a chunk. Where times or grid are not known, plain
    numbers stand in their place, and the attribute "comment" says so.

    Besides xarray, `open_forecast` reads it, `truth_of` finds the frames that came for our own
    scores, and `open_frames` takes forecasts as sequences with their valid times. To score a file
    with the package `scores` (extra `[radar]`), against an archive with a coordinate `time`:

        forecast = xarray.open_dataset("nowcast.nc")["rainfall_rate"]
        archive = xarray.open_zarr("radar.zarr")["rainfall_rate"]
        truth = archive.sel(time=forecast.valid_time)       # the frames of each lead time
        scores.continuous.mae(forecast, truth, preserve_dims="lead_time")
        events = scores.categorical.ThresholdEventOperator(default_event_threshold=1.0)
        counts = events.make_contingency_manager(forecast, truth)
        counts.transform(preserve_dims="lead_time").critical_success_index()

    `scores` leaves out a pixel where either side is NaN; our scores are NaN where a forecast is
    missing and the truth is not. Members: `scores.probability.crps_for_ensemble(forecast, truth,
    ensemble_member_dim="realization", method="fair")`.

    Args:
        path: str or Path that does not exist yet, ending in .nc (NetCDF-4) or .zarr (format 2).
        frames: real numbers, NaN where a value is missing: forecasts (N, horizon, H, W, C), one of
            them (horizon, H, W, C), or with members as `axes` says.
        reference_time: datetime64, datetime or ISO text, in UTC: when the last frame seen was
            taken; a sequence (N,) of them for N forecasts. Default None: not known.
        step: timedelta64 or timedelta between two frames: the first is for `reference_time` +
            `step`. Or the lead times (horizon,). Default None: not known.
        grid: `Grid` of the frames, or None (default): not known.
        units: str, or a sequence of C of them, as in "mm/h". Default None: not said.
        name: str, or a sequence of C of them: names of the variables. Default "forecast".
        axes: str, letters of the axes of `frames` in their order, T, H, W, C and N or M (members)
            or both. Default None: "NTHWC" of five axes, "THWC" of four, "NMTHWC" of six.
        standard_name: str or a sequence of C of them, by the CF table. Default None: what radars
            show in these units (`STANDARD_NAMES`), else none.
        long_name: str or a sequence of C of them, what people read. Default None: none.
        history: str, the command that made the forecast; the time of now is put before it. Default
            None: none.
        model_hash: str that tells which model it was. Default None: not said.
        attributes: dict of str or numbers, further global attributes, such as "institution".
        members: beside frames without members, an ensemble of the same forecasts, with M before the
            lead times: (N, M, horizon, H, W, C); the variable NAME_members. Default None: none.
        exceedance: dict, threshold in `units` -> probability that it is reached, of the shape of
            the frames; the variable exceedance_probability. Default None: none.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if `path` exists, ends otherwise or cannot be written; if frames are not as
            their axes, hold infinite values or no numbers; if times are not as many as forecasts
            and frames or do not ascend; if the grid has another size; for a name that is none in a
            file; if xarray, h5netcdf or zarr is not installed.

    Source: CF conventions 1.11, chapters 3 (units and names), 4 (coordinates), 5.6 (grid mappings)
    and 5.7 (scalar coordinates); https://cfconventions.org.

    Example:

    >>> import numpy as np
    >>> import xarray
    >>> rain = np.random.default_rng(0).random((3, 4, 6, 5, 1))       # 3 forecasts of 4 frames
    >>> made = np.datetime64("2026-06-01T12:00") + np.arange(3) * np.timedelta64(30, "m")
    >>> path = write_forecast("nowcast.nc", rain, reference_time=made, units="mm/h",
    ...                       step=np.timedelta64(5, "m"), name="rainfall_rate")
    >>> with xarray.open_dataset(path) as file:
    ...     dict(file["rainfall_rate"].sizes), str(file.valid_time.values[0, 3])
    ({'reference_time': 3, 'lead_time': 4, 'y': 6, 'x': 5}, '2026-06-01T12:20:00.000000000')
    """
    path = _checked(path)
    dataset = forecast_dataset(
        WHERE, frames, reference_time, step, grid, units, name, axes, standard_name, long_name
    )
    if members is not None or exceedance is not None:
        dataset = add_ensemble(WHERE, dataset, members, exceedance)
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    dataset.attrs |= {} if history is None else {"history": f"{now} {history}"}
    dataset.attrs |= {} if model_hash is None else {"model_hash": str(model_hash)}
    dataset.attrs |= _attributes(attributes)
    if path.suffix == ".zarr":
        require(WHERE, "zarr", "zarr", "geo")
        with whole_folder(WHERE, path) as folder:
            dataset.to_zarr(
                folder, mode="w", zarr_format=2, consolidated=True, encoding=_encoding(dataset)
            )
        return path
    require(WHERE, "h5netcdf", "h5netcdf", "geo")
    with whole_file(path, WHERE) as temporary:
        encoding = _encoding(dataset, **_COMPRESSION)
        dataset.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)
        check_new(WHERE, path)  # else what came meanwhile would be replaced
    return path


def _checked(path):
    """Return a path to write to, before anything is computed for it."""
    path, said = pathlib.Path(path), str(path)
    if path.suffix not in SUFFIXES or "://" in said:
        raise error(
            WHERE,
            f"path={said!r}",
            f"a path on this machine that ends in {' or '.join(SUFFIXES)}",
            f"Write to {(path.stem or 'forecast') + SUFFIXES[0]!r}, and copy it from there.",
        )
    check_new(WHERE, path)
    return path


def _encoding(dataset, **compression):
    """Return how the variables are stored: one field a chunk."""
    chunks = "chunksizes" if compression else "chunks"
    return {
        name: {
            **{key: array.encoding[key] for key in ("_FillValue", "dtype", "grid_mapping")
               if key in array.encoding},
            **compression,
            chunks: (1,) * (array.ndim - 2) + array.shape[-2:],
        }
        for name, array in dataset.data_vars.items()
    }  # fmt: skip


def _attributes(attributes):
    """Return global attributes that every format holds."""
    attributes = dict(attributes or {})
    strange = [
        key
        for key, value in attributes.items()
        if not isinstance(key, str) or type(value) not in (str, int, float)
    ]
    if strange:
        raise error(
            WHERE,
            f"attributes of which {strange[0]!r} is {attributes[strange[0]]!r}",
            "text or a number for each name",
            "Write what is neither as text, for example with json.dumps.",
        )
    return attributes
