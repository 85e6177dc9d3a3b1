"""Spatiotemporal prediction in Keras 3: PredRNN, SlowVAE, and what training and serving takes.

Importing the package registers its classes with Keras, so that `keras.models.load_model` needs no
`custom_objects`. What reads data, draws or exports is imported when first used.
"""

import importlib

from st_keras.version import __version__

__all__ = [
    "__version__",
    "cells",
    "datasets",
    "distributions",
    "export",
    "layers",
    "metrics",
    "models",
    "ops",
    "plots",
    "training",
    "tuning",
]

try:
    import keras
except ModuleNotFoundError as missing:
    # Scores of arrays work without; whoever asks for a model gets Python's own error.
    if missing.name not in ("keras", "tensorflow"):
        raise
else:
    from st_keras import cells, distributions, layers, models, ops

    if keras.backend.backend() == "tensorflow":
        # These register classes too, but need TensorFlow, which other backends do not have loaded.
        from st_keras import training

        importlib.import_module("st_keras.metrics.video")


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"st_keras.{name}")
    raise AttributeError(f"module 'st_keras' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
