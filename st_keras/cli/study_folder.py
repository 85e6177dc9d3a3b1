"""The folder of a study: new, or that of the same study to go on with; its trained members."""

import json
import shutil

import keras

from st_keras.cli.run_folder import RunFolder
from st_keras.validation import error

SETTINGS_FILE = "study.json"


def open_study_folder(out, settings):
    """Return the study's folder: a new one, or that of the same study, to go on with.

    Args:
        out: pathlib.Path or None for the next free default.
        settings: dict of JSON values, what makes two studies the same one.

    Raises:
        ValueError: if the folder holds another study, or something else.
    """
    if out and (out / SETTINGS_FILE).is_file():
        before = json.loads((out / SETTINGS_FILE).read_text(encoding="utf-8"))
        if before != settings:
            changed = sorted(k for k in {*settings, *before} if before.get(k) != settings.get(k))
            raise error(
                "--out",
                f"{str(out)!r}, a study with another {', '.join(changed)}: {before}",
                f"the settings of that study, not {settings}",
                "Repeat its settings to go on with it, or choose another folder.",
            )
        print(f"Going on with the study in {out}.")
        return RunFolder.going_on(out)
    folder = RunFolder(out) if out else RunFolder.next_free("st_keras_study")
    folder.create()
    folder.write_json("settings", SETTINGS_FILE, settings)
    return folder


def train_member_once(folder, name, train):
    """Train a member of the study and save it, unless it is there already.

    Args:
        folder: `RunFolder`.
        name: str, of the file without its ending.
        train: function without arguments that returns the trained model.
    """
    path = folder / f"{name}.keras"
    folder.note(name, path)
    if path.is_file():
        print(f"{name}: already trained.", flush=True)
        return
    model = train()
    # Whole or not at all: a study that was killed goes on with the files it finds.
    unfinished = folder / f".unfinished-{path.name}"
    model.save(unfinished)
    shutil.move(unfinished, path)


def load_member(folder, name):
    """Return a trained member of the study from its file."""
    return keras.models.load_model(folder / f"{name}.keras")
