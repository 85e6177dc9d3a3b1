"""TensorFlow Datasets builders of grids that its catalogue lacks: `Cars3d` and `Mpi3d`.

TensorFlow Datasets is loaded, and a builder registered under `cars3d` or `mpi3d`, when the name is
first asked for: `from st_keras.datasets.builders import Cars3d`.
"""

from st_keras.datasets.builders.cars3d import cars3d_builder
from st_keras.datasets.builders.mpi3d import mpi3d_builder

__all__ = ["Cars3d", "Mpi3d"]

_MAKERS = {"Cars3d": cars3d_builder, "Mpi3d": mpi3d_builder}


def __getattr__(name):
    if name not in _MAKERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _MAKERS[name]()


def __dir__():
    return sorted([*globals(), *_MAKERS])
