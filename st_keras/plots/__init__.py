"""Pictures of forecasts and curves: NumPy arrays in, files out. Needs no display."""

from st_keras.plots.curves import lead_time_curves, training_curve
from st_keras.plots.forecast_gif import forecast_gif
from st_keras.plots.forecast_strip import forecast_strip
from st_keras.plots.sampling_curve import sampling_curve

__all__ = [
    "forecast_gif",
    "forecast_strip",
    "lead_time_curves",
    "sampling_curve",
    "training_curve",
]
