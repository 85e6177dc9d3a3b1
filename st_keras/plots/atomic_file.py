"""Writing a picture so that a reader never finds half of it, and an old one survives a failure."""

import pathlib

from st_keras.files.whole_file import whole_file
from st_keras.validation import error


def write_atomically(where, path, suffixes, write):
    """Call `write(temporary_path)` beside `path`, then move the file to `path` in one step.

    Args:
        where: str. The function that refuses.
        path: str or pathlib.Path. The file to write; missing folders are made.
        suffixes: tuple of str, allowed endings in lower case, such as (".png",).
        write: callable, writes the file at the path it is given (same ending as `path`).

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if the ending is not allowed, `path` is a folder, or it cannot be written.
    """
    path = pathlib.Path(path)
    if path.suffix.lower() not in suffixes or path.is_dir():
        raise error(
            where,
            f"path={str(path)!r}" + (", a folder" if path.is_dir() else ""),
            f"a file name ending in {' or '.join(suffixes)}",
            f"Write to {(path.stem or 'picture') + suffixes[0]!r}.",
        )
    with whole_file(path, where) as temporary:
        write(temporary)
    return path
