"""YAML from files, refused in plain words if it cannot be read."""

import pathlib

from st_keras.validation import error


def read_yaml(where, path):
    """Read a YAML file of plain values; nothing in it is executed.

    Args:
        where: str. Who reads; the error begins with it.
        path: str or path.

    Returns:
        What stands in it.

    Raises:
        ValueError: if it is missing, damaged, no YAML, holds other objects, or is nested without
            end.

    Example:

    >>> _ = pathlib.Path("a.yaml").write_text("steps: 9")
    >>> read_yaml("example", "a.yaml")
    {'steps': 9}
    """
    # Not at the top: few commands read such files, and all of them come past here.
    import yaml

    try:
        return yaml.safe_load(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as reason:
        told = " ".join(str(reason).split())
        raise error(
            where,
            f"{str(path)!r}, which cannot be read ({told})",
            "a YAML file",
            "Check the path and what the file says.",
        ) from reason
