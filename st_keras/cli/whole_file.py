"""Files that a command writes: there whole or not at all, and a full disk is told clearly."""

import contextlib

from st_keras.files.whole_file import whole_files
from st_keras.files.write_refusal import KEPT, write_refusal


@contextlib.contextmanager
def written_whole(path):
    """Give a path to write to; when the block ends, what was written becomes `path` at once.

    A file that was there before is replaced only then, and stays as it is if the block fails.

    Args:
        path: str or path. Missing folders are made.

    Raises:
        ValueError: if the file cannot be written.

    Example:

    >>> import pathlib
    >>> with written_whole("numbers.txt") as unfinished:
    ...     _ = unfinished.write_text("1 2 3")
    >>> pathlib.Path("numbers.txt").read_text(), unfinished.exists()
    ('1 2 3', False)
    """
    with written_together(path) as (unfinished,):
        yield unfinished


@contextlib.contextmanager
def written_together(*paths):
    """Give a list of paths to write to, for files of which none is to be there without the others.

    Args:
        *paths: str or path. Missing folders are made.

    Raises:
        ValueError: if one cannot be written.

    Example:

    >>> import pathlib
    >>> with written_together("a.txt", "b.txt") as (first, second):
    ...     _ = first.write_text("a"), second.write_text("b")
    >>> pathlib.Path("b.txt").read_text()
    'b'
    """
    with write_refusal("--out", paths[0], KEPT), whole_files(*paths) as unfinished:
        yield unfinished
