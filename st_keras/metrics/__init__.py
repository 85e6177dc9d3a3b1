"""Scores of forecasts and representations. Metrics never see a model's inside.

`video` needs TensorFlow; `disentanglement`, `modes` and the functions of `radar` work on arrays,
also where TensorFlow is not installed.
"""

import importlib

__all__ = ["disentanglement", "modes", "radar", "video"]


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"st_keras.metrics.{name}")
    raise AttributeError(f"module 'st_keras.metrics' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
