"""Start the process of a trial, wait for it, and tell what came of it, also when it crashed."""

import json
import os
import signal
import subprocess
import sys
import time

from st_keras.cli.process_end import ended
from st_keras.cli.tune.trial_process import COMPLETED, FAILED, JOB, RESULT, write_result
from st_keras.cli.whole_file import written_whole
from st_keras.files.json_file import read_json
from st_keras.validation import InputError

LOG = "log.txt"
_OWN_SIGNAL_SECONDS = 1.0


def run_in_process(folder, arguments, values):
    """Run a trial in a process of its own, which ends with this one.

    A trial that was completed with these values before is not run again.

    Args:
        folder: pathlib.Path of the trial, which exists.
        arguments: list of str, the command line of the search without `st-keras`.
        values: dict of hyperparameters.

    Returns:
        dict, the result: see `trial_process`. "status" is "failed" if the process ended without
        one, and "message" says how.
    """
    before = read_result(folder)
    if before and (before.get("status"), before.get("values")) == (COMPLETED, values):
        return before
    (folder / RESULT).unlink(missing_ok=True)
    with written_whole(folder / JOB) as unfinished:
        content = {"arguments": [str(a) for a in arguments], "values": values}
        unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "st_keras.cli.tune.trial_process", str(os.getpid())]
    with open(folder / LOG, "wb") as log:
        process = subprocess.Popen(  # noqa: S603  (our own command line)
            [*command, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A terminal's Ctrl-C is for the search, which then ends the trial.
            start_new_session=True,
        )
        try:
            status = process.wait()
            if status == -signal.SIGTERM:
                # Schedulers send it to all processes: this one's own must not come too late.
                time.sleep(_OWN_SIGNAL_SECONDS)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    result = read_result(folder)
    if result is None:
        message = f"its process {ended(status)}; see {folder / LOG}"
        result = {"status": FAILED, "pid": process.pid, "values": values, "message": message}
        write_result(folder, result)
    return result


def read_result(folder):
    """Return the result in the folder of a trial, or None if there is none, or a damaged one."""
    try:
        result = read_json("trial", folder / RESULT, "the result of a trial")
    except InputError:
        return None
    return result if isinstance(result, dict) else None
