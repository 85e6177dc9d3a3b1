"""Models in and out: SavedModel export, weights of the reference code. Row 8 of the layering."""

from st_keras.export.reference_weights import assign_reference_weights
from st_keras.export.saved_model import export_saved_model

__all__ = ["assign_reference_weights", "export_saved_model"]
