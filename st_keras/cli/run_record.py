"""`run.json`: what a run was asked, on which data it trained, and what came of it."""

import pathlib

from st_keras.cli.data_fingerprint import data_fingerprint
from st_keras.cli.revision import git_revision
from st_keras.cli.run_folder import typed, versions
from st_keras.files.json_file import read_json
from st_keras.settings.setting import values_of
from st_keras.validation import error

FILE = "run.json"
FORMAT = 2
RUNNING, FINISHED, INTERRUPTED, FAILED = "running", "finished", "interrupted", "failed"
# What does not change the numbers that are trained, and so may differ when a run goes on: also
# minutes, since one that goes on has the batches that were planned (`pacing`).
_OUTSIDE = {
    *("command", "data", "out"),
    *("resume", "resume_every", "max_minutes", "strategy", "tensorboard"),
}


def new_record(settings, workers, source, recipe):
    """Return the record of a run that begins, as if nothing had been before (see `add_to`).

    Args:
        settings: what the command was told.
        workers: `WorkerGroup`.
        source: the training data, with `card()`.
        recipe: dict of training settings.
    """
    told = values_of(settings)
    start = {"versions": versions(), "command": typed(settings), "git": git_revision()}
    return {
        "format": FORMAT,
        "status": RUNNING,
        **start,
        "options": options_of(settings),
        "seeds": {"seed": told["seed"]},
        "recipe": recipe,
        "data": source.card(),
        "data_fingerprint": data_fingerprint(source, settings.data),
        "strategy": workers.strategy_name,
        "replicas": workers.replicas,
        "workers": workers.size,
        "deterministic": told.get("deterministic", False),
        "jit_compile": told.get("jit_compile", False),
        "resumed_after": [],
        "starts": [{"after": 0, **start}],
    }


def add_to(before, record, first_batch):
    """Put what ran before into the record of a run that is started again.

    Args:
        before: dict, the record that the last start left.
        record: dict from `new_record`, of this start; it is changed.
        first_batch: int. Batches trained before, that this start goes on from; 0 if it begins anew.

    Example:

    >>> before = {"resumed_after": [], "starts": [{"after": 0, "command": ["first"]}]}
    >>> record = {"resumed_after": [], "starts": [{"after": 0, "command": ["second"]}]}
    >>> add_to(before, record, 100)
    >>> record["resumed_after"], record["starts"][1]
    ([100], {'after': 100, 'command': ['second']})
    """
    (start,) = record["starts"]
    record["starts"] = [*before.get("starts", []), {**start, "after": first_batch}]
    if first_batch:
        record["resumed_after"] = [*before.get("resumed_after", []), first_batch]


def options_of(settings):
    """Return what a command was told as JSON values, and which command and MODEL it is."""
    named = {"command": settings.command, "model": settings.model, **values_of(settings)}
    return {name: _as_json(value) for name, value in sorted(named.items())}


def settings_of_run(settings):
    """Return those that say which numbers are trained, as JSON values."""
    return {n: v for n, v in options_of(settings).items() if n not in _OUTSIDE}


def read_record(where, path):
    """Read a run record.

    Args:
        where: str, the flag that names the file.
        path: str or path.

    Returns:
        dict.

    Raises:
        ValueError: if there is no such file, it cannot be read, or it is no run record.
    """
    path = pathlib.Path(path)
    required = "the run.json of an `st-keras train` of this version"
    record = read_json(where, path, required)
    if not _is_record(record):
        received = f"{str(path)!r}, which is no run record of format {FORMAT}"
        raise error(where, received, required, "Pass the run.json that lies beside a model.keras.")
    return record


def _is_record(record):
    if not isinstance(record, dict) or record.get("format") != FORMAT or "status" not in record:
        return False
    mappings = ("options", "data_fingerprint", "versions")
    lists = ("resumed_after", "starts")
    return all(isinstance(record.get(name), dict) for name in mappings) and all(
        isinstance(record.get(name, []), list) for name in lists
    )


def _as_json(value):
    if isinstance(value, (list, tuple)):
        return [_as_json(entry) for entry in value]
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
