"""A file that does not open, told in one way whatever its reader raises."""

import contextlib

from st_keras.files.unpacked_size import ExpansionError
from st_keras.validation import InputError, error

_LONGEST = 300  # characters of a reader's own words


@contextlib.contextmanager
def refuse_damaged(where, path, required, action="Copy or download it again if it is truncated."):
    """Turn whatever the reading of a file raises into the package's error.

    Readers of archives raise a dozen types for damaged bytes, and others with every version: to
    the user all of them mean the same. Refusals of the package pass as they are.

    Args:
        where: str. Who reads; the error begins with it.
        path: str or path of the file, for the message.
        required: str, what is required instead.
        action: str, what the user can do. Default: to copy it again.

    Raises:
        ValueError: three parts, in place of any exception of the block.

    Example:

    >>> with refuse_damaged("example", "a.npz", "a whole npz file"):
    ...     raise RuntimeError("File 'a.npy' is encrypted")
    Traceback (most recent call last):
    st_keras.validation.InputError: example: received 'a.npz', which does not open \
(RuntimeError: File 'a.npy' is encrypted). Required: a whole npz file. Copy or download it again \
if it is truncated.
    """
    try:
        yield
    except InputError:
        raise
    except ExpansionError as reason:
        raise expands_too_far(where, path, reason) from reason
    except Exception as reason:
        text = f"{type(reason).__name__}: {reason}"[:_LONGEST]
        raise error(
            where, f"{str(path)!r}, which does not open ({text})", required, action
        ) from reason


def expands_too_far(where, path, reason):
    """Return the error for a file that `check_expansion` refuses.

    Args:
        where: str. Who reads.
        path: str or path of the file.
        reason: `ExpansionError`.
    """
    return error(
        where,
        f"{str(path)!r}, which would unpack to {reason}",
        "a file that expands as real data do, and not to fill the memory",
        "Nothing was unpacked. If you trust who made it, unpack it with another program and pass "
        "it uncompressed.",
    )
