"""The process of one row: started, waited for, ended when its time is up.

python -m benchmarks.gpu.row_process '{"row": {...}, "settings": {...}}'
"""

import argparse
import contextlib
import dataclasses
import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from benchmarks.gpu.devices import environment

# What libraries print is not the answer.
MARK = "@row "
# Of what a row that failed has printed.
LAST_LINES = 30


def answer(row, settings, limit):
    """Run a row in a process of its own, which ends before this returns, whatever it does.

    Args:
        row: a `Row` of `benchmarks.gpu.rows`.
        settings: of `benchmarks.gpu.options`.
        limit: float, seconds.

    Returns:
        Dict of JSON values: "name"; "seconds" it took; "status", "text" and what else the row
        found. The status is "failed" for an error or a crash, "no end" where the time was up, and
        "not installed" for a library that is not there; "log" then has the last lines it printed.
    """
    begin = time.perf_counter()
    if importlib.util.find_spec(row.library) is None:
        found = {"status": "not installed", "text": f"{row.library} is not installed"}
    else:
        found = _answer(row, settings, limit)
    return {"name": row.name, "seconds": time.perf_counter() - begin, **found}


def main(arguments=None):
    """Run the row that is asked for, and print its answer; return the exit code."""
    (request,) = sys.argv[1:] if arguments is None else arguments
    request = json.loads(request)
    row, settings = request["row"], argparse.Namespace(**request["settings"])
    try:
        found = importlib.import_module(row["task"]).run(row["arguments"], settings)
    except Exception as failure:
        traceback.print_exc()
        found = {"status": "failed", "text": f"{type(failure).__name__}: {_first_line(failure)}"}
    print(MARK + json.dumps(found), flush=True)
    return int(found["status"] == "failed")


def _answer(row, settings, limit):
    backend = "jax" if row.library == "jax" else "tensorflow"
    request = {"row": dataclasses.asdict(row), "settings": {**vars(settings), "backend": backend}}
    command = [sys.executable, "-m", "benchmarks.gpu.row_process", json.dumps(request)]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(  # noqa: S603  (nothing but this module)
            command,
            stdin=subprocess.DEVNULL,
            # One file for both: a pipe that nobody empties would stop the process.
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(row.library, settings.smoke),
            # A group of its own, for compilers start processes too.
            start_new_session=True,
        )
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
        output.seek(0)
        lines = [line for line in output.read().splitlines() if line.strip()]
    log = {"log": lines[-LAST_LINES:]}
    if code is None:
        return {"status": "no end", "text": f"no end after {limit:.0f} s", **log}
    answers = [line for line in lines if line.startswith(MARK)]
    if not answers:
        last = lines[-1] if lines else "it said nothing"
        return {"status": "failed", "text": f"its process ended with {_named(code)}: {last}", **log}
    found = json.loads(answers[-1].removeprefix(MARK))
    return {**found, **log} if found["status"] == "failed" else found


def _end(process):
    """Kill the process and all that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _named(code):
    return signal.Signals(-code).name if code < 0 else f"code {code}"


def _first_line(failure):
    return (str(failure).strip().splitlines() or ["without a word"])[0]


if __name__ == "__main__":
    sys.exit(main())
