"""Peak memory of this process above what it had before a model was made."""

import importlib
import pathlib
import resource
import sys

from benchmarks.speed.contestant import OURS
from benchmarks.speed.gpu import device_peak, share_memory

MIB = 2**20


class MemoryAbove:
    """Remember the memory of now; the peak is counted from there.

    The library of the contestant is imported first: it is no part of the model. On a GPU the peak
    is that of the device memory, which no other process counts in.
    """

    def __init__(self, contestant, options):
        self.library = options.backend if contestant.by == OURS else "torch"
        if contestant.by == OURS:
            importlib.import_module("st_keras")
        importlib.import_module(self.library)
        self.on_gpu = options.device == "gpu"
        share_memory(self.library)
        self.before = resident_bytes()

    def peak_mib(self):
        """Return the peak in MiB."""
        peak = device_peak(self.library) if self.on_gpu else peak_bytes() - self.before
        return peak / MIB


# A peer's process imports nothing of st_keras, which would bring Keras and TensorFlow with it; so
# these are not those of `st_keras.cli.doctor.memory`.


def resident_bytes():
    """Return the memory of this process; where the system does not say it, its peak so far."""
    return _status("VmRSS") or _usage()


def peak_bytes():
    """Return the largest memory this process ever had."""
    # `getrusage` would count what the process that started this one had before it let go of it.
    return _status("VmHWM") or _usage()


def _status(name):
    """Return a field of Linux' own account in bytes, or None."""
    file = pathlib.Path("/proc/self/status")
    lines = file.read_text().splitlines() if file.is_file() else []
    fields = [line.split() for line in lines if line.startswith(f"{name}:")]
    return 1024 * int(fields[0][1]) if fields else None


def _usage():
    # Kilobytes, but for macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
