"""A lock that one process holds, and that the system takes back when it ends, however it ends."""

import contextlib
import os
import pathlib
import time

from st_keras.files.whole_file import make_folder
from st_keras.files.write_refusal import write_refusal
from st_keras.validation import InputError, error

_POLL_SECONDS = 0.1


class LockedError(InputError):
    """The error of `locked` where another process is at work."""


@contextlib.contextmanager
def locked(where, path, what, wait=0.0):
    """Hold the lock of a file for as long as the block; another process that asks is refused.

    It is `flock`, which local disks, NFS and Lustre (mounted with it) know between hosts as well. A
    process to which the descriptor is passed on holds it too. Where Python has no `flock`, as on
    Windows, nothing is locked.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path of the file, which is made if it is missing, and stays.
        what: str, what is locked, for the message.
        wait: float, seconds to wait for another process to end. Default 0.

    Yields:
        int, the descriptor.

    Raises:
        LockedError: a `ValueError`, if another process holds it.
        ValueError: if the file cannot be written, or its file system has no `flock`.

    Example:

    >>> with locked("example", "a.lock", "a"):
    ...     with locked("example", "a.lock", "a"):
    ...         pass
    Traceback (most recent call last):
    st_keras.files.file_lock.LockedError: example: received a, at which another process is at \
work. Required: one process at a time. Wait for it, or end it.
    """
    path = pathlib.Path(path)
    with write_refusal(where, path):
        make_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        deadline = time.monotonic() + wait
        while not _taken(descriptor, where, path):
            if time.monotonic() >= deadline:
                received = f"{what}, at which another process is at work"
                required = "one process at a time"
                raise LockedError(str(error(where, received, required, "Wait for it, or end it.")))
            time.sleep(_POLL_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(descriptor, where, path):
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as reason:
        raise error(
            where,
            f"{reason.strerror or reason!s} when {str(path)!r} was to be locked",
            "a file system with flock",
            "Choose a folder on another disk, or mount this one with locks (Lustre: -o flock).",
        ) from reason
    return True
