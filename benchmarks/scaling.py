"""Cost and memory of a PredRNN-V2 training step against batch, frames, image size, width, layers.

python -m benchmarks scaling [--vary batch,frames,size,filters,layers] [--policy float32]
                             [--rounds 3] [--no-memory] [--output FOLDER]

Each is varied alone around a small configuration. Times of one quantity are taken in one process,
in turns; memory in a process for each point. Prints exponents (log-log least squares), where time
stops following the arithmetic and why; writes scaling.json, scaling.md and scaling.png.
"""

import argparse
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np

from benchmarks.flops import training_flops
from benchmarks.result_folder import new_folder, write_results
from benchmarks.scaling_fit import exponent, fixed_part, local_exponents, verdicts
from benchmarks.scaling_points import FACTORS, Point, points
from benchmarks.scaling_report import markdown, picture
from benchmarks.serving_latency import in_turns
from benchmarks.speed.machine import today
from st_keras.choices import PRECISIONS as POLICIES
from st_keras.cli.doctor.probe import probe
from st_keras.cli.doctor.probed_model import training_step
from st_keras.cli.doctor.processor import processor
from st_keras.settings import value_types as types
from st_keras.validation import InputError


def main(argv=None):
    """Measure; print tables, write files if asked for. Returns the exit status."""
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        return _run(options, argv)
    except InputError as refusal:
        parser.error(str(refusal))


def measure(quantity, each, policy, rounds, memory):
    """Measure the points of one quantity.

    Args:
        quantity: str.
        each: `{value: Point}`, ascending.
        policy: dtype policy.
        rounds: int.
        memory: dict from `Point` to what its probe found, which is added to; None: no memory.

    Returns:
        dict of JSON values: "points" (rows), "exponents" {"time", "flops", "memory"} as
        `[exponent, standard error]`, "fixed" {"seconds", "gflops"}, and "verdicts".
    """
    steps, flops = {}, []
    for value, point in each.items():
        model, steps[value] = training_step(point.request(policy))
        shape = (point.batch, point.frames, point.size, point.size, 1)
        flops.append(training_flops(model.network, shape))
    seconds = in_turns(steps, rounds)
    steps.clear()
    del model
    keras.backend.clear_session()
    values = list(each)
    table = np.array([seconds[value] for value in values])
    low, medians, high = np.quantile(table, [0.1, 0.5, 0.9], axis=1).tolist()
    found = [_memory_of(point, policy, memory) for point in each.values()]
    training = [entry and entry["training_bytes"] for entry in found]
    # Too small to stand out of the process that it is in: no exponent.
    measured = all(training)
    slopes = {
        "time_exponent": local_exponents(values, medians),
        "time_per_flop_exponent": local_exponents(flops, medians),
        "memory_exponent": local_exponents(values, training) if measured else None,
    }
    rows = [
        {
            "value": value,
            "flops": flops[i],
            "seconds": {"low": low[i], "median": medians[i], "high": high[i]},
            "gflops": flops[i] / medians[i] / 1e9,
            **{name: slope[i - 1] if i and slope else None for name, slope in slopes.items()},
            "memory": found[i],
        }
        for i, value in enumerate(values)
    ]
    fitted = {"time": exponent(values, medians), "flops": exponent(values, flops)}
    fitted["memory"] = exponent(values, training) if measured else None
    return {
        "points": rows,
        "exponents": fitted,
        "fixed": fixed_part(flops, medians),
        "verdicts": verdicts(quantity, values, medians, flops),
    }


def _run(options, argv):
    base = Point(**{name: getattr(options, name) for name in Point.__dataclass_fields__})
    chosen = {name: points(base, name) for name in options.vary.split(",")}
    command = " ".join(["python -m benchmarks scaling", *(sys.argv[1:] if argv is None else argv)])
    found = {
        "command": command,
        "date": today(),
        "machine": processor(),
        "policy": options.policy,
        "rounds": options.rounds,
        "base": vars(base),
        "quantities": {},
    }
    memory = {}  # of a point; the base is part of every quantity
    for name, each in chosen.items():
        _tell(f"{name}: {', '.join(map(str, each))}")
        found["quantities"][name] = measure(
            name, each, options.policy, options.rounds, None if options.no_memory else memory
        )
    print(markdown(found))
    if options.output:
        path, _ = write_results(options.output, "scaling", found, markdown(found))
        picture(found, path.with_suffix(".png"))
    return 0


def _memory_of(point, policy, memory):
    if memory is None:
        return None
    if point not in memory:
        _tell(f"  memory of {point}")
        result = probe(point.request(policy))
        memory[point] = {
            "peak_bytes": result.peak_bytes,
            "training_bytes": max(result.peak_bytes - result.base_bytes, 0),
            "first_seconds": result.first_seconds,
        }
    return memory[point]


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks scaling", description=__doc__.splitlines()[0]
    )
    names = ",".join(FACTORS)
    parser.add_argument("--vary", default=names, help=f"with commas between (default: {names})")
    parser.add_argument("--policy", choices=POLICIES, default="float32")
    parser.add_argument("--rounds", type=types.whole(1), default=3, help="that count (default: 3)")
    parser.add_argument("--no-memory", action="store_true", help="times alone: much quicker")
    help_text = "new, for scaling.json, .md and .png"
    parser.add_argument("--output", type=new_folder, metavar="FOLDER", help=help_text)
    group = parser.add_argument_group("base configuration")
    for name, field in Point.__dataclass_fields__.items():
        text = f"default: {field.default}"
        group.add_argument(f"--{name}", type=types.whole(1), default=field.default, help=text)
    return parser


def _tell(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
