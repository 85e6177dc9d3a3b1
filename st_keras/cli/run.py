"""`Run`: one training run, from the record at its start to the model at its end."""

import contextlib
import sys

from st_keras.cli.data_fingerprint import check_same_data
from st_keras.cli.run_folder import RunFolder
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
from st_keras.cli.team import AgreedTimeBudget, Team
from st_keras.cli.whole_file import written_whole
from st_keras.cli.worker_loss import is_loss
from st_keras.files.whole_file import leftovers
from st_keras.plots import training_curve
from st_keras.training import ExactResume, TensorBoardRecords
from st_keras.validation import InputError, error

STATES = "resume"
NEW, GOES_ON, IS_FINISHED = range(3)


class Run:
    """What a run writes, and how it goes on after it was killed.

    Args:
        options: the parsed command line.
        folder: `RunFolder`.
        team: `Team`. Default None: this process alone.
        resumable: bool. Whether states are written to `resume/`, from which the run can go on.
            Default False.

    Attributes:
        first_batch: int, known from `begin` on. Batches trained before.
        states: `ExactResume`, known from `begin` on; None unless resumable.
    """

    def __init__(self, options, folder, team=None, resumable=False):
        self.options, self.folder = options, folder
        self.team = Team() if team is None else team
        self.resumable = resumable
        self.states, self.first_batch, self._record = None, 0, None

    @property
    def clock(self):
        """List of the callback that ends training when its time is up; empty without a limit."""
        minutes = self.options.max_minutes
        return [AgreedTimeBudget(minutes, self.team)] if minutes else []

    def tensorboard(self, sequences):
        """Return the list of the callback that writes for TensorBoard; empty without the flag.

        Args:
            sequences: function without arguments, called only if they are needed; returns an array
                (N, T, H, W, C) to forecast after every epoch, or None.
        """
        if not getattr(self.options, "tensorboard", False):
            return []
        return [TensorBoardRecords(self.folder / "tensorboard", sequences())]

    def begin(self, source, recipe):
        """Look for states to go on from, and write the record; all that is wrong is refused first.

        All workers must call it, in the scope of the strategy.

        Args:
            source: the training data.
            recipe: dict of training settings.
        """
        record = new_record(self.options, self.team, source, recipe)
        recorded = getattr(self.options, "recorded", None)
        if recorded:
            known = recorded["data_fingerprint"]
            check_same_data(known, record["data_fingerprint"], self.options.data)
        if self.resumable:
            self.states = ExactResume(
                self.folder / STATES,
                every=self.options.resume_every,
                replay_data=False,
                fingerprint={
                    **settings_of_run(self.options),
                    "data": record["data"],
                    "data_fingerprint": record["data_fingerprint"],
                },
            )
            self.first_batch = self.states.position
        self._record = record
        if self.team.is_chief:
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
        if self.team.is_chief:
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
        if self.team.is_chief:
            self._close(INTERRUPTED, history)

    def fail(self, reason):
        """Note that training has ended with an error, which the caller raises on.

        Args:
            reason: the exception. That another worker was lost is an interruption.
        """
        if not self.team.is_chief:
            return
        lost = self.team.size > 1 and is_loss(reason)
        # Where the disk is full, that is what the user must read; the record stays as it was.
        with contextlib.suppress(InputError):
            self._close(INTERRUPTED if lost else FAILED)

    def _say_if_nothing_was_kept(self):
        if self.resumable and not self.first_batch:
            states = self.folder / STATES
            self.team.say(f"{states} holds no state of a trained batch: this begins at batch 0.")

    def _close(self, status, history=None):
        self._record |= {"status": status} | ({} if history is None else {"history": history})
        self._write()

    def _write(self):
        self.folder.write_json("run record", FILE, self._record)

    def _drop_states(self, finished):
        # The states of all are needed until the model is there.
        self.team.wait()
        if not (finished and self.states):
            return
        if not self.team.is_chief:
            self.states.finish()
        self.team.wait()
        if self.team.is_chief:
            self.states.finish()


def find_run(options):
    """Say what lies in the folder of a `train`: `NEW`, `GOES_ON` or `IS_FINISHED`.

    Args:
        options: the parsed command line, with `out` and `resume`.

    Raises:
        ValueError: if something is there already and `--resume` is not given, or what is there is
            no run of these settings.
    """
    record_file = options.out / FILE
    if not options.resume:
        goes_on = "--resume goes on with the run in it." if record_file.is_file() else ""
        RunFolder(options.out, goes_on)
        return NEW
    if not record_file.is_file():
        _drop_unfinished_record(options.out)
        RunFolder(options.out, "There is no run.json in it to go on from.")
        return NEW
    record = read_record("--resume", record_file)
    if record["status"] != FINISHED:
        return GOES_ON
    _check_same_settings(record, options)
    return IS_FINISHED


def _drop_unfinished_record(folder):
    """A kill may have left the record half-written; then nothing was trained, nor written."""
    halves = leftovers(folder / FILE)
    if halves and sorted(folder.iterdir()) == sorted(halves):
        for half in halves:
            half.unlink()


def _check_same_settings(record, options):
    """A finished run answers only for the settings it was trained with."""
    asked, trained = {"data": options.data, **settings_of_run(options)}, record["options"]
    other = [
        f"{name} {trained.get(name)}, now {value}"
        for name, value in asked.items()
        if trained.get(name) != value
    ]
    if other:
        raise error(
            "--resume",
            f"{str(options.out)!r}, where a run of other settings is finished: {'; '.join(other)}",
            "the settings of that run",
            "Choose another --out for another run.",
        )
