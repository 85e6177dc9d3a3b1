"""A folder that is there with all its files, or not at all."""

import contextlib
import os
import pathlib
import shutil
import tempfile

from st_keras.files.whole_file import UNFINISHED, make_folder, sync_to_disk
from st_keras.files.write_refusal import write_refusal
from st_keras.validation import error


@contextlib.contextmanager
def whole_folder(where, path):
    """Give a folder to write into; when the block ends, it becomes `path` at once.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path that does not exist. Missing folders above it are made.

    Raises:
        ValueError: if something is there already, or the folder cannot be written. Nothing is left
            then, as when the block fails.

    Example:

    >>> with whole_folder("example", "preset") as folder:
    ...     _ = (folder / "config.json").write_text("{}")
    >>> os.listdir("preset")
    ['config.json']
    """
    path = pathlib.Path(path)
    check_new(where, path)
    scratch = None
    try:
        with write_refusal(where, path):
            make_folder(path.parent)
            # A folder in a folder, whose name no reader takes for a version or a model.
            prefix = f"{UNFINISHED}{path.name}-"
            scratch = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=path.parent))
            folder = scratch / path.name
            folder.mkdir()
            yield folder
            for file in (*folder.rglob("*"), folder):
                sync_to_disk(file)
            check_new(where, path)  # `rename` would replace an empty folder
            os.rename(folder, path)
            sync_to_disk(path.parent)
    finally:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def check_new(where, path):
    """Raise `ValueError` if something is at `path`.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path.
    """
    if os.path.lexists(path):
        raise error(
            where,
            f"path={str(path)!r}, which exists",
            "a path that does not exist yet: nothing is overwritten",
            "Choose another name, or move what is there away.",
        )
