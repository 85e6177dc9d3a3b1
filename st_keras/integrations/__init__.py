"""Nowcasts in the forms of other packages: `pysteps` and `xarray`, named after them.

Stands above models, datasets and baselines. The other package is imported when it is needed.
"""

import importlib

__all__ = ["pysteps", "xarray"]


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"st_keras.integrations.{name}")
    raise AttributeError(f"module 'st_keras.integrations' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
