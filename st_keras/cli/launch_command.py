"""`st-keras launch --workers 2 -- train ...`: several workers on this machine."""

import contextlib
import os
import signal
import sys

from st_keras.cli.launch.local_cluster import local_cluster
from st_keras.cli.launch.workers import Workers
from st_keras.validation import error

GRACE_SECONDS = 60.0  # for workers to notice that one has ended
# What asks a process to end: `kill`, and a terminal that is closed. Windows has no SIGHUP.
ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def run(options):
    """Start the workers and wait for them.

    Returns:
        int, the exit status: that of the first worker that failed, or 0; see `Workers.wait`.
    """
    _check_environment()
    worker = ["-m", "st_keras.cli.launch.worker_process", str(os.getpid())]
    environments = [{"TF_CONFIG": text} for text in local_cluster(options.workers)]
    with _signals_that_exit():
        workers = Workers([sys.executable, *worker, *options.inner], environments)
        try:
            return workers.wait(GRACE_SECONDS)
        except KeyboardInterrupt:
            workers.send(signal.SIGINT)
            workers.wait(GRACE_SECONDS)
            raise
        finally:
            workers.end()


@contextlib.contextmanager
def _signals_that_exit():
    """Turn requests to end into an exit, so that the workers are ended too."""
    # Those that are ignored stay so: `nohup` asks for that.
    before = {number: signal.getsignal(number) for number in ENDINGS}
    handled = [number for number, handler in before.items() if handler != signal.SIG_IGN]
    for number in handled:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in handled:
            signal.signal(number, before[number] or signal.SIG_DFL)


def _check_environment():
    """Refuse what no worker could run with, before one is started."""
    if os.environ.get("TF_CONFIG"):
        raise error(
            "st-keras launch",
            "a TF_CONFIG in the environment",
            "none: launch names the workers itself, all on this machine",
            "Unset TF_CONFIG, or run `st-keras train` on each of its workers without launch.",
        )


def _end(number, frame):
    """Exit as the shell says it of a process that the signal has ended."""
    sys.exit(128 + number)
