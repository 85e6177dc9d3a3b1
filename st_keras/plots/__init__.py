"""Pictures of forecasts, curves and representations: NumPy arrays in, files out.

Needs no display.
"""

from st_keras.plots.active_units import active_units
from st_keras.plots.archive_picture import archive_picture
from st_keras.plots.code_factor_matrix import code_factor_matrix
from st_keras.plots.curves import lead_time_curves, training_curve
from st_keras.plots.forecast_gif import forecast_gif
from st_keras.plots.forecast_strip import forecast_strip
from st_keras.plots.latent_traversal import latent_traversal
from st_keras.plots.latent_traversal_gif import latent_traversal_gif
from st_keras.plots.learning_curves import learning_curves
from st_keras.plots.memory_decoupling import memory_decoupling
from st_keras.plots.mode_embedding import mode_embedding
from st_keras.plots.mode_gaps import mode_gaps
from st_keras.plots.rank_histograms import rank_histograms
from st_keras.plots.reliability_diagram import reliability_diagram
from st_keras.plots.sampling_curve import sampling_curve
from st_keras.plots.score_intervals import score_intervals
from st_keras.plots.slot_maps import slot_maps
from st_keras.plots.threshold_map import threshold_map
from st_keras.plots.transition_histogram import transition_histogram
from st_keras.plots.traversal_codes import traversal_codes
from st_keras.plots.tuning_history import tuning_history

__all__ = [
    "active_units",
    "archive_picture",
    "code_factor_matrix",
    "forecast_gif",
    "forecast_strip",
    "latent_traversal",
    "latent_traversal_gif",
    "lead_time_curves",
    "learning_curves",
    "memory_decoupling",
    "mode_embedding",
    "mode_gaps",
    "rank_histograms",
    "reliability_diagram",
    "sampling_curve",
    "score_intervals",
    "slot_maps",
    "threshold_map",
    "training_curve",
    "transition_histogram",
    "traversal_codes",
    "tuning_history",
]
