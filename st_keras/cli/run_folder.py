"""The folder a command writes into: new, never someone else's."""

import json
import pathlib
import platform
import sys

from st_keras.validation import error


class RunFolder:
    """A new folder, and the list of what has been written into it.

    Args:
        path: folder to create; it must not exist, or be empty.

    Raises:
        ValueError: if something is there already: nothing is overwritten.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.written = []
        if self.path.is_file() or (self.path.is_dir() and any(self.path.iterdir())):
            raise error(
                "--out",
                f"{str(path)!r}, which exists",
                "a folder that does not exist yet, or is empty: nothing is overwritten",
                "Choose another name, or move the old folder away.",
            )
        self.path.mkdir(parents=True, exist_ok=True)

    @classmethod
    def next_free(cls, name):
        """Return `name`, or `name-2`, `name-3`, ... if it is taken."""
        path, number = pathlib.Path(name), 1
        while path.exists():
            number += 1
            path = pathlib.Path(f"{name}-{number}")
        return cls(path)

    def __truediv__(self, name):
        """Path of a file in the folder."""
        return self.path / name

    def note(self, what, path):
        """Remember that `what` was written to `path`."""
        self.written.append((what, pathlib.Path(path)))

    def write_json(self, what, name, content):
        """Write a JSON file and remember it."""
        path = self / name
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        self.note(what, path)

    def report(self):
        """Return the lines that say where everything lies."""
        width = max((len(what) for what, _ in self.written), default=0)
        return "\n".join(f"  {what:<{width}}  {path}" for what, path in self.written)


def versions():
    """Return what ran: package, library and Python versions, for the run record."""
    import keras
    import numpy
    import tensorflow

    from st_keras.version import __version__

    return {
        "st_keras": __version__,
        "keras": keras.__version__,
        "tensorflow": tensorflow.__version__,
        "numpy": numpy.__version__,
        "python": platform.python_version(),
        "command": ["st-keras", *sys.argv[1:]],
    }
