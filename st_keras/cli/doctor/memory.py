"""Memory of this process and of the machine, in bytes."""

import pathlib
import re
import subprocess
import sys

import psutil

_STATUS = pathlib.Path("/proc/self/status")
_CGROUPS = pathlib.Path("/sys/fs/cgroup")
_OWN_CGROUP = pathlib.Path("/proc/self/cgroup")


def peak_bytes():
    """Return the largest resident size of this process so far, an int.

    On Linux not `ru_maxrss`, which begins at the peak of the process that started this one.
    """
    if sys.platform == "linux":
        return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text())[1])
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def resident_bytes():
    """Return the resident size of this process, an int."""
    return psutil.Process().memory_info().rss


def total_bytes():
    """Return the memory of the machine, an int."""
    return psutil.virtual_memory().total


def available_bytes():
    """Return what a new process may use without swapping, an int.

    The least of what the kernel has to give and what the limits of the container leave, of which
    psutil knows nothing.
    """
    return min(psutil.virtual_memory().available, *_left_in_cgroups(_CGROUPS, _OWN_CGROUP), 1 << 62)


def gpus():
    """Return what `nvidia-smi` says of each GPU: a list of dicts; empty if it is not there.

    Returns:
        list of {"name": str, "total_bytes": int, "free_bytes": int}.
    """
    return list(map(_gpu, driver_says("name,memory.total,memory.free", "csv,noheader,nounits")))


def driver_says(fields, form="csv,noheader"):
    """Return a line of `nvidia-smi` for each GPU; empty if it is not there.

    Args:
        fields: str, what is asked, such as "name,driver_version".
        form: str, of the lines. Default: with units.
    """
    command = ["nvidia-smi", f"--query-gpu={fields}", f"--format={form}"]
    try:
        done = subprocess.run(  # noqa: S603  (a constant command)
            command, capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return done.stdout.strip().splitlines()


def _gpu(line):
    name, total, free = line.rsplit(",", 2)
    sizes = {"total_bytes": total, "free_bytes": free}
    mebibytes = {key: text.strip() for key, text in sizes.items()}
    # Some kinds share the memory of the machine, and say "[N/A]".
    known = {k: 2**20 * int(v) if v.isdigit() else None for k, v in mebibytes.items()}
    return {"name": name.strip(), **known}


def _left_in_cgroups(root, own):
    """Return what each limit above this process leaves, a list of ints (control groups, v2)."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return []
    unified = [line[3:].strip("/") for line in lines if line.startswith("0::")]
    folder = root / unified[0] if unified else root
    left = []
    for group in (folder, *folder.parents):
        if group == root.parent:
            break
        try:
            limit, used = ((group / f"memory.{name}").read_text() for name in ("max", "current"))
            statistics = (group / "memory.stat").read_text().split()
            # Files that were read and may be dropped count as used there.
            cached = int(statistics[statistics.index("inactive_file") + 1])
            left.append(max(int(limit) - int(used) + cached, 0))
        except (OSError, ValueError):  # no file, or "max": no limit
            continue
    return left
