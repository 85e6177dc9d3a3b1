"""The process of one contestant: it makes the model, and calls it whenever it is told to.

Contestants run in turns, for a machine's speed drifts, but not in one process: there threads of one
library that still look for work would hold the cores that another's call needs. Who waits for its
turn sleeps. Its peak memory is its own, too, and so is a crash.

    python -m benchmarks.speed.worker '{"contestant": {...}, "options": {...}}'
"""

import argparse
import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time

# What libraries print is not an answer.
MARK = "@speed "
# A turn is one call, or as many as fill this time: the first after a pause finds its caches empty.
LEAST_SECONDS = 0.2


class WorkerError(RuntimeError):
    """A contestant that has failed: which one, how, and the last that its process said."""


class Worker:
    """A contestant in a process of its own.

    Attributes:
        first_seconds: float. Of the first call, which traces; the model was made before.

    Raises:
        WorkerError: if the process ends before it has answered.
    """

    def __init__(self, contestant, options):
        request = {"contestant": dataclasses.asdict(contestant), "options": vars(options)}
        command = [sys.executable, "-m", "benchmarks.speed.worker", json.dumps(request)]
        self.contestant = contestant
        self._errors = tempfile.TemporaryFile("w+")
        # Nothing but this module and what it is asked for.
        self._process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, "KERAS_BACKEND": options.backend},
        )
        try:
            self.first_seconds = self._answer()["first_seconds"]
        except WorkerError:
            self.close()
            raise

    def turn(self):
        """Run one turn; return the seconds of each call."""
        return self._ask("turn")["seconds"]

    def finish(self):
        """End the process; return its peak memory in MiB above what it had before the model."""
        peak = self._ask("finish")["peak_mib"]
        self.close()
        return peak

    def close(self):
        """End the process, whatever it does."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            # What was not heard is lost.
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def _ask(self, what):
        # A process that has ended hears nothing, and its missing answer says so.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(what + "\n")
            self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        for line in self._process.stdout:
            if line.startswith(MARK):
                return json.loads(line.removeprefix(MARK))
        code = self._process.wait()
        self._errors.seek(0)
        messages = [line for line in self._errors.read().splitlines() if line.strip()]
        last = messages[-1] if messages else "it said nothing"
        raise WorkerError(f"{self.contestant}: its process ended with code {code}: {last}")


def main(arguments=None):
    """Answer, on the output, what is asked for on the input, one line each."""
    from benchmarks.speed.contestant import Contestant

    (request,) = sys.argv[1:] if arguments is None else arguments
    request = json.loads(request)
    contestant = Contestant(**request["contestant"])
    for answer in answers(contestant, argparse.Namespace(**request["options"]), sys.stdin):
        print(MARK + json.dumps(answer), flush=True)


def answers(contestant, options, questions, prepare=None):
    """Yield the answers: one after the first call, then one to each question.

    Args:
        contestant: `Contestant`.
        options: of `benchmarks.speed.options`.
        questions: iterable of str, "turn" or "finish".
        prepare: function that is used in place of `benchmarks.speed.contestant.prepared`.
    """
    from benchmarks.speed.contestant import prepared
    from benchmarks.speed.peak_memory import MemoryAbove

    memory = MemoryAbove(contestant, options)
    run = (prepare or prepared)(contestant, options)
    yield {"first_seconds": _seconds(run)}
    for question in questions:
        if question.strip() == "finish":
            break
        seconds = [_seconds(run)]
        while sum(seconds) < LEAST_SECONDS:
            seconds.append(_seconds(run))
        yield {"seconds": seconds}
    yield {"peak_mib": memory.peak_mib()}


def _seconds(run):
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
