"""`st-keras launch --workers 2 -- train ...`: several workers on this machine."""

import contextlib
import os
import signal
import sys
from dataclasses import dataclass

from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.launch.local_cluster import local_cluster
from st_keras.cli.launch.worker_processes import WorkerProcesses
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting
from st_keras.validation import error

GRACE_SECONDS = 60.0  # for workers to notice that one has ended
# What asks a process to end: `kill`, and a terminal that is closed. Windows has no SIGHUP.
ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@dataclass(frozen=True, kw_only=True)
class Launch(CommandSettings):
    """Train with several processes on this machine: launch --workers 2 -- train ..."""

    workers: int = setting(types.whole(1), 2, "default: 2")
    inner: tuple = setting(kind="rest")

    def __post_init__(self):
        """Refuse what no worker could run."""
        # Not at the top: the parser is made of all commands.
        from st_keras.cli.grammar import parse

        if self.inner[:1] != ("train",):
            what = f"{self.inner[0]!r} after --" if self.inner else "nothing after --"
            example = "Write st-keras launch --workers 2 -- train, and its arguments."
            raise error("st-keras launch", what, "a train command behind --", example)
        parse(self.inner)


def check(settings):
    """Refuse what no worker could run with, before one is started."""
    from st_keras.cli.grammar import parse

    if os.environ.get("TF_CONFIG"):
        raise error(
            "st-keras launch",
            "a TF_CONFIG in the environment",
            "none: launch names the workers itself, all on this machine",
            "Unset TF_CONFIG, or run `st-keras train` on each of its workers without launch.",
        )
    command, inner, _ = parse(settings.inner)
    command.check(inner)


def launch(settings):
    """Start the workers and wait for them.

    Returns:
        int, the exit status: that of the first worker that failed, or 0; see
        `WorkerProcesses.wait`.
    """
    worker = ["-m", "st_keras.cli.launch.worker_process", str(os.getpid())]
    environments = [{"TF_CONFIG": text} for text in local_cluster(settings.workers)]
    with _signals_that_exit():
        workers = WorkerProcesses([sys.executable, *worker, *settings.inner], environments)
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


def _end(number, frame):
    """Exit as the shell says it of a process that the signal has ended."""
    sys.exit(128 + number)


COMMAND = Command(
    name="launch",
    settings=Launch,
    check=check,
    work=launch,
    usage="%(prog)s [--workers N] -- train ...",
    epilog="The workers share the devices of the machine: GPUs are not split among them. With GPUs "
    "leave launch out, and use train --strategy mirrored: one process, one replica on each. "
    "TensorFlow's workers listen on all network interfaces and know no authentication: launch "
    "them in a trusted network, or behind a firewall.",
    needs_keras=False,
    hears_signals=True,
)
