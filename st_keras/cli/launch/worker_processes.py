"""Processes that belong together: started, heard, and ended together."""

import os
import signal
import subprocess
import sys
import threading
import time

from st_keras.cli.worker_lost_error import EXIT_STATUS as LOST

REFUSED = 2
_POLL_SECONDS = 0.1
_KILL_SECONDS = 10.0  # between asking a process to end and ending it


class WorkerProcesses:
    """Start a command several times, each with an environment of its own.

    The first worker writes to the terminal as if it were alone; each line of the others is passed
    on behind `[worker 1] ` and so on.

    Args:
        command: list of str.
        environments: list of dicts of str, one for each process, added to that of this one.

    Raises:
        OSError: if one cannot be started; those before it are ended.

    Example:

    >>> import sys
    >>> WorkerProcesses([sys.executable, "-c", "pass"], [{}, {}]).wait(grace=5.0)
    0
    """

    def __init__(self, command, environments):
        self._processes, self._readers = [], []
        try:
            for index, environment in enumerate(environments):
                self._start(index, command, {**os.environ, **environment})
        except BaseException:
            self.end()
            raise

    def wait(self, grace):
        """Wait until all have ended.

        When one has ended, well or badly, the others have `grace` seconds to end too; then they
        are ended.

        Args:
            grace: float, seconds.

        Returns:
            int. 0, or the status of the first that failed, 128 + n if signal n ended it. A refusal
            (2) comes before a lost worker (3), which is what it looks like to the others.
        """
        first, deadline = 0, None
        while any(process.poll() is None for process in self._processes):
            first = first or self._failure()
            if deadline is None:
                ended = any(process.poll() is not None for process in self._processes)
                deadline = time.monotonic() + grace if ended else None
            elif time.monotonic() > deadline:
                self.end()
            time.sleep(_POLL_SECONDS)
        for reader in self._readers:
            reader.join()
        last = self._failure()
        return last if not first or (first, last) == (LOST, REFUSED) else first

    def send(self, number):
        """Send a signal to all that still run."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(number)

    def end(self):
        """Ask all that still run to end, and end those that do not."""
        self.send(signal.SIGTERM)
        deadline = time.monotonic() + _KILL_SECONDS
        for process in self._processes:
            try:
                process.wait(max(deadline - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                process.kill()

    def _failure(self):
        """Return the status of one that has failed, 0 if none has; the cause before the effect."""
        statuses = [status for process in self._processes if (status := process.poll())]
        status = min(statuses, key=lambda each: (each != REFUSED, each == LOST), default=0)
        return status if status >= 0 else 128 - status

    def _start(self, index, command, environment):
        pipe = subprocess.PIPE if index else None
        process = subprocess.Popen(  # noqa: S603  (our own command line)
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            # A terminal's Ctrl-C would come to them twice: by itself, and passed on from here.
            start_new_session=True,
        )
        self._processes.append(process)
        if index:
            self._listen(index, process)

    def _listen(self, index, process):
        for stream, out in ((process.stdout, "stdout"), (process.stderr, "stderr")):
            reader = threading.Thread(target=_pass_on, args=(stream, index, out), daemon=True)
            reader.start()
            self._readers.append(reader)


def _pass_on(stream, index, out):
    """Print each line of a worker behind its name, whole."""
    for line in stream:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        target = getattr(sys, out)
        target.write(f"[worker {index}] {text}\n")
        target.flush()
    stream.close()
