"""The memory of this process while something runs: its own, and with the files that it maps."""

import pathlib
import threading

from benchmarks.speed.peak_memory import peak_bytes

MIB = 2**20
EVERY = 0.02  # seconds


class SampledMemory:
    """Look at the memory of this process again and again, in a `with` block.

    Attributes:
        own_mib: float, the largest anonymous memory seen: what the process asked for. None where
            the system does not say it.
        peak_mib: float, the largest resident memory that the process ever had. Pages of a mapped
            file count, which the system takes away when somebody needs the memory.

    Example:

    >>> with SampledMemory() as memory:
    ...     kept = bytes(10**7)
    >>> memory.peak_mib > 10
    True
    """

    own_mib = None

    def __enter__(self):
        self._end = threading.Event()
        self._look()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *failure):
        self._end.set()
        self._thread.join()
        self._look()

    @property
    def peak_mib(self):
        """The largest resident memory of this process so far, in MiB."""
        return peak_bytes() / MIB

    def _sample(self):
        while not self._end.wait(EVERY):
            self._look()

    def _look(self):
        file = pathlib.Path("/proc/self/status")
        lines = file.read_text().splitlines() if file.is_file() else []
        for line in lines:
            if line.startswith("RssAnon:"):
                self.own_mib = max(self.own_mib or 0.0, int(line.split()[1]) / 1024)
