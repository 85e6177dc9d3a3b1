"""What a training run writes, from the record at its start to the model at its end."""

import contextlib
import sys

from st_keras.cli.data_fingerprint import check_same_data
from st_keras.cli.run_record import (
    FAILED,
    FILE,
    FINISHED,
    INTERRUPTED,
    add_to,
    new_record,
    read_record,
    settings_of_run,
)
from st_keras.cli.whole_file import written_whole
from st_keras.cli.worker_group import AgreedTimeBudget, WorkerGroup
from st_keras.cli.worker_loss import is_loss
from st_keras.plots import training_curve
from st_keras.training import ExactResume, TensorBoardRecords
from st_keras.validation import InputError

STATES = "resume"


class RunFiles:
    """What a run writes, and how it goes on after it was killed.

    Args:
        settings: what the command was told.
        folder: `RunFolder`.
        workers: `WorkerGroup`. Default None: this process alone.
        resumable: bool. Whether states are written to `resume/`, from which the run can go on.
            Default False.
        replayed: dict, the record of the run that is repeated, whose data must be the same; or
            None.

    Attributes:
        first_batch: int, known from `begin` on. Batches trained before.
        states: `ExactResume`, known from `begin` on; None unless resumable.
    """

    def __init__(self, settings, folder, workers=None, resumable=False, replayed=None):
        self.settings, self.folder = settings, folder
        self.workers = WorkerGroup() if workers is None else workers
        self.resumable, self.replayed = resumable, replayed
        self.states, self.first_batch, self._record = None, 0, None

    @property
    def clock(self):
        """List of the callback that ends training when its time is up; empty without a limit."""
        minutes = self.settings.fit.max_minutes
        return [AgreedTimeBudget(minutes, self.workers)] if minutes else []

    def tensorboard(self, sequences):
        """Return the list of the callback that writes for TensorBoard; empty without the flag.

        Args:
            sequences: function without arguments, called only if they are needed; returns an array
                (N, T, H, W, C) to forecast after every epoch, or None.
        """
        if not self.settings.devices.tensorboard:
            return []
        return [TensorBoardRecords(self.folder / "tensorboard", sequences())]

    def begin(self, source, recipe):
        """Look for states to go on from, and write the record; all that is wrong is refused first.

        All workers must call it, in the scope of the strategy.

        Args:
            source: the training data.
            recipe: dict of training settings.
        """
        record = new_record(self.settings, self.workers, source, recipe)
        if self.replayed:
            known = self.replayed["data_fingerprint"]
            check_same_data(known, record["data_fingerprint"], self.settings.data)
        if self.resumable:
            self.states = ExactResume(
                self.folder / STATES,
                every=self.settings.devices.resume_every,
                replay_data=False,
                fingerprint={
                    **settings_of_run(self.settings),
                    "data": record["data"],
                    "data_fingerprint": record["data_fingerprint"],
                },
            )
            self.first_batch = self.states.position
        self._record = record
        if self.workers.is_chief:
            self.folder.create()
            if (self.folder / FILE).is_file():
                add_to(read_record("--resume", self.folder / FILE), record, self.first_batch)
                self._say_if_nothing_was_kept()
            self._write()

    def complete(self, model, done, finished, history):
        """Write the model, its training curve and the record; a finished run needs no states.

        All workers must call it.

        Args:
            model: the trained model.
            done: int. Batches trained.
            finished: bool. Whether that is all of them.
            history: dict of lists.
        """
        if self.workers.is_chief:
            with written_whole(self.folder / "model.keras") as path:
                model.save(path)
            self.folder.note("model", self.folder / "model.keras")
            if (self.folder / "tensorboard").is_dir():
                self.folder.note("tensorboard", self.folder / "tensorboard")
            if history.get("loss"):
                curve = self.folder / "training_curve.png"
                with written_whole(curve) as path:
                    training_curve(path, history, x_label="report")
                self.folder.note("training curve", curve)
            self._record["recipe"] = {**self._record["recipe"], "steps_done": done}
            self._close(FINISHED if finished else INTERRUPTED, history)
        self._drop_states(finished)

    def keep_state(self):
        """Write the state after the last whole batch of a process that trains alone, if it can.

        What keeps it from being written is printed: older states stay, and the model can be saved.
        """
        write = getattr(self.states, "write_now", None)
        if write:
            try:
                write()
            except InputError as reason:
                print(f"No training state is written: {reason}", file=sys.stderr)

    def interrupt(self, history):
        """Note that the user has stopped the run, where no model is saved."""
        if self.workers.is_chief:
            self._close(INTERRUPTED, history)

    def fail(self, reason):
        """Note that training has ended with an error, which the caller raises on.

        Args:
            reason: the exception. That another worker was lost is an interruption.
        """
        if not self.workers.is_chief:
            return
        lost = self.workers.size > 1 and is_loss(reason)
        # Where the disk is full, that is what the user must read; the record stays as it was.
        with contextlib.suppress(InputError):
            self._close(INTERRUPTED if lost else FAILED)

    def _say_if_nothing_was_kept(self):
        if self.resumable and not self.first_batch:
            states = self.folder / STATES
            self.workers.say(f"{states} holds no state of a trained batch: this begins at batch 0.")

    def _close(self, status, history=None):
        self._record |= {"status": status} | ({} if history is None else {"history": history})
        self._write()

    def _write(self):
        self.folder.write_json("run record", FILE, self._record)

    def _drop_states(self, finished):
        # The states of all are needed until the model is there.
        self.workers.barrier()
        if not (finished and self.states):
            return
        if not self.workers.is_chief:
            self.states.finish()
        self.workers.barrier()
        if self.workers.is_chief:
            self.states.finish()
