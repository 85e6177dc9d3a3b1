"""Which version of a model a path means, as TF Serving reads folders."""

import pathlib

from st_keras.validation import error

FILE = "saved_model.pb"


def choose_version(where, path, version=None):
    """Return the folder of a SavedModel, its version, and the name of its model.

    Args:
        where: str. Who asks; the errors begin with it.
        path: base folder whose subfolders 1, 2, ... are versions, or one such version, or a
            SavedModel of another name, which counts as version 1.
        version: int, or None for the highest. Default None.

    Returns:
        (`pathlib.Path`, int, str).

    Raises:
        ValueError: if there is no SavedModel, or none of that version.

    Example:

    >>> folder = pathlib.Path("nowcast/3")
    >>> folder.mkdir(parents=True)
    >>> _ = (folder / "saved_model.pb").write_bytes(b"")
    >>> choose_version("example", "nowcast")[1:]
    (3, 'nowcast')
    """
    path = pathlib.Path(path).resolve()
    if (path / FILE).is_file():
        number = _number(path)
        name = path.name if number is None else path.parent.name
        found = {1 if number is None else number: path}
    else:
        name, found = path.name, {}
        for folder in path.iterdir() if path.is_dir() else ():
            if _number(folder) is not None and (folder / FILE).is_file():
                found[_number(folder)] = folder
    if not found:
        raise error(
            where,
            f"path {str(path)!r}, where no SavedModel is",
            f"a folder with {FILE}, or a base folder with such folders named 1, 2, ...",
            "Export one: st-keras export model.keras --out nowcast/1",
        )
    chosen = max(found) if version is None else version
    if chosen not in found:
        raise error(
            where,
            f"version {version}, which {str(path)!r} does not have",
            f"one of the versions {', '.join(map(str, sorted(found)))}",
            "Leave --version out for the highest.",
        )
    return found[chosen], chosen, name


def _number(folder):
    """Version that a folder's name says, or None."""
    return int(folder.name) if folder.name.isascii() and folder.name.isdecimal() else None
