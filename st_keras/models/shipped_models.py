"""The trained models that come with the package."""

import pathlib

_FOLDER = "saved_models"
_PACKAGE = pathlib.Path(__file__).resolve().parents[1]
_MADE_BY_SAVE_TO_PRESET = "metadata.json"


def shipped_models():
    """Return the folders of the trained models that come with the package, by name.

    A wheel has them inside the package; in a checkout, also one that is installed in place
    (`pip install -e .`), they are those in `saved_models/` beside it.

    Returns:
        Dict from the name of a folder to its `pathlib.Path`, in the order of names. Each is one for
        `from_preset`, which takes the name alone.

    Example:

    >>> "predrnn_moving_digits" in shipped_models()
    True
    """
    inside = _PACKAGE / _FOLDER
    base = inside if inside.is_dir() else _PACKAGE.parent / _FOLDER
    files = sorted(base.glob(f"*/{_MADE_BY_SAVE_TO_PRESET}"))
    return {file.parent.name: file.parent for file in files}


def located_model(path):
    """Return where the model lies that a path or a name stands for.

    What lies at the path comes first, then the model of that name that comes with the package.

    Args:
        path: `pathlib.Path`, or str, of which only the bare name is one.

    Returns:
        `pathlib.Path`; that of `path` itself where there is neither.

    Example:

    >>> import pathlib
    >>> located_model(pathlib.Path("slowvae_sprites")).parent.name
    'saved_models'
    >>> located_model(pathlib.Path("run/model.keras")).as_posix()
    'run/model.keras'
    """
    place = pathlib.Path(path)
    return place if place.exists() else shipped_models().get(str(path), place)


def names_of_shipped_models():
    """Return the names for a message, such as "modernn_moving_digits, slowvae_sprites"."""
    return ", ".join(shipped_models()) or "none in this installation"
