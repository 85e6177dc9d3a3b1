"""`python -m benchmarks speed`: options in, a table and files out."""

import os
import shlex
import subprocess
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# JAX would take most of a GPU's memory, and each contestant has a process of its own.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
import keras

from benchmarks.result_folder import write_results
from benchmarks.speed import report
from benchmarks.speed.gpu import gpu_names, share_memory
from benchmarks.speed.machine import machine, today, versions
from benchmarks.speed.measurement import measure
from benchmarks.speed.options import checked, parsed
from benchmarks.speed.workload import make_network
from st_keras.validation import InputError

USAGE_ERROR = 2


def main(arguments=None):
    """Measure and print.

    Returns:
        The exit code: 0; 1 if something could not be measured, which the notes of the report name;
        2 for options that are refused.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = checked(parsed(arguments))
        if options.backend != keras.backend.backend():
            return _in_other_backend(options.backend, arguments)
        for model in options.models:
            make_network(options, model)  # what a network refuses, before the first second
    except InputError as refusal:
        print(refusal, file=sys.stderr)
        return USAGE_ERROR
    share_memory(options.backend)
    options.device = "gpu" if gpu_names(options.backend) else "cpu"
    if options.policies is None:
        half = ["mixed_float16"] if options.device == "gpu" else []
        options.policies = ("float32", "mixed_bfloat16", *half)
    head = {
        "date": today(),
        "command": shlex.join(["python", "-m", "benchmarks", "speed", *arguments]),
        "machine": machine(options.backend),
        "versions": versions(),
        "settings": vars(options),
    }
    with Progress() as progress:
        found = {**head, **measure(options, progress)}
    print(report.text(found))
    if options.output:
        for path in write_results(options.output, "speed", found, report.markdown(found)):
            print(f"Wrote {path}", file=sys.stderr)
    return int(found["failed"] > 0)


class Progress:
    """One line on a terminal that says what is being measured; elsewhere a line for each."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.width = 0

    def __call__(self, what):
        """Show a new line."""
        if self.stream.isatty():
            self.stream.write(f"\r{what.ljust(self.width)}")
            self.width = len(what)
        else:
            self.stream.write(f"{what}\n")
        self.stream.flush()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self.stream.isatty():
            self.stream.write(f"\r{' ' * self.width}\r")


def _in_other_backend(backend, arguments):
    """Run the same command where Keras starts on that backend; return its exit code."""
    environment = {**os.environ, "KERAS_BACKEND": backend}
    command = [sys.executable, "-m", "benchmarks", "speed", *arguments]
    # This very command again.
    return subprocess.run(command, check=False, env=environment).returncode  # noqa: S603
