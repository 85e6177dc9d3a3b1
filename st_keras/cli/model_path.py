"""The path of a saved model, looked at before Keras is there to open it."""

import zipfile

from st_keras.models.shipped_models import located_model, names_of_shipped_models
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting
from st_keras.validation import error

REQUIRED, WHERE = "a .keras file that st-keras train or demo wrote", "MODEL.keras"


def model_path():
    """Return the field of a saved model, whose value stands by its place."""
    text = "or a preset: its folder, or the name of one that comes with the package"
    return setting(types.path, help=text, flag=None, metavar=WHERE)


def check_model_path(path):
    """Raise `ValueError` unless there is a folder, or a file that may hold a model."""
    path = located_model(path)
    if path.is_dir():
        return
    if not path.is_file():
        required = f"{REQUIRED}, a preset's folder, or a name among {names_of_shipped_models()}"
        raise error(WHERE, f"{str(path)!r}, which is no file", required, "Check the path.")
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        received = f"{str(path)!r}, which is no Keras file or a damaged one"
        raise error(WHERE, received, REQUIRED, "Check the path.")
