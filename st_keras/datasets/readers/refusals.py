"""What is refused alike in files of every format."""

from st_keras.files.damaged_file import refuse_damaged
from st_keras.validation import check_file, error


def check_filled_file(where, path):
    """Refuse a path that is no file, or an empty one.

    Args:
        where: str. Who asks; the error begins with it.
        path: str or path.

    Raises:
        ValueError: for these two.
    """
    if check_file(where, path).stat().st_size == 0:
        raise error(
            where,
            f"{str(path)!r}, an empty file",
            "a file with an array",
            "Write or copy it again.",
        )


def refuse_unreadable(where, path):
    """Return the block to read a file in: what it raises is told in one way.

    Args:
        where, path: as in `check_filled_file`.
    """
    return refuse_damaged(
        where,
        path,
        "a whole file as its ending says, with plain numbers, no pickled objects",
        "Copy or download it again if it is truncated; save object arrays as numbers with "
        "numpy.save(name, array.astype('float32')).",
    )


def choose_variable(path, variable, names):
    """Return which array of a file is meant.

    Args:
        path: str, the file.
        variable: str, the name asked for, or None.
        names: list of str, of the arrays in the file.

    Returns:
        str: `variable`, or where it is None the only name.

    Raises:
        ValueError: if the file has no such array, or the choice is open.

    Example:

    >>> choose_variable("radar.npz", None, ["rain"])
    'rain'
    """
    where = "variable"
    shown = ", ".join(names[:20]) or "none"
    if variable is None and len(names) != 1:
        raise error(
            where,
            f"{path!r} with {len(names)} arrays ({shown})",
            "a file with exactly one array, or the name of one",
            f"Pass {path + ':' + (names[0] if names else 'key')!r} to pick one.",
        )
    if variable is not None and variable not in names:
        raise error(
            where,
            f"the array name {variable!r} for {path!r}",
            f"one of {shown}",
            "Pass one of these.",
        )
    return names[0] if variable is None else variable
