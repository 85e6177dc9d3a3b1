"""`st-keras forecast run/model.keras --data frames.npy --horizon 20 --out forecast.npy`."""

import pathlib
import sys
from dataclasses import dataclass

import numpy as np

from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.frame_data import ReadingAsTrained
from st_keras.cli.model_path import check_model_path, model_path
from st_keras.cli.nowcast.settings import Ensemble
from st_keras.cli.run_folder import check_writable
from st_keras.cli.whole_file import written_together
from st_keras.datasets.array_file import check_array_file
from st_keras.models.shipped_models import located_model
from st_keras.settings import value_types as types
from st_keras.settings.setting import part, setting
from st_keras.validation import error

DEFAULT_HORIZON = 10
MISSING_SCANS = 2  # that a context of a Nowcaster may have


@dataclass(frozen=True, kw_only=True)
class Forecast(CommandSettings):
    """Forecast what follows the end of each sequence."""

    model_file: pathlib.Path = model_path()
    data: str = setting(help="frames in a file, as for train")
    out: pathlib.Path = setting(
        types.name(".npy", ".nc", ".zarr"),
        help="new .npy file; or NetCDF or Zarr by the CF conventions, with times, grid and units",
    )
    horizon: int | None = setting(
        types.whole(1), None, "frames (default: 10, of a Nowcaster as trained)"
    )
    context_length: int | None = setting(
        types.whole(1), None, "frames read (default: as in training)"
    )
    reading: ReadingAsTrained = part()
    batch_size: int = setting(types.whole(1), 8)
    ensemble: Ensemble = part("Nowcaster")

    def __post_init__(self):
        self.ensemble.check(self.out)

    @property
    def outputs(self):
        """Paths of the forecast, its strip and its animation."""
        return [self.out, *(self.out.with_suffix(suffix) for suffix in (".png", ".gif"))]


def check(settings):
    """Refuse files that are not there, and those that are in the way."""
    _check_outputs(settings.out, settings.outputs)
    check_model_path(settings.model_file)
    check_array_file("--data", settings.data)


def forecast(settings):
    """Forecast what follows the last frames of each sequence."""
    from st_keras.cli.known_inputs import known_inputs
    from st_keras.cli.model_file import check_frames_fit, load_trained
    from st_keras.cli.nowcast.forecasting import describe, nowcast
    from st_keras.cli.nowcast.rain_input import check_rain, rain_defaults
    from st_keras.cli.pictures import draw_forecast
    from st_keras.datasets import write_forecast
    from st_keras.models import Nowcaster
    from st_keras.plots.sequence_images import shown_range
    from st_keras.training import Forecaster

    model = load_trained(settings.model_file, (Forecaster, Nowcaster))
    length = settings.context_length or model.context_length
    verbose, beside = int(sys.stdout.isatty()), {}
    if isinstance(model, Nowcaster):
        defaults = rain_defaults(MISSING_SCANS)
        found, contexts, times, reading = _last_frames(settings, length, None, defaults)
        check_rain("--data", contexts.shape[2:], _units(found, reading))
        frames, beside = nowcast(model, contexts, settings, verbose)
    else:
        settings.ensemble.refuse()
        horizon = settings.horizon or DEFAULT_HORIZON
        found, contexts, times, reading = _last_frames(settings, length, model.targets)
        check_frames_fit(model, contexts.shape[2:])
        known = known_inputs(model, contexts.shape, times, horizon)
        frames = model.forecast(contexts, horizon, settings.batch_size, verbose, known=known)
        contexts = model.targets_of(contexts)
    shown = np.concatenate([contexts[0], frames[0]])
    out, *pictures = settings.outputs
    first, units = {"forecast": frames[0]}, _units(found, reading)
    grid = _grid(found, reading)
    drawn = (contexts[0], None, first, shown_range(shown), units, grid)
    if out.suffix == ".npy":
        # Together, or what is there of an interrupted one would be in the way of the next.
        with written_together(out, *pictures) as (array, *unfinished):
            np.save(array, frames)
            draw_forecast(*unfinished, *drawn)
    else:
        with written_together(*pictures) as unfinished:
            draw_forecast(*unfinished, *drawn)
            write_forecast(
                out, frames, **_of_file(settings, model, found, reading, times), **beside
            )
    strip, gif = pictures
    print(f"forecast {frames.shape}, in {units or 'the units of the data'}: {out}")
    for name, what in beside.items():
        print(f"with {name}: {describe(what)}")
    print(f"the first sequence, drawn: {strip}\nthe first sequence, moving: {gif}")


def _check_outputs(given, outputs):
    there = [str(path) for path in outputs if path.exists()]
    if there:
        raise error(
            "--out",
            f"{str(given)!r}, where {', '.join(there)} exists",
            "a name with no .npy, .png or .gif of that name there yet",
            "Choose another name; nothing is overwritten.",
        )
    check_writable(given)


def _units(found, reading):
    """Return the units of the frames as they were read: converted, stated, or the archive's."""
    return found.units if reading.as_rain_rate else reading.units or found.units


def _last_frames(settings, length, targets, of_rain=None):
    from st_keras.cli.array_reading import as_trained, read_last_frames
    from st_keras.cli.model_file import run_record

    record = run_record(settings.model_file) or {}
    reading = as_trained(settings.reading, record, settings.data, of_rain)
    return (*read_last_frames(settings.data, length, reading, targets), reading)


def _grid(found, reading):
    """Return the grid of the frames as they were read, or None."""
    if found.grid is None or reading.coarsen is None:
        return found.grid
    return found.grid.coarsened(reading.coarsen)


def _of_file(settings, model, found, reading, times):
    """Return what is said of a forecast in a file: times, grid, units, names, where it is from."""
    from st_keras.cli.data_fingerprint import hash_of_file

    channels = model.frames_shape[-1]
    names = getattr(model, "targets", None) or [found.name or "forecast"] * channels
    if len(set(names)) < len(names):
        names = [f"{name}_{place}" for place, name in enumerate(names)]
    known = times is not None and times.shape[1] > 1
    steps = times[0, -1] - times[0, -2] if known else None
    last = None if times is None else times[:, -1]
    weights = located_model(settings.model_file)
    weights = weights / "model.weights.h5" if weights.is_dir() else weights
    return {
        "reference_time": last if last is None or len(last) > 1 else last[0],
        "step": steps,
        "grid": _grid(found, reading),
        "units": _units(found, reading),
        "name": names,
        "standard_name": found.attributes.get("standard_name") if len(names) == 1 else None,
        "history": " ".join(["st-keras", *settings.typed]),
        "model_hash": hash_of_file(weights),
    }


COMMAND = Command(name="forecast", settings=Forecast, check=check, work=forecast)
