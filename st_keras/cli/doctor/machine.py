"""What this machine has, and which packages are installed."""

import importlib.metadata
import os
import platform
import re

from st_keras.cli.doctor.memory import available_bytes, gpus, total_bytes
from st_keras.cli.doctor.probe import allow_gpu_growth
from st_keras.cli.run_folder import versions

_NARROW = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "amx_fp16", "avx512_fp16")
_CPUINFO = "/proc/cpuinfo"


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


def processor():
    """Return {"name", "cores" that this process may use, "instructions" of interest}."""
    try:
        with open(_CPUINFO, encoding="utf-8") as file:
            text = file.read()
    except OSError:
        text = ""
    name = re.search(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    flags = re.search(r"^flags\s*:\s*(.*)$", text, re.MULTILINE)
    known = set(flags.group(1).split()) if flags else set()
    return {
        "name": name.group(1) if name else platform.processor() or platform.machine(),
        "cores": _cores(),
        "instructions": [flag for flag in _NARROW if flag in known],
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


def _cores():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count()


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
