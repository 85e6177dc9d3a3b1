"""Archives that pysteps has an importer for, as frames that are read when they are asked for."""

import contextlib
import datetime
import io
import os
import pathlib
import threading

import numpy as np

from st_keras.datasets.archives.frame_numbers import NumberedFrames
from st_keras.datasets.archives.frames import Frames, Grid
from st_keras.datasets.archives.name_times import time_in_name
from st_keras.datasets.archives.standard_names import STANDARD_NAMES
from st_keras.datasets.readers.refusals import check_filled_file, refuse_unreadable
from st_keras.validation import error, require

WHERE = "from_pysteps"
# What pysteps' metadata say of the values, and the attribute that they become.
_KEPT = ("institution", "product", "zr_a", "zr_b", "threshold", "zerovalue")


def from_pysteps(importer, files, time_pattern=None, **options):
    """Open an archive by one of pysteps' importers, a file for each scan.

    The first file is read at once, for the size of the frames, their unit and their grid; each of
    the others when its frame is, one at a time, since not all importers can be called by several
    threads. What an importer masks, or gives as NaN, is missing.

    Polar volumes are no frames yet. Those that xradar reads, wradlib brings to a grid, and
    `SequenceDataset.from_xarray` takes the result (neither package comes with this one):

        sweep = xradar.io.open_odim_datatree(path)["sweep_0"].to_dataset().xradar.georeference()
        gates = np.stack([sweep.x.values.ravel(), sweep.y.values.ravel()], axis=1)
        rain = wradlib.comp.togrid(
            gates, pixels, 250e3, [0, 0], sweep["DBZH"].values.ravel(), wradlib.ipol.Nearest
        )

    with `pixels` (H * W, 2), the places of the grid in metres from the radar; stack such scans in
    an `xarray.DataArray` of the dimensions time, y and x.

    Args:
        importer: str, what pysteps calls it: "fmi_pgm", "dwd_hdf5", "mrms_grib", "saf_crri", ...
            Or a function of a path to (field (H, W), quality or None, dict of metadata), as
            pysteps' importers are; it needs no pysteps.
        files: sequence of paths; or of (time, path), as `zip(dates, names)` of what
            `pysteps.io.find_by_date` returns: times are datetimes or datetime64, in UTC where they
            have no time zone. Pairs whose path is None, of scans that find_by_date did not find,
            are left out.
        time_pattern: str, where names of files say the time, such as "%Y%m%d%H%M". Default None:
            the usual forms are tried, see `archives/name_times.py`. Only for paths without a time.
        options: for the importer, such as gzipped=True of "fmi_pgm".

    Returns:
        `Frames`: float32 (T, H, W), in the order of `files`, with times where all have one; units
        such as "dBZ", "dB(mm/h)" where values are decibels of it; the grid of the metadata.

    Raises:
        ValueError: without pysteps; for an unknown importer, no files, a file that is missing or
            empty; where a frame is read that the importer fails at, or of another size, unit or
            grid than the first.

    Example:

    >>> def importer(path, scale=1.0):
    ...     metadata = {"unit": "mm/h", "x1": 0.0, "x2": 3.0, "y1": 0.0, "y2": 2.0}
    ...     return scale * np.loadtxt(path), None, metadata | {"yorigin": "upper"}
    >>> for minute in (0, 5):
    ...     np.savetxt(f"rain_2026010100{minute:02}.txt", np.full((2, 3), minute))
    >>> names = ["rain_202601010000.txt", "rain_202601010005.txt"]
    >>> frames = from_pysteps(importer, names, scale=0.1)
    >>> frames.shape, frames.units, frames.grid.y, str(frames.times[1])
    ((2, 2, 3), 'mm/h', array([1.5, 0.5]), '2026-01-01T00:05:00')
    >>> frames.values[1, 0].tolist()
    [0.5, 0.5, 0.5]
    """
    call = importer if callable(importer) else _importer(importer)
    times, paths = _times_and_paths(files, time_pattern)
    scans = _Scans(call, paths, options)
    _, metadata = scans.first
    return Frames(
        values=NumberedFrames(scans.read, (len(paths), *scans.first[0].shape), "float32"),
        axes="THW",
        times=times,
        units=_units(metadata),
        name=None,
        grid=_grid(metadata, scans.first[0].shape),
        nan_is_missing=True,
        sources=tuple(paths),
        attributes=_attributes(metadata),
    )


