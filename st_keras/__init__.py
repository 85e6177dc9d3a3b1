"""Spatiotemporal prediction in Keras 3: PredRNN, SlowVAE, and what training and serving takes.

Where the package and Keras are imported, its classes are registered with Keras, so that
`keras.models.load_model` needs no `custom_objects`. Everything else is imported when first used.
"""

import importlib

from st_keras.registration import register_with_keras
from st_keras.version import __version__

__all__ = [
    "__version__",
    "baselines",
    "cells",
    "datasets",
    "distributions",
    "export",
    "integrations",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "plots",
    "training",
    "tuning",
]

register_with_keras()


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"st_keras.{name}")
    raise AttributeError(f"module 'st_keras' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
