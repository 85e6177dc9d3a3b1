"""`st-keras doctor`: what this machine can do, and the batch that fits into its memory."""

import json
import sys

from st_keras.cli.doctor.asked_step import request_of
from st_keras.cli.doctor.convolution_rates import convolution_rates
from st_keras.cli.doctor.machine import describe_machine
from st_keras.cli.doctor.prediction import alternatives, predict, verify
from st_keras.cli.doctor.report import machine_lines, precision_lines, prediction_lines


def run(options):
    """Look at the machine; with a model, measure and predict the memory of its training step.

    Tables, or one JSON object, go to standard output, progress to standard error.

    Raises:
        ValueError: if the model cannot be made, or a measurement fails.
    """
    request = request_of(options)  # before anything is measured: it may be refused
    machine = describe_machine()
    _show(options, machine_lines(machine))
    on_gpu = machine["gpus_of_tensorflow"] > 0
    dtypes = ("float32", "bfloat16", "float16") if on_gpu else ("float32", "bfloat16")
    rates = convolution_rates(dtypes)
    _show(options, precision_lines(rates))
    found = {"machine": machine, "convolution": rates}
    if request is not None:
        available = _memory_for_training(machine, on_gpu)
        step = predict(request, available, _tell)
        if options.verify:
            verify(request, step, _tell)
        if step["fits"] is False:
            step["alternatives"] = alternatives(request, available, _tell)
        _show(options, prediction_lines(step))
        found["training_step"] = step
    if options.json:
        print(json.dumps(found, indent=2))


def _memory_for_training(machine, on_gpu):
    """Bytes: of the first GPU, which trains, or of the machine."""
    if on_gpu:
        return machine["gpus"][0]["free_bytes"] if machine["gpus"] else None
    return machine["memory"]["available_bytes"]


def _tell(line):
    print(f"{line} ...", file=sys.stderr, flush=True)


def _show(options, lines):
    if not options.json:
        print("\n".join(lines), flush=True)
