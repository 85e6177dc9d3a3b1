"""Spatiotemporal prediction in Keras 3: PredRNN, and what training and serving it takes.

Importing the package registers its classes with Keras, so that `keras.models.load_model` needs no
`custom_objects`. What reads data, draws or exports is imported when first used.
"""

import importlib

import keras

from st_keras import cells, layers, models, ops
from st_keras.version import __version__

__all__ = [
    "__version__",
    "cells",
    "datasets",
    "export",
    "layers",
    "metrics",
    "models",
    "ops",
    "plots",
    "training",
]

if keras.backend.backend() == "tensorflow":
    # These register classes too, but need TensorFlow, which other backends do not have loaded.
    from st_keras import metrics, training


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"st_keras.{name}")
    raise AttributeError(f"module 'st_keras' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
