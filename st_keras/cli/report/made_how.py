"""How the numbers of a report were made: command, files, versions, data."""

import datetime
import hashlib
import json
import shlex

from st_keras.cli.model_file import run_record
from st_keras.cli.report.document import Facts, Section
from st_keras.cli.revision import git_revision
from st_keras.cli.run_folder import typed, versions
from st_keras.models.shipped_models import located_model
from st_keras.plots import training_curve

_LONG = {"test_spans", "seen_times"}  # of a data card: as long as the archive


def how_section(settings, model, more):
    """Return the section on how it was made.

    Args:
        settings: what `evaluate` was told.
        model: the model.
        more: list of (name, text), what the evaluation adds.
    """
    record = run_record(settings.model_file) or {}
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0, tzinfo=None)
    network = getattr(model, "network", model)
    rows = [
        ("command", shlex.join(typed(settings))),
        ("finished", f"{now.isoformat(sep=' ')} UTC"),
        ("model", f"{settings.model_file}, {type(network).__name__}"),
        ("parameters", f"{model.count_params():,}"),
        ("SHA-256 of the model", _digest(located_model(settings.model_file))),
        *more,
        ("versions", _words(versions())),
        ("git", _words(git_revision() or {}) or "no repository"),
        ("trained by", shlex.join(record.get("command") or []) or "no run.json beside the model"),
        ("versions in training", _words(record.get("versions") or {})),
        ("recipe", _words(record.get("recipe") or {})),
    ]
    card = {k: v for k, v in (record.get("data") or {}).items() if k not in _LONG}
    rows += [(f"training data: {name}", _json(value)) for name, value in card.items()]
    return Section("How it was made", [Facts([(name, text) for name, text in rows if text])])


def training_picture(settings, folder):
    """Draw the training curve that the run's record holds.

    Returns:
        path of the picture, or None where there is no record of losses.
    """
    history = (run_record(settings.model_file) or {}).get("history") or {}
    if not [loss for loss in history.get("loss") or [] if loss is not None]:
        return None
    history = {
        name: [float("nan") if value is None else value for value in values]
        for name, values in history.items()
    }
    return training_curve(folder / "pictures" / "training.png", history, x_label="report")


def _digest(path):
    """Return the SHA-256 of a file; of a folder that of those of its files, in their order."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return hashlib.sha256("".join(map(_digest, files)).encode("ascii")).hexdigest()
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _words(values):
    return ", ".join(f"{name} {_json(value)}" for name, value in values.items())


def _json(value):
    return value if isinstance(value, str) else json.dumps(value, default=str)
