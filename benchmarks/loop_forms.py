"""Forms of the loop over time in one training step: time in turns, memory and first call apart.

    python -m benchmarks loop_forms [--policy mixed_bfloat16] [--batch 4] [--rounds 7]

The forms are the loop of Keras, which networks have, the same unrolled, and `remat`. Times are
taken in turns in one process; first call and peak of memory in a process for each form.
"""

import argparse
import json
import os
import subprocess
import sys
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np

from benchmarks.scaling_points import Point
from benchmarks.serving_latency import in_turns
from st_keras.cli.doctor.probe import measure
from st_keras.cli.doctor.probed_model import training_step
from st_keras.layers import SpatioTemporalRNN

UNROLLED = "unrolled"
FORMS = {
    "while loop": {},
    UNROLLED: {},
    "remat of each step": {"remat": "step"},
    "remat of each segment": {"remat": "segment"},
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
        keras.utils.set_random_seed(1)
        _, steps[name] = training_step(_request(options, name))
        with unrolled(name):  # the call that traces
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
    with unrolled(options.alone):
        found = measure(_request(options, options.alone))
    peak = (found.peak_bytes - found.base_bytes) / MIB
    return {"first": found.first_seconds, "peak": peak}


def unrolled(name):
    """Let a network that is traced inside unroll its loop, where that is the form."""
    answer = property(lambda rnn: name == UNROLLED, lambda rnn, value: None)
    return mock.patch.object(SpatioTemporalRNN, "unroll", answer, create=True)


def _in_a_process(arguments, name):
    command = [sys.executable, "-m", "benchmarks", "loop_forms", *arguments, "--alone", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  (ours)
    return json.loads(done.stdout.splitlines()[-1])


def _request(options, name):
    sizes = {name: getattr(options, name) for name in ("filters", "layers", "batch", "frames")}
    request = Point(size=options.size, **sizes).request(options.policy)
    return request.replace(settings={**request.settings, **FORMS[name]})


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
