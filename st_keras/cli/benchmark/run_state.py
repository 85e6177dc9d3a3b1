"""What a run of a suite has come to: a file in its folder, and the end of its log."""

import json

from st_keras.cli.whole_file import written_whole
from st_keras.files.json_file import read_json
from st_keras.validation import error

FILE, LOG = "state.json", "log.txt"
RUNNING, FINISHED, FAILED, INTERRUPTED = "running", "finished", "failed", "interrupted"
BUSY = "busy"  # of an outcome: another process carries the run out
LINES = 15  # of the log of a failed run
_LONGEST = 20_000  # bytes of the log that are looked at for these


def read_state(run):
    """Return the state of a run, or None if it has not begun.

    Args:
        run: `Run`.

    Returns:
        dict with "train" and "evaluate", lists of str, "status", "attempts", and once a command has
        ended "seconds", "message" (of one that failed).

    Raises:
        ValueError: if the file is damaged.
    """
    path = run.folder / FILE
    if not path.is_file():
        return None
    required = "the state that st-keras benchmark wrote"
    action = f"Delete {run.folder} to run it anew."
    state = read_json("--out", path, required, action)
    if not isinstance(state, dict) or not {"train", "evaluate", "status", "attempts"} <= set(state):
        raise error("--out", f"{str(path)!r}, which is none", required, action)
    return state


def write_state(run, status, attempts, **more):
    """Write the state of a run; see `read_state`."""
    content = {"train": run.train, "evaluate": run.evaluate, "status": status}
    content |= {"attempts": attempts, **more}
    with written_whole(run.folder / FILE) as unfinished:
        unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def is_whole(run):
    """Tell whether a run is trained and scored."""
    state = read_state(run)
    return state is not None and state["status"] == FINISHED


def end_of_log(run):
    """Return the last lines of what a run printed, a list of str."""
    try:
        with open(run.folder / LOG, "rb") as file:
            file.seek(0, 2)
            file.seek(max(file.tell() - _LONGEST, 0))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    # Of a progress bar that was drawn again and again, what stood there last.
    lines = [line.rpartition("\r")[2].rstrip() for line in text.split("\n")]
    return [line for line in lines if line][-LINES:]
