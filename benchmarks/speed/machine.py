"""What the figures were measured on: kind of machine, versions, date."""

import datetime
import importlib.metadata
import os
import platform

from benchmarks.speed.gpu import gpu_names
from st_keras.cli.doctor.processor import processor

PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "jax", "torch", "numpy")


def machine(library):
    """Return the kind of this machine as a dict of JSON values, GPUs as the library sees them."""
    return {
        **processor(),
        "architecture": platform.machine(),
        "gpus": gpu_names(library),
        # Averaged over the last minute; Windows does not say.
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def versions(packages=PACKAGES):
    """Return `{name: version}` of Python and the packages that are installed."""
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def today():
    """Return the date in UTC, as 2026-11-21."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()
