"""Draw one forecast as a strip and as an animation, whatever its channels and its range."""

from st_keras.plots import forecast_gif, forecast_strip, lead_time_curves
from st_keras.plots.radar_colours import RADAR_UNITS
from st_keras.units import usual_spelling


def draw_forecast(strip, gif, context, truth, forecasts, value_range, units=None, grid=None):
    """Write a strip and a GIF of one sequence; missing pixels (NaN) are hatched.

    Frames of 1 or 3 channels are drawn as they are, of others the first channel.

    Args:
        strip: path of the PNG.
        gif: path of the GIF.
        context: array (T, H, W, C).
        truth: array (horizon, H, W, C), or None where the future is not known yet.
        forecasts: dict, name -> array (horizon, H, W, C).
        value_range: (black, white) in the units of the data.
        units: str for the colour bar, or None. Rain and reflectivity are drawn in the colours of
            radars.
        grid: `Grid` of the frames, whose coordinates are drawn, or None.

    Returns:
        The two paths.
    """
    units = usual_spelling(units)
    radar = units in RADAR_UNITS and context.shape[-1] != 3
    shown = slice(None) if context.shape[-1] in (1, 3) else slice(0, 1)
    low, high = value_range
    arguments = {
        "context": context[..., shown],
        "truth": None if truth is None else truth[..., shown],
        "forecasts": {name: frames[..., shown] for name, frames in forecasts.items()},
        "vmin": low,
        "vmax": high if high > low else low + 1.0,
    }
    if radar:
        arguments |= {"colours": "radar", "grid": grid}
    return (
        forecast_strip(strip, units=units, **arguments),
        forecast_gif(gif, units=units, **arguments),
    )


def draw_scored(folder, source, curves, context, truth, forecasts):
    """Write score curves, and one test sequence as a strip and a GIF, into a run's folder.

    Args:
        folder: `RunFolder`, which notes each file.
        source: source of data, whose value range and units are drawn.
        curves: dict, method -> dict, score -> array (horizon,).
        context: array (T, H, W, C).
        truth: array (horizon, H, W, C).
        forecasts: dict, method -> array (horizon, H, W, C).
    """
    folder.note("score curves", lead_time_curves(folder / "scores_by_lead_time.png", curves))
    strip, gif = draw_forecast(
        folder / "forecast_strip.png",
        folder / "forecast.gif",
        context,
        truth,
        forecasts,
        source.value_range,
        source.units,
    )
    folder.note("forecast strip", strip)
    folder.note("forecast animation", gif)
