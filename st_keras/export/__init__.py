"""Models in and out: SavedModel, checkpoints of the reference codes. Row 8 of the layering."""

from st_keras.export.serving.client import ServingClient
from st_keras.export.serving.serving_error import ServingError

_missing = None
try:
    from st_keras.export.export_checkpoint import export_torch_checkpoint
    from st_keras.export.import_checkpoint import import_torch_checkpoint
    from st_keras.export.reference_weights import assign_reference_weights
    from st_keras.export.saved_model import export_saved_model
    from st_keras.export.serving.development_server import DevelopmentServer
    from st_keras.export.signatures.version_folder import next_version
except ModuleNotFoundError as missing:
    # Whoever only asks a server by REST needs neither.
    if missing.name not in ("keras", "tensorflow"):
        raise
    _missing = missing  # the name above ends with its block

__all__ = [
    "DevelopmentServer",
    "ServingClient",
    "ServingError",
    "assign_reference_weights",
    "export_saved_model",
    "export_torch_checkpoint",
    "import_torch_checkpoint",
    "next_version",
]


def __getattr__(name):
    if _missing is not None and name in __all__:
        raise _missing
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