class _Scans:
    def __init__(self, importer, paths, options):
        self.importer, self.paths, self.options = importer, paths, options
        self._lock = threading.Lock()
        self.first = self._import(paths[0])

    def read(self, first, last):
        return np.stack([self._scan(path) for path in self.paths[first : last + 1]])

    def _scan(self, path):
        field, metadata = self._import(path)
        size, said = self.first[0].shape, self.first[1]
        grid, expected = _grid(metadata, field.shape), _grid(said, size)
        changed = None
        if field.shape != size:
            changed = f"a frame of shape {field.shape}, where the first has {size}"
        elif _units(metadata) != _units(said):
            changed = f"values in {_units(metadata)}, where the first has {_units(said)}"
        elif (grid is None) != (expected is None) or (grid and grid.differs_from(expected)):
            changed = "another grid than the first"
        if changed:
            raise error(
                WHERE,
                f"{path!r} with {changed}",
                "files of one size, unit and grid",
                f"Open it by itself, or leave it out; the first is {self.paths[0]!r}.",
            )
        return field

    def _import(self, path):
        check_filled_file(WHERE, path)
        with self._lock, refuse_unreadable(WHERE, path):
            try:
                field, _, metadata = self.importer(path, **self.options)
            except Exception as reason:
                # By name: pysteps need not be there.
                if type(reason).__name__ != "MissingOptionalDependency":
                    raise
                raise error(
                    WHERE,
                    f"an importer that lacks a package ({reason})",
                    "the package that it names",
                    "Install it with pip.",
                ) from reason
            field = np.ma.filled(np.ma.asarray(field).astype("float32"), np.nan)
            if field.ndim != 2:
                raise error(
                    WHERE,
                    f"{path!r} with a field of shape {field.shape}",
                    "one frame, (H, W)",
                    "Use an importer of fields with two axes.",
                )
        return field, dict(metadata)


def _importer(name):
    with contextlib.redirect_stdout(io.StringIO()):  # it prints where its settings are
        pysteps_io = require(WHERE, "pysteps.io", "pysteps", "radar")
    try:
        return pysteps_io.get_method(name, "importer")
    except (TypeError, ValueError) as reason:
        raise error(
            WHERE,
            f"importer={name!r} ({' '.join(str(reason).split())})",
            "the name of one of pysteps' importers, or a function like them",
            "Pass for example importer='fmi_pgm'.",
        ) from reason


def _times_and_paths(files, pattern):
    pairs = [] if isinstance(files, (str, os.PathLike)) else list(files)
    timed = [not isinstance(pair, (str, os.PathLike)) for pair in pairs]
    if all(timed):
        pairs = [(when, path) for when, path in pairs if path is not None]
    if not pairs or any(timed) != all(timed):
        raise error(
            WHERE,
            f"files={str(files)[:80]!r}",
            "a sequence of at least one path, or of pairs (time, path)",
            "Pass for example sorted(glob.glob('radar/*.h5')).",
        )
    if all(timed):
        times = [_utc(when) for when, _ in pairs]
        paths = [str(path) for _, path in pairs]
    else:
        paths = [str(path) for path in pairs]
        times = [time_in_name(WHERE, path, pattern) for path in paths]
    for path in paths:
        if not pathlib.Path(path).is_file():
            check_filled_file(WHERE, path)
    return None if None in times else np.array(times, "datetime64[s]"), paths


def _utc(when):
    if isinstance(when, datetime.datetime) and when.tzinfo is not None:
        when = when.astimezone(datetime.UTC).replace(tzinfo=None)
    return np.datetime64(when, "s")


def _units(metadata):
    unit, transform = metadata.get("unit"), metadata.get("transform")
    # dBZ are decibels by their name.
    return unit if transform is None or unit == "dBZ" else f"{transform}({unit})"


def _grid(metadata, shape):
    """Return the grid of pysteps' metadata, which give the borders; None where they do not."""
    if any(metadata.get(name) is None for name in ("x1", "x2", "y1", "y2")):
        return None
    x1, x2, y1, y2 = (float(metadata[name]) for name in ("x1", "x2", "y1", "y2"))
    y = y1 + (np.arange(shape[0]) + 0.5) * (y2 - y1) / shape[0]
    x = x1 + (np.arange(shape[1]) + 0.5) * (x2 - x1) / shape[1]
    unit = metadata.get("cartesian_unit", "m")
    projection = metadata.get("projection")
    return Grid(
        y=y[::-1] if metadata.get("yorigin") == "upper" else y,
        x=x,
        y_attributes={"units": unit, "standard_name": "projection_y_coordinate"},
        x_attributes={"units": unit, "standard_name": "projection_x_coordinate"},
        mapping={"proj4": projection} if projection else {},
    )


def _attributes(metadata):
    found = {name: metadata.get(name) for name in _KEPT}
    found["standard_name"] = STANDARD_NAMES.get(_units(metadata))
    if metadata.get("unit") == "mm" and metadata.get("accutime"):
        seconds = round(60 * float(metadata["accutime"]))
        found |= {
            "interval_seconds": seconds,
            "cell_methods": f"time: sum (interval: {seconds} s)",
        }
    found = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in found.items()
    }
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, (str, int)) or (isinstance(value, float) and np.isfinite(value))
    }
