"""A file that is there whole or not at all, also when the process is killed or the disk is full."""

import contextlib
import os
import pathlib
import re

UNFINISHED = ".unfinished-"
_UNFINISHED = re.compile(re.escape(UNFINISHED) + r"(\d+)-(.+)")


@contextlib.contextmanager
def whole_file(path):
    """Give a path to write to; when the block ends, what was written becomes `path` at once.

    A file that was there before is replaced only then, and stays as it is if the block fails. Of
    several processes that write one path the last one stays, whole. What a killed one has left is
    removed by the next that writes the same.

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
    for leftover in leftovers(path):
        if not _is_alive(int(_UNFINISHED.fullmatch(leftover.name)[1])):
            leftover.unlink(missing_ok=True)
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
    """Return the path beside `path` that this process writes first.

    The ending stays: Keras and Matplotlib tell the format by it.

    Example:

    >>> unfinished("run/model.keras").name == f".unfinished-{os.getpid()}-model.keras"
    True
    """
    path = pathlib.Path(path)
    return path.with_name(f"{UNFINISHED}{os.getpid()}-{path.name}")


def finished_name(name):
    """Return the name that an unfinished file would have got; None for other names.

    Example:

    >>> finished_name(".unfinished-4711-model.keras"), finished_name("model.keras")
    ('model.keras', None)
    """
    match = _UNFINISHED.fullmatch(name)
    return match and match[2]


def leftovers(path):
    """Return what processes, killed or at work, have written of `path` without finishing.

    Args:
        path: str or path.
    """
    path = pathlib.Path(path)
    files = path.parent.iterdir() if path.parent.is_dir() else ()
    return [file for file in files if finished_name(file.name) == path.name]


def sync_to_disk(path):
    """Make the content of a file, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # someone else's
        return True
    return True
