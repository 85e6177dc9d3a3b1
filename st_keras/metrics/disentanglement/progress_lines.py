"""Progress on standard error: a bar in a terminal, one line per finished step anywhere."""

import sys
import time

_WIDTH = 24


class ProgressLines:
    """Shows how far the steps of an evaluation have come.

    A bar overwrites itself only in a terminal; in a file or a log each step leaves one line.

    Args:
        enabled: bool. False: silent.
        stream: text stream or None. Default None: standard error at the time of writing.

    Example:
    >>> import sys
    >>> from st_keras.metrics.disentanglement.progress_lines import ProgressLines
    >>> progress = ProgressLines(stream=sys.stdout)
    >>> progress.start("mig")
    >>> seconds = progress.finish("0.2500")
    mig                0.2500  0.0 s
    """

    def __init__(self, enabled=True, stream=None):
        self.enabled = enabled
        self._stream = stream
        self._label = ""
        self._begin = time.perf_counter()

    @property
    def stream(self):
        """The stream written to."""
        return self._stream if self._stream is not None else sys.stderr

    def start(self, label):
        """Begin the step `label`, in a terminal with its name on the line."""
        self._label = label
        self._begin = time.perf_counter()
        if self.enabled and self.stream.isatty():
            self._overwrite(f"{label} ...")

    def advance(self, done, total):
        """Show that `done` of `total` parts of the step are ready (terminal only)."""
        if self.enabled and self.stream.isatty():
            full = _WIDTH * done // max(total, 1)
            bar = "=" * full + "." * (_WIDTH - full)
            seconds = time.perf_counter() - self._begin
            self._overwrite(f"{self._label:<18} [{bar}] {done}/{total}  {seconds:.1f} s")

    def finish(self, result):
        """End the step with its result; return the seconds it took."""
        seconds = time.perf_counter() - self._begin
        if self.enabled:
            line = f"{self._label:<18} {result}  {seconds:.1f} s"
            if self.stream.isatty():
                self._overwrite(line)
                line = ""
            print(line, file=self.stream, flush=True)
        return seconds

    def _overwrite(self, text):
        # Carriage return and "erase to the end of the line".
        print(f"\r{text}\x1b[K", end="", file=self.stream, flush=True)
