"""The folder a command writes into: new, never someone else's."""

import json
import math
import os
import pathlib
import platform

from st_keras.cli.whole_file import written_whole
from st_keras.files.whole_file import make_folder
from st_keras.files.write_refusal import write_refusal
from st_keras.validation import error


class RunFolder:
    """A folder to write into, and the list of what has been written.

    Args:
        path: folder; it must not exist, or be empty. `create` makes it.
        advice: str, what else the user can do where something is there already. Default: nothing.

    Raises:
        ValueError: if something is there already (nothing is overwritten), or no folder can be
            made there.
    """

    def __init__(self, path, advice=""):
        self._take(path)
        if self.path.is_file() or (self.path.is_dir() and any(self.path.iterdir())):
            raise error(
                "--out",
                f"{str(path)!r}, which exists",
                "a folder that does not exist yet, or is empty: nothing is overwritten",
                f"Choose another name, or move the old folder away.{advice and ' ' + advice}",
            )
        check_writable(self.path)

    def _take(self, path):
        self.path = pathlib.Path(path)
        self.written = []

    @classmethod
    def going_on(cls, path):
        """Return a folder that exists, to go on with what lies in it."""
        folder = cls.__new__(cls)
        folder._take(path)
        return folder

    @classmethod
    def next_free(cls, name):
        """Return `name`, or `name-2`, `name-3`, ... if it is taken."""
        path, number = pathlib.Path(name), 1
        while path.exists():
            number += 1
            path = pathlib.Path(f"{name}-{number}")
        return cls(path)

    def create(self):
        """Make the folder; return self."""
        with write_refusal("--out", self.path):
            make_folder(self.path)
        return self

    def __truediv__(self, name):
        """Path of a file in the folder."""
        return self.path / name

    def note(self, what, path):
        """Remember that `what` was written to `path`."""
        entry = (what, pathlib.Path(path))
        if entry not in self.written:
            self.written.append(entry)

    def write_json(self, what, name, content):
        """Write a JSON file and remember it; numbers that are not finite become null."""
        path = self / name
        text = json.dumps(_finite(content), indent=2, allow_nan=False)
        with written_whole(path) as unfinished:
            unfinished.write_text(text + "\n", encoding="utf-8")
        self.note(what, path)

    def report(self):
        """Return the lines that say where everything lies."""
        width = max((len(what) for what, _ in self.written), default=0)
        return "\n".join(f"  {what:<{width}}  {path}" for what, path in self.written)


def check_writable(path):
    """Raise `ValueError` unless `path`, which need not exist, can be created."""
    existing = next(p for p in pathlib.Path(path).absolute().parents if p.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        reason = "is no folder" if not existing.is_dir() else "is not writable"
        raise error(
            "--out",
            f"{str(path)!r}, but {str(existing)!r} {reason}",
            "a place where files can be written",
            "Choose another place.",
        )


def versions():
    """Return the versions of package, libraries and Python, for records."""
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
    }


def typed(settings):
    """Return the command line as it was typed, as a list of str, for records."""
    return ["st-keras", *settings.typed]


def _finite(content):
    if isinstance(content, dict):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_finite(value) for value in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content
