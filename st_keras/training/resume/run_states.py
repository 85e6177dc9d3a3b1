"""The states of a run, whether one process trains or several."""

import re

from st_keras.training.resume.same_run import check_fingerprint
from st_keras.training.resume.state_folder import StateFolder, states_in
from st_keras.training.resume.workers import (
    all_worker_folders,
    newest_of_all,
    spans_processes,
    worker_folder,
)
from st_keras.validation import error

_WORKER = re.compile(r"(worker|chief)-\d+")


class RunStates:
    """Read and write the states of this process, in agreement with the others.

    Args:
        folder: the folder of the run.
        keep: int >= 1. The newest states that are kept. Of several processes each keeps two at
            least: one may be killed before it has written what the others have.
        fingerprint: dict or None; see `ExactResume`.

    Raises:
        ValueError: if no folder can be written there.

    Example:

    >>> import tensorflow as tf
    >>> RunStates("states", 3, None).newest(tf.distribute.get_strategy())
    (None, True)
    """

    def __init__(self, folder, keep, fingerprint):
        self.root = StateFolder(folder)
        self.keep = keep
        self.fingerprint = fingerprint
        self._folders = {self.root.path: self.root}

    def clean(self, strategy):
        """Delete what a killed run left half-written."""
        self._own(strategy).clean()

    def newest(self, strategy):
        """Read the newest good state; under a strategy of several processes, that all have.

        States that not all processes have are deleted then: the run goes on from an older one, or
        begins if they have none but those of the beginning.

        Args:
            strategy: `tf.distribute.Strategy`. All processes must call this.

        Returns:
            `(state, same)`: dict or None, and whether it was the newest of every process.

        Raises:
            ValueError: if there are states, but none that will do, or if another number of
                processes has written them.
        """
        self._check_layout(strategy)
        own = self._own(strategy)
        if spans_processes(strategy):
            most = self._kept(strategy) + 1
            found = {_key(state): state for state in own.good(at_most=most)}
            key, same = newest_of_all(list(found), strategy, most)
            state = found.get(key)
            if not same:
                own.drop_after(state["position"] if state else -1)
                same = state is None  # for nobody has one now
        else:
            state, same = own.newest(), True
        if state:
            check_fingerprint(state["fingerprint"], self.fingerprint, own.path)
        return state, same

    def write(self, state, strategy):
        """Write a state, a dict with its `position`, and delete the oldest."""
        state = {**state, "fingerprint": self.fingerprint}
        self._own(strategy).write(state["position"], state, self._kept(strategy))

    def remove(self, strategy):
        """Delete all states of this process, and its folder if nothing else lies in it."""
        self._own(strategy).remove()
        self.root.remove()

    def _own(self, strategy):
        path = worker_folder(self.root.path, strategy)
        if path not in self._folders:  # it remembers what is damaged
            self._folders[path] = StateFolder(path)
        return self._folders[path]

    def _check_layout(self, strategy):
        root = self.root.path
        below = [p for p in root.iterdir() if _WORKER.fullmatch(p.name)] if root.is_dir() else []
        ours = all_worker_folders(root, strategy)
        foreign = [path for path in (root, *sorted(below)) if path not in ours and states_in(path)]
        if foreign:
            raise error(
                "ExactResume",
                f"training states in {', '.join(repr(str(path)) for path in foreign)}, of another "
                f"number of processes than this run's {len(ours)}",
                "as many processes as wrote them: with others the weights would be others",
                "Start as many as before, or give this run another folder.",
            )

    def _kept(self, strategy):
        return max(self.keep, 2) if spans_processes(strategy) else self.keep


def _key(state):
    # The end of an epoch comes after its last batch, at the same position.
    return 2 * state["position"] + (state["step"] == 0)
