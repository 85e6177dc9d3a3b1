"""`ExactResume`: a killed training run goes on as if nothing had happened, bit for bit."""

import keras
import tensorflow as tf

from st_keras.private_api import callback_list_of
from st_keras.training.resume.callback_state import check_callbacks
from st_keras.training.resume.resumable_fit import ResumableFit
from st_keras.training.resume.run_states import RunStates
from st_keras.training.resume.same_run import as_json, check_setup
from st_keras.training.resume.workers import spans_processes
from st_keras.validation import check_int, error


class ExactResume(keras.callbacks.Callback):
    """Write the whole state of `fit` now and then, and go on from it when started again.

    Run the same script again after it was killed, and it ends with the weights, the history and
    the logs of a run that never stopped: bit for bit where the computation itself is reproducible
    (`tf.config.experimental.enable_op_determinism()`, `keras.utils.set_random_seed`). In the
    middle of an epoch, too. A run that has finished, or was stopped by a callback, stays so: `fit`
    then restores the result and trains no more. One that trained all its epochs goes on if it is
    told more; one that a `TimeBudget` stopped goes on in any case. After Ctrl-C, `write_now()`
    keeps the batches since the last state.

    To go on, `fit` runs again from its first epoch and computes nothing until it has reached the
    state: so its data are opened and shuffled as they were, whatever they are.

    A state holds the variables of model, optimizer (with the loss scale and averages of weights)
    and metrics, the place in the data, the history, the global random generators of Python, NumPy
    and Keras, and the states of the other callbacks. None is called for what was trained before.

    | callback | when a run goes on |
    |---|---|
    | `EarlyStopping`, `ReduceLROnPlateau`, `ModelCheckpoint`, with what was best | the same |
    | `History`, `StepLimit`, `LearningRateScheduler` | the same |
    | with `get_state()` and `set_state(state)`: dicts of JSON values and arrays | the same |
    | `SwapEMAWeights` | the same |
    | `SwapEMAWeights(swap_on_epoch=True)` and more epochs, or now without it | refused |
    | `TimeBudget` | has its minutes anew, once it trains |
    | `BackupAndRestore` | refused: one of the two says where to go on |
    | `CSVLogger` | starts its file anew: pass `append=True` |
    | others, as `TensorBoard` | start anew |

    Args:
        folder: where to write; other files in it are left alone. Under a strategy of several
            processes each writes into its own `folder/worker-<task id>`.
        every: int >= 1. Batches between two states. One is also written at the end of each epoch,
            after validation, and when training is stopped. Default 100.
        keep: int >= 1 (2 with several processes). The newest states that are kept. Default 3.
        replay_data: bool. True, the default: `fit` gets its data from their beginning, and what was
            trained and validated already is drawn and dropped. Right for all data that give the
            same batches in every run: arrays, and datasets that are in order or shuffle by a seed.
            It takes the time to draw them: for long runs on data that are slow to read or augment
            use False. Then the caller reads `position` and begins an endless dataset there, with
            `steps_per_epoch`; nothing is drawn.
        fingerprint: mapping of JSON values that says which data and settings these are; a state of
            another one is refused. Default None: not compared.

    Raises:
        ValueError: at construction, if no folder can be written there. When `fit` begins, or
            `position` is read: if all states are damaged (whatever is wrong with the newest, it is
            passed over, with a warning), or belong to another fingerprint, model, number of
            processes or replicas, `steps_per_execution`, batches in an epoch, or shape of a batch;
            if a callback cannot go on (see above); or if `replay_data` is False and `position` was
            not read before. Before anything is trained: if the data that are replayed end
            elsewhere than they did. During training: if a state cannot be written; older states
            stay.

    What Keras cannot be asked for is not restored: what TensorFlow's stateful random ops and
    Python generators keep inside themselves. Use seeds, `keras.random.SeedGenerator`, and datasets
    that are functions of a seed.

    Example:

    >>> import numpy as np
    >>> def train(epochs):
    ...     keras.utils.set_random_seed(1)
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ...     model.compile("adam", "mse")
    ...     resume = ExactResume("states", every=2)
    ...     x, y = np.ones((8, 2)), np.ones((8, 1))
    ...     found = resume.position
    ...     history = model.fit(x, y, 2, epochs, callbacks=[resume], verbose=0)
    ...     return found, resume.position, len(history.epoch)
    >>> train(1), train(3)
    ((0, 4, 1), (4, 12, 3))
    """

    def __init__(self, folder, every=100, keep=3, replay_data=True, fingerprint=None):
        super().__init__()
        self.folder = folder
        self.every = check_int("ExactResume", "every", every, 1)
        self.keep = check_int("ExactResume", "keep", keep, 1)
        self.replay_data = bool(replay_data)
        self.fingerprint = as_json(fingerprint)
        self._states = RunStates(folder, self.keep, self.fingerprint)
        self._position = self._promised = None
        self._fit = None

    @property
    def position(self):
        """int. Batches trained, according to the newest good state; 0 if there is none.

        Under a strategy of several processes, read it within `strategy.scope()` in each of them.
        """
        if self._position is None:
            state, _ = self._states.newest(self._strategy())
            self._position = state["position"] if state else 0
        self._promised = self._position
        return self._position

    def finish(self):
        """Delete the states, when the trained model has been saved elsewhere."""
        self._states.remove(self._strategy())
        self._position = self._promised = self._fit = None

    def write_now(self):
        """Write a state of the last finished batch, after Ctrl-C has interrupted `fit`.

        Call it at once, before the model is used otherwise. Ctrl-C takes effect at the end of a
        batch, so that there is a state to write. Nothing is written if it is written already or
        nothing was trained; if `fit` ended within a batch, by a second Ctrl-C or an exception (then
        the newest state stays the one to go on from: see `position`); or under a strategy of
        several processes, which may have ended at different batches.

        Raises:
            ValueError: if the state cannot be written; older states stay.

        Example:

        >>> ExactResume("states").write_now()
        """
        if self._fit:
            self._fit.write_unwritten()

    def on_train_begin(self, logs=None):
        """Look for a state, and put everything in place to go on from it."""
        strategy = self._strategy()
        callbacks = callback_list_of(self)
        check_callbacks(callbacks.callbacks)
        setup = {
            "steps_per_execution": self.model.steps_per_execution,
            "replicas": strategy.num_replicas_in_sync,
            "steps_per_epoch": self.params["steps"],
        }
        self._fit = None
        self._states.clean(strategy)
        state, same = self._states.newest(strategy)
        self._position = state["position"] if state else 0
        self._check_promise(same)
        if state:
            check_setup(state, setup)
        self._fit = ResumableFit(
            self.model,
            callbacks,
            state,
            setup,
            self.replay_data,
            due=lambda before, now: now // self.every > before // self.every,
            write=self._write,
            alone=not spans_processes(strategy),
        )

    def _write(self, state):
        self._states.write(state, self._strategy())
        self._position = state["position"]

    def _check_promise(self, same):
        promised, self._promised = self._promised, None
        if self.replay_data or (same and (promised or 0) == self._position):
            return
        if promised is None:
            raise error(
                "ExactResume",
                f"replay_data=False and a state after batch {self._position}, but nobody has asked "
                "for the position",
                "data that begin where the state was written",
                "Before each fit, read ExactResume.position and begin the data at that batch.",
            )
        raise error(
            "ExactResume",
            f"position={promised}, where the data begin, but the newest state (of all workers) is "
            f"that after batch {self._position}",
            "data that begin where the state was written",
            "Run the same again: newer states that not all workers have are deleted now.",
        )

    def _strategy(self):
        model = getattr(self, "model", None)
        return tf.distribute.get_strategy() if model is None else model.distribute_strategy
