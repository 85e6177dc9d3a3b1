"""Open a model that `train` or `demo` saved."""

import zipfile

import keras

from st_keras.training import Forecaster
from st_keras.validation import error


def load_forecaster(path):
    """Load a `.keras` file that holds a `Forecaster`.

    Args:
        path: pathlib.Path.

    Returns:
        The `Forecaster`.

    Raises:
        ValueError: if the file is missing, is no Keras file, or holds something else.
    """
    required, action = "a .keras file that st-keras train or demo wrote", "Check the path."
    if not path.is_file():
        raise error("MODEL.keras", f"{str(path)!r}, which is no file", required, action)
    if path.suffix != ".keras" or not zipfile.is_zipfile(path):
        received = f"{str(path)!r}, which is no Keras file or a damaged one"
        raise error("MODEL.keras", received, required, action)
    try:
        model = keras.models.load_model(path)
    except Exception as problem:
        # Keras raises many types for archives it cannot make sense of.
        received = f"{str(path)!r}, which Keras cannot load ({type(problem).__name__}: {problem})"
        raise error("MODEL.keras", received, required, "Train or copy it again.") from problem
    if not isinstance(model, Forecaster):
        received = f"{str(path)!r}, which holds a {type(model).__name__}"
        raise error("MODEL.keras", received, required, "Pass a Forecaster's file.")
    return model


def check_frames_fit(model, image_shape):
    """Raise `ValueError` unless frames (H, W, C) have the channels the model was trained on."""
    if image_shape[-1] != model.image_shape[-1]:
        raise error(
            "--data",
            f"frames with {image_shape[-1]} channel(s)",
            f"{model.image_shape[-1]} channel(s), as the model was trained on",
            "Pass data of the same kind as in training.",
        )
