"""`st-keras forecast run/model.keras --data frames.npy --horizon 20 --out forecast.npy`."""

import sys

import numpy as np

from st_keras.cli.array_reading import as_trained, read_last_frames
from st_keras.cli.model_file import check_frames_fit, load_trained, run_record
from st_keras.cli.pictures import draw_forecast
from st_keras.cli.run_folder import check_writable
from st_keras.cli.whole_file import written_together
from st_keras.datasets import load_array_file
from st_keras.datasets.frame_view import check_frame_size, view_frames
from st_keras.validation import error


def run(options):
    """Forecast what follows the last frames of each sequence."""
    out, strip, gif = (options.out.with_suffix(suffix) for suffix in (".npy", ".png", ".gif"))
    _check_outputs(options.out, (out, strip, gif))
    model = load_trained(options.model_file)
    length = options.context_length or model.context_length
    contexts = _last_frames(options, length, model.network.patch_size)
    check_frames_fit(model, contexts.shape[2:])
    verbose = int(sys.stdout.isatty())
    forecast = model.forecast(contexts, options.horizon, options.batch_size, verbose)
    first = {"forecast": forecast[0]}
    shown = np.concatenate([contexts[0], forecast[0]])
    # Together, or what is there of an interrupted one would be in the way of the next.
    with written_together(out, strip, gif) as unfinished:
        np.save(unfinished[0], forecast)
        draw_forecast(*unfinished[1:], contexts[0], None, first, (shown.min(), shown.max()))
    print(f"forecast {forecast.shape}, in the units of the data: {out}")
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


def _last_frames(options, length, patch_size):
    reading = as_trained(options, run_record(options.model_file) or {}, options.data)
    view = view_frames("--data", load_array_file(options.data), reading.pop("axes"))
    check_frame_size("--data", view.shape, patch_size)
    if view.shape[1] < length:
        raise error(
            "--data",
            f"sequences of {view.shape[1]} frames (axes read as {view.axes})",
            f"at least {length} frames to read before the forecast",
            f"Pass longer sequences, --context-length {view.shape[1]}, or the right --axes.",
        )
    return read_last_frames(view, length, **reading, spec=options.data)
