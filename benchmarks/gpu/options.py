"""The options of `python -m benchmarks gpu`, and the settings that every row is told."""

import argparse
import datetime
import pathlib

from benchmarks.golden_file import FOLDER
from benchmarks.gpu.parity_case import GOLDEN_FILES
from benchmarks.gpu.rows import rows
from benchmarks.result_folder import new_folder
from benchmarks.speed import options as speed_options
from benchmarks.speed.workload import workload
from st_keras.validation import check_int, error

WHERE = "benchmarks gpu"
BUDGET = 480
# The published network, which every GPU of the last ten years has room for.
FULL = ["--filters=128,128,128,128", "--batch=8"]
TINY = ["--filters=4,4", "--batch=2", "--kernel-size=3", "--size=16", "--frames=4", "--rounds=1"]
# Those that are compared are computed on the CPU too.
FULL_PARITY = {"filters": (16, 16), "size": 64, "kernel_size": 5}
TINY_PARITY = {"filters": (4, 4), "size": 16, "kernel_size": 3}


def parsed(arguments):
    """Return the options of a command line; `argparse` ends on what it refuses."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks gpu",
        description="Check and time everything on this machine's GPUs, a process for each row.",
    )
    add = parser.add_argument
    add("--smoke", action="store_true", help="the same rows, tiny, on the CPU")
    add("--only", type=_texts, default=(), help="rows whose name has one of these words in it")
    add("--budget", type=int, default=BUDGET, help=f"seconds for all rows; default {BUDGET}")
    add("--filters", help="one width per layer; default: those of the published network")
    add("--batch", help="sequences per step; default: as published")
    add("--golden", metavar="FOLDER", help="with golden files; default: ../shared/golden, if there")
    add("--output", type=new_folder, metavar="FOLDER", help="new; default: gpu- and the time")
    return parser.parse_args(arguments)


def checked(options):
    """Return the options with all defaults chosen.

    Raises:
        ValueError: for a row that is not there, a folder without golden files, or a bad number.
    """
    check_int(WHERE, "--budget", options.budget, 1)
    names = [row.name for row in rows()]
    for text in options.only:
        if not any(text in name for name in names):
            raise error(
                WHERE,
                f"--only {text}",
                f"a part of the name of a row, which are {'; '.join(names)}",
                "Pass for example --only parity,fit.",
            )
    golden = pathlib.Path(options.golden or FOLDER)
    missing = [name for name in GOLDEN_FILES.values() if not (golden / f"{name}.npz").is_file()]
    if options.golden and missing:
        raise error(
            WHERE,
            f"--golden {options.golden} without {', '.join(f'{name}.npz' for name in missing)}",
            "the folder of the golden files",
            "Leave it out: rows then compare with the CPU alone.",
        )
    options.golden = None if missing else str(golden.resolve())
    if options.output is None:
        now = datetime.datetime.now(datetime.UTC)
        options.output = new_folder(f"gpu-{now:%Y-%m-%d-%H%M%S}")
    return options


def settings_of(options):
    """Return what rows are told: options of `benchmarks.speed`, and more.

    Returns:
        Namespace: those of `benchmarks.speed.options`, "smoke", "golden" (a path or None),
        "parity" (dict of what parity rows take in place of the others), "flop" of a training step.

    Raises:
        ValueError: for sizes that the network refuses.
    """
    sizes = list(TINY if options.smoke else FULL)
    sizes += [
        f"--{name}={getattr(options, name)}"
        for name in ("filters", "batch")
        if getattr(options, name)
    ]
    settings = speed_options.checked(
        speed_options.parsed([*sizes, "--models=predrnn_v2", "--modes=train", "--no-peer"])
    )
    settings.device = "cpu" if options.smoke else "gpu"
    settings.smoke, settings.golden = options.smoke, options.golden
    settings.parity = TINY_PARITY if options.smoke else FULL_PARITY
    settings.flop = workload(settings, "predrnn_v2", "train").flops
    return settings


def selected(options):
    """Return the rows to be run; of the libraries they need, what each sees comes first."""
    found = [
        row
        for row in rows()
        if any(text in row.name for text in options.only or [""])
        and not (options.smoke and row.variant and not options.only)
    ]
    needed = {row.library for row in found}
    return [row for row in rows() if row in found or (_is_platform(row) and row.library in needed)]


def _is_platform(row):
    return row.name.startswith("platform")


def _texts(text):
    return tuple(part.strip() for part in text.split(",") if part.strip())
