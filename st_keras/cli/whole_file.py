"""Files that a command writes: there whole or not at all, and a full disk is told clearly."""

import contextlib
import pathlib

from st_keras.files.whole_file import whole_file
from st_keras.validation import error


@contextlib.contextmanager
def written_whole(path):
    """Give a path to write to; when the block ends, what was written becomes `path` at once.

    A file that was there before is replaced only then, and stays as it is if the block fails.

    Args:
        path: str or path. Missing folders are made.

    Raises:
        ValueError: if the file cannot be written.

    Example:

    >>> with written_whole("numbers.txt") as unfinished:
    ...     _ = unfinished.write_text("1 2 3")
    >>> pathlib.Path("numbers.txt").read_text(), unfinished.exists()
    ('1 2 3', False)
    """
    path = pathlib.Path(path)
    try:
        with whole_file(path) as unfinished:
            yield unfinished
    except OSError as reason:
        raise error(
            "--out",
            f"{reason.strerror or reason!s} when {str(path)!r} was to be written",
            "a folder on a disk with room for it; what was there before is as it was",
            "Make room, or make the folder writable, and run it again.",
        ) from reason
