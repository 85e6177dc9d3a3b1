"""Forms of the loop over time in one training step: time in turns, memory and first call apart.

    python -m benchmarks loop_forms [--policy mixed_bfloat16] [--batch 4] [--rounds 7]

The forms are the loop of Keras, which training has, and that of `remat` without recomputation: so
many steps are one piece, whose kernel gradients are one product, unrolled or in a while loop. Times
are taken in turns in one process; first call and peak of memory in a process for each form.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import unittest.mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np

from benchmarks.scaling_points import Point
from benchmarks.serving_latency import in_turns
from st_keras.cli.doctor.probe import measure
from st_keras.cli.doctor.probed_model import training_step
from st_keras.layers import SpatioTemporalRNN, training_loop

# Name: steps per piece, and whether the pieces are unrolled.
FORMS = {
    "while loop of Keras": None,
    "pieces of 1 in a while loop": (1, False),
    "pieces of 5 in a while loop": (5, False),
    "pieces of 5, unrolled": (5, True),
    "pieces of 10, unrolled": (10, True),
    "one piece, unrolled": (1000, True),
}
MIB = 2**20


def main(arguments=None):
    """Measure, and print a table."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(arguments)
    if options.alone:
        print(json.dumps(alone(options)))
        return 0
    steps, losses, apart = {}, {}, {}
    for name in FORMS:
        print(f"alone: {name}", file=sys.stderr, flush=True)
        apart[name] = _in_a_process(arguments, name)
    for name in FORMS:
        print(f"first call: {name}", file=sys.stderr, flush=True)
        steps[name] = step_of(options, name)
        losses[name] = steps[name]()
    seconds = in_turns(steps, options.rounds)
    print("| form | least, s | median, s | first call, s | peak, MiB | loss of the first step |")
    print("|---|---|---|---|---|---|")
    for name, values in seconds.items():
        figures = f"{min(values):.2f} | {np.median(values):.2f} | {apart[name]['first']:.1f}"
        print(f"| {name} | {figures} | {apart[name]['peak']:.0f} | {losses[name]:.9f} |")
    return 0


def alone(options):
    """Return the seconds of the first call of one form, and the peak of this process above it."""
    with form(options.alone):
        found = measure(_request(options))
    peak = (found.peak_bytes - found.base_bytes) / MIB
    return {"first": found.first_seconds, "peak": peak}


def step_of(options, name):
    """Return a function that makes one update and returns its loss; traced in one form."""
    keras.utils.set_random_seed(1)
    _, update = training_step(_request(options))

    def step():
        with form(name):
            return update()

    return step


@contextlib.contextmanager
def form(name):
    """Let networks that are traced inside have one of the `FORMS`."""
    if FORMS[name] is None:
        yield
        return
    pieces, unroll = FORMS[name]
    plain = SpatioTemporalRNN._loop

    def loop(rnn, sequences, states, mask, training, statistics):
        if not training:
            return plain(rnn, sequences, states, mask, training, statistics)
        return training_loop.training_loop(rnn.cell, sequences, states, unroll=unroll)

    with (
        unittest.mock.patch.object(SpatioTemporalRNN, "_loop", loop),
        unittest.mock.patch.object(training_loop, "segment_length", lambda *_: pieces),
    ):
        yield


def _in_a_process(arguments, name):
    command = [sys.executable, "-m", "benchmarks", "loop_forms", *arguments, "--alone", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  (ours)
    return json.loads(done.stdout.splitlines()[-1])


def _request(options):
    sizes = {name: getattr(options, name) for name in ("filters", "layers", "batch", "frames")}
    return Point(size=options.size, **sizes).request(options.policy)


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks loop_forms", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--policy", default="float32", help="default: float32")
    for name, default in (
        ("filters", 64),
        ("layers", 4),
        ("batch", 4),
        ("frames", 20),
        ("size", 64),
        ("rounds", 7),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default: {default}")
    parser.add_argument("--alone", choices=FORMS, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
