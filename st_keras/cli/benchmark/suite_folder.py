"""The folder of a suite: new, or one to go on with, whose runs are those of the suite."""

import contextlib

from st_keras.cli.benchmark.run_state import read_state
from st_keras.cli.run_folder import RunFolder
from st_keras.files.file_lock import locked
from st_keras.files.json_file import read_json
from st_keras.validation import error

MARK, FORMAT, LOCK = "suite.json", 1, ".lock"


def check_suite_folder(suite):
    """Refuse a folder of something else, and runs in it that the suite says otherwise now.

    Args:
        suite: `Suite`.

    Raises:
        ValueError: for these. Nothing is written.
    """
    if not (suite.out / MARK).is_file():
        if suite.out.is_dir() and {path.name for path in suite.out.iterdir()} <= {LOCK}:
            return  # a kill came between the two
        RunFolder(suite.out, f"There is no {MARK} in it to go on from.")
        return
    required = f"the {MARK} that st-keras benchmark wrote"
    mark = read_json("--out", suite.out / MARK, required)
    if not isinstance(mark, dict) or mark.get("format") != FORMAT:
        raise error(
            "--out", f"{str(suite.out / MARK)!r}, which is none", required, "Choose another folder."
        )
    for run in suite.runs:
        _check_same(suite, run)


@contextlib.contextmanager
def suite_folder(suite):
    """Give the `RunFolder` of a suite, held so that no second benchmark works on it.

    Raises:
        ValueError: if another one does.
    """
    with locked("--out", suite.out / LOCK, f"the suite in {str(suite.out)!r}"):
        yield open_suite_folder(suite)


def open_suite_folder(suite):
    """Return the `RunFolder` of a suite, marked as one."""
    folder = RunFolder.going_on(suite.out).create()
    if not (folder / MARK).is_file():
        folder.write_json("suite", MARK, {"format": FORMAT, "title": suite.title})
    return folder


def _check_same(suite, run):
    state = read_state(run)
    if state is None:
        return
    for name in ("train", "evaluate"):
        before, now = state[name], list(getattr(run, name))
        if before != now:
            gone = " ".join(word for word in before if word not in now) or "nothing"
            new = " ".join(word for word in now if word not in before) or "nothing"
            raise error(
                str(suite.path),
                f"another `{name}` of the run {run.name} than {str(suite.out)!r} holds: {gone}, "
                f"now {new}",
                "runs that are as they were, beside new ones",
                "Give what was changed another name, choose another folder, or delete "
                f"{run.folder} to run it anew.",
            )
