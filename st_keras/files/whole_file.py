"""A file that is there whole or not at all, also when the process is killed or the disk is full."""

import contextlib
import os
import pathlib

UNFINISHED = ".unfinished-"


@contextlib.contextmanager
def whole_file(path):
    """Give a path to write to; when the block ends, what was written becomes `path` at once.

    A file that was there before is replaced only then, and stays as it is if the block fails. What
    a killed process leaves is `unfinished(path)`, which the next one writes over.

    Args:
        path: str or path. Missing folders are made.

    Raises:
        OSError: if the file cannot be written.

    Example:

    >>> with whole_file("numbers.txt") as temporary:
    ...     _ = temporary.write_text("1 2 3")
    >>> pathlib.Path("numbers.txt").read_text(), temporary.exists()
    ('1 2 3', False)
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = unfinished(path)
    try:
        yield temporary
        sync_to_disk(temporary)
        os.replace(temporary, path)
        sync_to_disk(path.parent)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def unfinished(path):
    """Return the path beside `path` that is written first.

    The ending stays: Keras and Matplotlib tell the format by it.

    Example:

    >>> unfinished("run/model.keras").name
    '.unfinished-model.keras'
    """
    path = pathlib.Path(path)
    return path.with_name(UNFINISHED + path.name)


def sync_to_disk(path):
    """Make the content of a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
