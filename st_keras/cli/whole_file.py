"""Files that are there whole or not at all, also when the process is killed or the disk is full."""

import contextlib
import os
import pathlib

from st_keras.training.resume.state_file import sync_to_disk
from st_keras.validation import error

UNFINISHED = ".unfinished-"


@contextlib.contextmanager
def written_whole(path):
    """Give a path to write to; when the block ends, what was written becomes `path` at once.

    A file that was there before is replaced only then, and stays as it is if the block fails.

    Args:
        path: str or path, in a folder that exists.

    Raises:
        ValueError: if the file cannot be written.

    Example:

    >>> with written_whole("numbers.txt") as unfinished:
    ...     _ = unfinished.write_text("1 2 3")
    >>> pathlib.Path("numbers.txt").read_text(), unfinished.exists()
    ('1 2 3', False)
    """
    path = pathlib.Path(path)
    # The ending stays: Keras and Matplotlib tell the format by it.
    unfinished = path.with_name(UNFINISHED + path.name)
    try:
        yield unfinished
        sync_to_disk(unfinished)
        os.replace(unfinished, path)
        sync_to_disk(path.parent)
    except OSError as reason:
        raise error(
            "--out",
            f"{reason.strerror or reason!s} when {str(path)!r} was to be written",
            "a folder on a disk with room for it; what was there before is as it was",
            "Make room, or make the folder writable, and run it again.",
        ) from reason
    finally:
        unfinished.unlink(missing_ok=True)
