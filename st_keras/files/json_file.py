"""JSON from files, refused in plain words if it cannot be read."""

import json
import pathlib

from st_keras.validation import error


def read_json(where, path, required, action="Check the path, or copy the file again."):
    """Read a JSON file.

    Args:
        where: str. Who reads; the error begins with it.
        path: str or path.
        required: str, what the file should be.
        action: str, what the user can do.

    Returns:
        What stands in it.

    Raises:
        ValueError: if it is missing, damaged, no JSON, or nested without end.

    Example:

    >>> _ = pathlib.Path("a.json").write_text('{"a": [1, 2]}')
    >>> read_json("example", "a.json", "a file of numbers")
    {'a': [1, 2]}
    """
    try:
        return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as reason:
        raise error(
            where, f"{str(path)!r}, which cannot be read ({reason})", required, action
        ) from reason
