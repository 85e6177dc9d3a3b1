"""Models in and out: SavedModel, checkpoints of the reference codes. Row 8 of the layering."""

from st_keras.export.export_checkpoint import export_torch_checkpoint
from st_keras.export.import_checkpoint import import_torch_checkpoint
from st_keras.export.reference_weights import assign_reference_weights
from st_keras.export.saved_model import export_saved_model

__all__ = [
    "assign_reference_weights",
    "export_saved_model",
    "export_torch_checkpoint",
    "import_torch_checkpoint",
]
