"""The numbered folders that TF Serving looks for below the base folder of a model."""

import pathlib

from st_keras.validation import error


def next_version(base):
    """Return the folder of the next version of a served model.

    TF Serving watches a base folder, and serves the folder in it with the highest whole number as
    its name; folders of other names are no versions.

    Args:
        base: str or path of the base folder, such as "saved_models/nowcast"; it need not exist.

    Returns:
        `pathlib.Path` base/N, which does not exist: N is 1, or 1 + the highest number there.

    Raises:
        ValueError: if `base` is a file, or is itself a SavedModel.

    Example:

    >>> next_version("saved_models/nowcast").as_posix()
    'saved_models/nowcast/1'
    """
    base = pathlib.Path(base)
    if (base / "saved_model.pb").is_file() or (base.exists() and not base.is_dir()):
        kind = "a SavedModel itself" if base.is_dir() else "no folder"
        raise error(
            "next_version",
            f"base={str(base)!r}, which is {kind}",
            "the folder above the versions, which may not exist yet",
            f"Pass {str(base.parent)!r}, or another name.",
        )
    names = [path.name for path in base.iterdir() if path.is_dir()] if base.exists() else []
    version = 1 + max((int(name) for name in names if _is_number(name)), default=0)
    while (base / str(version)).exists():  # a file
        version += 1
    return base / str(version)


def _is_number(name):
    return name.isascii() and name.isdigit()
