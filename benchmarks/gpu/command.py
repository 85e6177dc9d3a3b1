"""`python -m benchmarks gpu`: options in; out come a table that grows, and files, always whole."""

import os
import pathlib
import shlex
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# This process counts FLOPs and computes nothing; its rows choose their backend by themselves.
os.environ["KERAS_BACKEND"] = "tensorflow"

from benchmarks.gpu import report
from benchmarks.gpu.options import WHERE, checked, parsed, selected, settings_of
from benchmarks.gpu.row_process import answer
from benchmarks.result_folder import replace_results
from benchmarks.speed.machine import PACKAGES, today, versions
from st_keras.cli.doctor.memory import driver_says
from st_keras.cli.doctor.processor import processor
from st_keras.cli.tune.roles import leave_gpus_to_trials
from st_keras.text_table import text_table
from st_keras.validation import InputError, error

USAGE_ERROR, INTERRUPTED = 2, 130
# Those of which nobody needs to be told by the exit code.
FINE = ("ok", "one GPU", "no GPU", "not installed")
# A process needs that long to import its library.
LEAST_SECONDS = 10
CUDA_PACKAGES = (
    "jaxlib",
    "jax-cuda12-plugin",
    "jax-cuda13-plugin",
    "nvidia-cublas-cu12",
    "nvidia-cuda-runtime-cu12",
    "nvidia-cudnn-cu12",
    "nvidia-nccl-cu12",
    "triton",
)


def main(arguments=None):
    """Run all rows, print each as it comes, and write what has come.

    Returns:
        The exit code: 0; 1 if a row failed, had no end, differs or was not reached; 2 for options
        that are refused, and where no library sees a GPU; 130 after an interruption.
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    begin = time.monotonic()
    leave_gpus_to_trials()  # and so to the rows
    try:
        options = checked(parsed(arguments))
        settings = settings_of(options)
        found = {
            "date": today(),
            "command": shlex.join(["python", "-m", "benchmarks", "gpu", *arguments]),
            "machine": {**processor(), "gpus": driver_says("name,driver_version,memory.total")},
            "versions": versions((*PACKAGES, *CUDA_PACKAGES)),
            "settings": vars(settings),
            "rows": [],
        }
        print("\n".join([*report.facts(found), "", report.heading()]), flush=True)
        for result in results(selected(options), settings, begin + options.budget):
            print(report.line(result), flush=True)
            found["rows"].append(result)
            replace_results(options.output, "gpu", found, report.markdown(found))
    except InputError as refusal:
        print(refusal, file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print(f"Interrupted; what had come is in {options.output}", file=sys.stderr)
        return INTERRUPTED
    print()
    steps = report.steps_table(found["rows"])
    print(text_table(steps, left=range(len(steps[0]))))
    print(f"\n{report.LEGEND}\nWrote {pathlib.Path(options.output, 'gpu.md')} and gpu.json")
    return int(any(result["status"] not in FINE for result in found["rows"]))


def results(rows, settings, deadline):
    """Yield the results of rows, in order; none runs longer than its limit or beyond the deadline.

    Args:
        rows: list of `Row`, what the libraries see first.
        settings: of `benchmarks.gpu.options`.
        deadline: float, of `time.monotonic`.

    Raises:
        ValueError: once it is known that no library sees a GPU, before any other row.
    """
    platforms = [row for row in rows if row.name.startswith("platform")]
    seen = {row.library: answer(row, settings, _time_for(row, deadline)) for row in platforms}
    blind = {library: each for library, each in seen.items() if each["status"] != "ok"}
    if len(blind) == len(seen):
        texts = "; ".join(each["text"] for each in blind.values())
        raise error(
            WHERE,
            f"a machine on which no library sees a GPU ({texts})",
            "a GPU that TensorFlow, PyTorch or JAX sees",
            "Install one of them with CUDA, or pass --smoke to run the rows, tiny, on the CPU.",
        )
    yield from seen.values()
    for row in rows[len(platforms) :]:
        nothing = {"name": row.name, "seconds": 0.0}
        if row.library in blind:
            status = blind[row.library]["status"]
            yield {**nothing, "status": status, "text": f"see platform {row.library}"}
        elif deadline - time.monotonic() < LEAST_SECONDS:
            yield {**nothing, "status": "not reached", "text": "the time for all rows was used up"}
        else:
            yield answer(row, settings, _time_for(row, deadline))


def _time_for(row, deadline):
    return max(min(row.limit, deadline - time.monotonic()), 0.0)
