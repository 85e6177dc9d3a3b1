"""What this machine has, and which packages are installed."""

import importlib.metadata
import re

from st_keras.cli.doctor.memory import available_bytes, gpus, total_bytes
from st_keras.cli.doctor.probe import allow_gpu_growth
from st_keras.cli.doctor.processor import processor
from st_keras.cli.run_folder import versions


def describe_machine():
    """Return versions, processors, memory, GPUs and extras, as a dict of JSON values."""
    return {
        "versions": {**versions(), "tensorflow-probability": _version("tensorflow-probability")},
        "extras": extras(),
        "processor": processor(),
        "memory": {"total_bytes": total_bytes(), "available_bytes": available_bytes()},
        "gpus": gpus(),
        # A GPU that the driver knows may be none that TensorFlow can use.
        "gpus_of_tensorflow": len(allow_gpu_growth()),
    }


def extras():
    """Return {extra: {package: version, or None if it is missing}}; of a bare checkout {}."""
    try:
        requirements = importlib.metadata.requires("st_keras") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    found = {}
    for requirement in requirements:
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", requirement)
        if extra and extra.group(1) not in ("test", "all"):
            package = re.match(r"[\w.-]+", requirement).group()
            found.setdefault(extra.group(1), {})[package] = _version(package)
    return found


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
