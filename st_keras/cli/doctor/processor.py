"""The processor of this machine; benchmarks ask under JAX too, so this needs no TensorFlow."""

import os
import platform
import re

_NARROW = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "amx_fp16", "avx512_fp16")
_CPUINFO = "/proc/cpuinfo"


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


def _cores():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count()
