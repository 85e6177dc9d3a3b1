"""What the figures were measured on: kind of machine, versions, date."""

import datetime
import importlib.metadata
import os
import pathlib
import platform

from benchmarks.speed.gpu import gpu_names

# Instructions that decide how fast narrow numbers are multiplied.
FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_bf16", "amx_int8")
PACKAGES = ("tensorflow", "tensorflow-cpu", "keras", "jax", "torch", "numpy")


def machine(library):
    """Return the kind of this machine as a dict of JSON values, GPUs as the library sees them."""
    info = _first_processor(pathlib.Path("/proc/cpuinfo"))
    flags = info.get("flags", "").split()
    return {
        "processor": info.get("model name") or platform.processor() or platform.machine(),
        "architecture": platform.machine(),
        "cpus": os.cpu_count(),
        "flags": [flag for flag in FLAGS if flag in flags],
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
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def _first_processor(path):
    """Return the fields of the first processor, `{}` where the system does not say."""
    if not path.is_file():
        return {}
    lines = path.read_text().split("\n\n")[0].splitlines()
    fields = (line.partition(":") for line in lines)
    return {name.strip(): value.strip() for name, _, value in fields}
