"""The folder of a study: new, or that of the same study to go on with; its trained members."""

import keras

from st_keras.cli.model_file import load_trained
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.whole_file import written_whole
from st_keras.files.json_file import read_json
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
        required = f"the {SETTINGS_FILE} that st-keras study wrote, to go on with that study"
        before = read_json("--out", out / SETTINGS_FILE, required)
        if not isinstance(before, dict):
            raise error(
                "--out",
                f"{str(out / SETTINGS_FILE)!r}, which holds no settings",
                required,
                "Copy the file again, or choose another folder.",
            )
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
    with written_whole(path) as unfinished:
        model.save(unfinished)


def load_member(folder, name):
    """Return a trained member of the study from its file; a damaged one is refused."""
    return load_trained(folder / f"{name}.keras", (keras.Model,))
