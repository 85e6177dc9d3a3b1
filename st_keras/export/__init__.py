"""Models in and out: SavedModel, checkpoints of the reference codes.

Whoever only asks a server by REST needs neither Keras nor TensorFlow.
"""

from st_keras.lazy_names import lazy_names

__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "export_checkpoint": ["export_torch_checkpoint"],
        "import_checkpoint": ["import_torch_checkpoint"],
        "reference_weights": ["assign_reference_weights"],
        "saved_model": ["export_saved_model"],
        "serving.client": ["ServingClient"],
        "serving.development_server": ["DevelopmentServer"],
        "serving.failures": ["ServingError"],
        "signatures.version_folder": ["next_version"],
    },
)
