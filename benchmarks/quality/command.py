"""The command: learners take turns; a table, curves and files come out."""

import argparse
import json
import pathlib
import shlex
import subprocess
import sys

from benchmarks.quality.learner import STAND_IN
from benchmarks.quality.report import draw, table
from benchmarks.result_folder import new_folder, replace_results
from benchmarks.speed.machine import machine, today, versions
from st_keras.models.predrnn.presets import NAMED_RECIPES
from st_keras.validation import InputError, check_file, check_int, check_number, error

LEARNERS = ("fast", "predrnn_v2_moving_mnist", STAND_IN)


def main(arguments=None):
    """Let all learn, and say how well; return the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(arguments)
    try:
        _check(options)
    except InputError as refusal:
        print(f"quality: {refusal}", file=sys.stderr)
        return 2
    found = {
        "date": today(),
        "command": shlex.join(["python", "-m", "benchmarks", "quality", *arguments]),
        "machine": machine("tensorflow"),
        "versions": versions(),
        "settings": {name: str(value) for name, value in vars(options).items()},
        "minutes": options.minutes,
        "curves": {by: {} for by in options.learners},
    }
    for number, seed in enumerate(options.seeds, 1):
        for by, curve in _curves(options, seed).items():
            found["curves"][by][seed] = curve
        text = table(found)
        print(f"{number} of {len(options.seeds)} seeds\n{text}\n", flush=True)
        if options.output:
            replace_results(options.output, "quality", found, f"```\n{text}\n```")
            draw(pathlib.Path(options.output, "quality.png"), found)
    return 0


def _curves(options, seed):
    """Return {learner: [{"seconds", "updates", "mse"}, ...]}; they learn by turns."""
    processes = {by: _start(by, options, seed) for by in options.learners}
    curves = {by: [] for by in processes}
    try:
        while waiting := [by for by, curve in curves.items() if not _is_done(curve, options)]:
            for by in waiting:
                process = processes[by]
                process.stdin.write(f"{options.turn}\n")
                process.stdin.flush()
                answer = process.stdout.readline()
                if not answer:
                    raise RuntimeError(f"{by} ended with status {process.wait()}; see above.")
                curves[by].append(json.loads(answer))
                print(f"seed {seed} {by}: {curves[by][-1]}", file=sys.stderr)
    finally:
        for process in processes.values():
            process.kill()
            process.communicate()
    return curves


def _start(by, options, seed):
    names = ("minutes", "data", "test_sequences", "filters", "kernel_size", "patch_size")
    asked = {"by": by, "seed": seed, **{name: getattr(options, name) for name in names}}
    asked["data"] = str(options.data)
    if by == "fast" and options.fast_network:
        asked |= {"filters": None, "kernel_size": None, "patch_size": None}
    command = [sys.executable, "-m", "benchmarks.quality.learner", json.dumps(asked)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes)  # noqa: S603 (this package)


def _is_done(curve, options):
    return bool(curve) and curve[-1]["seconds"] >= 60 * options.minutes


def _check(options):
    check_file("--data", options.data)
    check_number("--minutes", "minutes", options.minutes, 0.01)
    check_number("--turn", "turn", options.turn, 0.1)
    for seed in options.seeds:
        check_int("--seeds", "seeds", seed, 0)
    check_int("--test-sequences", "test_sequences", options.test_sequences, 1)
    known = (*NAMED_RECIPES, STAND_IN)
    wrong = [by for by in options.learners if by not in known]
    if wrong:
        raise error("--learners", repr(wrong[0]), f"names among {', '.join(known)}", "Correct it.")


def _parser():
    parser = argparse.ArgumentParser(
        "python -m benchmarks quality",
        description=sys.modules["benchmarks.quality"].__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=pathlib.Path, required=True, help="MNIST's npz")
    parser.add_argument("--minutes", type=float, default=10.0, help="of each; default: 10")
    parser.add_argument(
        "--seeds", type=lambda t: [int(s) for s in t.split(",")], default=[0], help="default: 0"
    )
    parser.add_argument(
        "--learners",
        type=lambda text: text.split(","),
        default=list(LEARNERS),
        help=f"recipes, or {STAND_IN}; default: {','.join(LEARNERS)}",
    )
    parser.add_argument("--turn", type=float, default=20.0, help="seconds of a turn; default: 20")
    parser.add_argument("--test-sequences", type=int, default=128, help="default: 128")
    parser.add_argument("--filters", default="48,48", help="of all; default: 48,48")
    parser.add_argument("--kernel-size", type=int, default=3, help="default: 3")
    parser.add_argument("--patch-size", type=int, default=8, help="default: 8")
    parser.add_argument(
        "--fast-network", action="store_true", help="the recipe fast has its own network"
    )
    parser.add_argument("--output", type=new_folder, help="also write curves, table and picture")
    return parser
