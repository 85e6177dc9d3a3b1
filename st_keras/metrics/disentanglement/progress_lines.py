"""Progress on standard error: a bar in a terminal, one line per finished step anywhere."""

import sys
import time

from tqdm import tqdm


class ProgressLines:
    """Shows how far the steps of an evaluation have come.

    Args:
        enabled: bool. False: silent.

    Example:
    >>> from st_keras.metrics.disentanglement.progress_lines import ProgressLines
    >>> progress = ProgressLines(enabled=False)
    >>> progress.start("mig")
    >>> progress.finish("0.2500") < 1
    True
    """

    def __init__(self, enabled=True):
        self.enabled = enabled

    def start(self, label):
        """Begin the step `label`."""
        self._label, self._begin = label, time.perf_counter()
        # None: no bar where standard error is no terminal.
        self._bar = tqdm(desc=label, leave=False, disable=None if self.enabled else True)

    def advance(self, done, total):
        """Show that `done` of `total` parts of the step are ready (terminal only)."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def finish(self, result):
        """End the step with a line that has its result; return the seconds it took."""
        self._bar.close()
        seconds = time.perf_counter() - self._begin
        if self.enabled:
            print(f"{self._label:<18} {result}  {seconds:.1f} s", file=sys.stderr, flush=True)
        return seconds
