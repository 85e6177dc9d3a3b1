"""How far a suite is, a line for everything that happens."""

import threading

from st_keras.cli.benchmark.run_state import FAILED, FINISHED


class Progress:
    """Count the runs that are done, running, failed and left; engines tell it from any thread.

    Args:
        count: int, runs to carry out.

    Attributes:
        outcomes: dict, `Run` -> `Outcome`.

    Example:

    >>> progress = Progress(2)
    >>> progress.say("convlstm, digits, seed 0: begins")
    done 0, running 0, failed 0, left 2   convlstm, digits, seed 0: begins
    """

    def __init__(self, count):
        self.outcomes = {}
        self._count, self._running, self._lock = count, set(), threading.Lock()

    def begins(self, run):
        """Note that a run begins."""
        with self._lock:
            self._running.add(run)
            self.say(f"{run.name}: begins")

    def ends(self, run, outcome):
        """Note what came of a run."""
        with self._lock:
            self._running.discard(run)
            self.outcomes[run] = outcome
            after = f" after {outcome.seconds:.0f} s"
            message = f": {outcome.message}" if outcome.message else ""
            self.say(f"{run.name}: {outcome.status}{after}{message}")

    def say(self, text):
        """Print a line with the counts before it."""
        statuses = [outcome.status for outcome in self.outcomes.values()]
        done, failed, running = statuses.count(FINISHED), statuses.count(FAILED), len(self._running)
        left = self._count - done - failed - running
        counts = f"done {done}, running {running}, failed {failed}, left {left}"
        print(f"{counts}   {text}", flush=True)
