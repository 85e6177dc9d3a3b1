"""`st-keras forecast run/model.keras --data frames.npy --horizon 20 --out forecast.npy`."""

import sys

import numpy as np

from st_keras.cli.model_file import check_frames_fit, load_forecaster
from st_keras.datasets import load_array_file
from st_keras.datasets.frame_array import check_frame_size, view_as_sequences
from st_keras.plots import forecast_gif, forecast_strip
from st_keras.validation import error


def run(options):
    """Forecast what follows the last frames of each sequence."""
    model = load_forecaster(options.model_file)
    out = options.out
    if out.suffix != ".npy" or out.exists():
        raise error(
            "--out",
            f"{str(out)!r}" + (", which exists" if out.exists() else ""),
            "a new file that ends in .npy",
            "Choose another name; nothing is overwritten.",
        )
    length = options.context_length or model.context_length
    contexts = _last_frames(options.data, length, model.network.patch_size)
    check_frames_fit(model, contexts.shape[2:])
    forecast = model.forecast(
        contexts, options.horizon, options.batch_size, int(sys.stdout.isatty())
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    np.save(out, forecast)
    pictures = _draw(out, contexts[0], forecast[0])
    print(f"forecast {forecast.shape}, in the units of the data: {out}")
    print("\n".join(f"first sequence drawn: {path}" for path in pictures))


def _last_frames(path, length, patch_size):
    sequences, axes = view_as_sequences("--data", load_array_file(path), None)
    check_frame_size("--data", sequences, patch_size)
    if sequences.shape[1] < length:
        raise error(
            "--data",
            f"sequences of {sequences.shape[1]} frames (axes read as {axes})",
            f"at least {length} frames to read before the forecast",
            f"Pass longer sequences, or --context-length {sequences.shape[1]}.",
        )
    return np.asarray(sequences[:, -length:], "float32")


def _draw(out, context, forecast):
    low = float(min(context.min(), forecast.min()))
    high = float(max(context.max(), forecast.max()))
    high = high if high > low else low + 1.0
    draw = {"vmin": low, "vmax": high}
    return [
        forecast_strip(out.with_suffix(".png"), context, None, {"forecast": forecast}, **draw),
        forecast_gif(out.with_suffix(".gif"), context, None, {"forecast": forecast}, **draw),
    ]
