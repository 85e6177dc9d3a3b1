"""A file that cannot be written, told in one way wherever it happens."""

import contextlib

from st_keras.validation import error

KEPT = "what was there before is as it was"  # of files that become whole at once


@contextlib.contextmanager
def write_refusal(where, path, kept=""):
    """Turn an `OSError` of the block, such as that of a full disk, into the package's error.

    Args:
        where: str. Who writes; the error begins with it.
        path: str or path of what is written, for the message.
        kept: str, what the user still has. Default: nothing is said of that.

    Raises:
        ValueError: three parts, in place of the `OSError`.

    Example:

    >>> with write_refusal("example", "a.npy"):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    st_keras.validation.InputError: example: received No space left on device when 'a.npy' was \
to be written. Required: a folder on a disk with room for it. Make room, or make the folder \
writable, and run it again.
    """
    try:
        yield
    except OSError as reason:
        raise error(
            where,
            f"{reason.strerror or reason!s} when {str(path)!r} was to be written",
            f"a folder on a disk with room for it{kept and '; ' + kept}",
            "Make room, or make the folder writable, and run it again.",
        ) from reason
