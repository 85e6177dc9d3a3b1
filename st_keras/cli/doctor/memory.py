"""Memory of this process and of the machine, in bytes; what a system does not tell is None."""

import os
import pathlib
import subprocess
import sys

_STATUS = pathlib.Path("/proc/self/status")
_MEMINFO = pathlib.Path("/proc/meminfo")
_CGROUPS = pathlib.Path("/sys/fs/cgroup")
_OWN_CGROUP = pathlib.Path("/proc/self/cgroup")


def peak_bytes():
    """Return the largest resident size of this process so far, an int; None on Windows.

    On Linux not `ru_maxrss`, which begins at the peak of the process that started this one.
    """
    found = _kibibytes(_STATUS, "VmHWM")
    if found is not None:
        return found
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def resident_bytes():
    """Return the resident size of this process, an int; elsewhere than on Linux its peak."""
    found = _kibibytes(_STATUS, "VmRSS")
    return peak_bytes() if found is None else found


def total_bytes():
    """Return the memory of the machine, an int, or None."""
    found = _kibibytes(_MEMINFO, "MemTotal")
    if found is None:
        try:
            found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (AttributeError, OSError, ValueError):
            return None
    return found


def available_bytes():
    """Return what a new process may use without swapping, an int, or None.

    The least of what the kernel has to give and what the limits of the container leave.
    """
    found = [_kibibytes(_MEMINFO, "MemAvailable"), *_left_in_cgroups(_CGROUPS, _OWN_CGROUP)]
    return min((value for value in found if value is not None), default=None)


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


def _kibibytes(file, key):
    """Return the entry `key: N kB` of a file of /proc in bytes, or None."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return 1024 * int(found[0]) if found else None


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
