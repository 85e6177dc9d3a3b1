"""The folder of training states: the newest good one, and how many are kept."""

import contextlib
import errno
import os
import pathlib
import re
import warnings

from st_keras.files.whole_file import finished_name, sync_to_disk
from st_keras.training.resume.state_file import (
    DamagedStateError,
    read_state,
    write_state,
)
from st_keras.validation import error

_NAME = re.compile(r"state-(\d{12,})\.npz")


class StateFolder:
    """States in `state-000000001234.npz` and so on, named after the batches trained.

    Files of other names are left alone.

    Args:
        path: folder; it need not exist.

    Raises:
        ValueError: if there is a file in its place, or no folder can be made or written there.

    Example:

    >>> folder = StateFolder("states")
    >>> for position in (100, 200, 300):
    ...     folder.write(position, {"position": position}, keep=2)
    >>> sorted(folder.files()), folder.newest()["position"]
    ([200, 300], 300)
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self._damaged = set()
        whole = self.path.absolute()
        existing = next(p for p in (whole, *whole.parents) if p.exists())
        if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
            reason = "is not writable" if existing.is_dir() else "is no folder"
            raise error(
                "ExactResume",
                f"folder={str(path)!r}, but {str(existing)!r} {reason}",
                "a folder to write training states into",
                "Choose another place.",
            )

    def files(self):
        """Return `{batches trained: path}` of the states that lie there."""
        return states_in(self.path)

    def newest(self):
        """Read the newest good state; warn of damaged ones. None if there are no states.

        Raises:
            ValueError: if there are states and all are damaged.
        """
        states = self.good(at_most=1)
        return states[0] if states else None

    def good(self, at_most):
        """Read the newest good states, newest first; warn of damaged ones.

        Raises:
            ValueError: if there are states and all are damaged.
        """
        found, damaged = [], []
        for _, path in sorted(self.files().items(), reverse=True):
            try:
                found.append(read_state(path))
            except DamagedStateError as reason:
                damaged.append(f"{path.name} ({reason})")
                self._damaged.add(path)
            if len(found) == at_most:
                break
        if damaged and not found:
            raise error(
                "ExactResume",
                f"only damaged training states in {str(self.path)!r}: {', '.join(damaged)}",
                "one that is whole; nothing was deleted, and training was not started anew",
                "Restore one from a backup, or move the folder away to start from the beginning.",
            )
        if damaged:
            warnings.warn(
                f"ExactResume: damaged training states in {str(self.path)!r} are passed over: "
                f"{', '.join(damaged)}. Going on from an older one, after batch "
                f"{found[0]['position']}.",
                stacklevel=2,
            )
        return found

    def write(self, position, content, keep):
        """Write a state, then delete all but the `keep` newest.

        States of more batches go, too, for the training has gone another way since, and those that
        were found damaged.
        """
        written = self.path / f"state-{position:012d}.npz"
        write_state(written, content)
        self._damaged.discard(written)
        files = self.files()
        good = [n for n in sorted(files) if n <= position and files[n] not in self._damaged]
        for number in files.keys() - set(good[-keep:]):
            _delete(files[number])

    def drop_after(self, position):
        """Delete the states of more batches than `position`."""
        for number, path in self.files().items():
            if number > position:
                _delete(path)

    def clean(self):
        """Delete what a killed run left half-written."""
        if self.path.is_dir():
            for path in self.path.iterdir():
                if _NAME.fullmatch(finished_name(path.name) or ""):
                    _delete(path)

    def remove(self):
        """Delete all states, and the folder if nothing else lies in it."""
        with contextlib.suppress(FileNotFoundError):  # another process may be faster
            self.clean()
            for path in self.files().values():
                _delete(path)
            sync_to_disk(self.path)
            try:
                self.path.rmdir()
            except OSError as reason:
                if reason.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise


def _delete(path):
    """Delete a file if that can be: one in the way costs room, and must not cost the training."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def states_in(path):
    """Return `{batches trained: path}` of the states in a folder, {} if there is none."""
    if not path.is_dir():
        return {}
    matches = ((path, _NAME.fullmatch(path.name)) for path in path.iterdir())
    return {int(match[1]): path for path, match in matches if match}
