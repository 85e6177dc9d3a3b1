"""The states of the other callbacks of a `fit`."""

import keras

from st_keras.private_api import CHECKPOINT_COUNTERS, EMA_IN_MODEL
from st_keras.training.resume.state_file import check_storable
from st_keras.training.step_limit import StepLimit
from st_keras.training.time_budget import TimeBudget
from st_keras.validation import error

# The learning rate that ReduceLROnPlateau changes is a variable of the optimizer.
_ATTRIBUTES = {
    keras.callbacks.History: ("history", "epoch"),
    keras.callbacks.EarlyStopping: ("best", "wait", "best_epoch", "stopped_epoch", "best_weights"),
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
    keras.callbacks.ModelCheckpoint: ("best", *CHECKPOINT_COUNTERS),
    keras.callbacks.SwapEMAWeights: (EMA_IN_MODEL,),
}


def callback_states(callbacks):
    """Read the states of callbacks.

    Those with `get_state()` and `set_state(state)` are asked; of Keras' own, `History`,
    `EarlyStopping`, `ReduceLROnPlateau`, `ModelCheckpoint` and `SwapEMAWeights` are known. Others
    are left out.

    Args:
        callbacks: list of Keras callbacks.

    Returns:
        List of dicts `{"class", "state"}`, for `set_callback_states`.

    Raises:
        ValueError: if a state holds anything but JSON values and arrays.

    Example:

    >>> states = callback_states([StepLimit(9), keras.callbacks.LambdaCallback()])
    >>> states
    [{'class': 'StepLimit', 'state': {'done': 0}}]
    """
    states = []
    for callback in callbacks:
        names = _known(callback)
        if _speaks(callback):
            states.append({"class": type(callback).__name__, "state": callback.get_state()})
        elif names:
            state = {name: getattr(callback, name) for name in names if hasattr(callback, name)}
            states.append({"class": type(callback).__name__, "state": state})
    for entry in states:
        check_storable(entry["state"], f"the state of a callback {entry['class']}")
    return states


def set_callback_states(callbacks, states):
    """Give callbacks the states that `callback_states` read.

    The n-th callback of a class gets the n-th state of that class; a callback without one, because
    it is new, stays as it is.
    """
    left = list(states)
    for callback in callbacks:
        names = _known(callback)
        if not (names or _speaks(callback)):
            continue
        entry = next((e for e in left if e["class"] == type(callback).__name__), None)
        if entry is None:
            continue
        # By identity: states hold arrays, which have no truth value.
        left = [e for e in left if e is not entry]
        if _speaks(callback):
            callback.set_state(entry["state"])
        else:
            for name, value in entry["state"].items():
                setattr(callback, name, value)


def check_callbacks(callbacks):
    """Raise `ValueError` if another callback wants to say as well where training goes on.

    Args:
        callbacks: list of Keras callbacks.
    """
    if any(isinstance(callback, keras.callbacks.BackupAndRestore) for callback in callbacks):
        raise error(
            "ExactResume",
            "BackupAndRestore among the callbacks of the same fit",
            "one callback that says where training goes on",
            "Leave BackupAndRestore out: it restores weights and epoch, ExactResume all the rest "
            "as well.",
        )


def has_finished(model, callbacks):
    """Whether a set `model.stop_training` means that there is nothing left to train.

    The end of a `TimeBudget` does not mean that: the next run has a budget of its own.
    """
    out_of_time = any(isinstance(c, TimeBudget) and c.stopped for c in callbacks)
    enough = any(isinstance(c, StepLimit) and c.done >= c.steps for c in callbacks)
    return bool(model.stop_training) and (enough or not out_of_time)


def _known(callback):
    return next((names for kind, names in _ATTRIBUTES.items() if isinstance(callback, kind)), ())


def _speaks(callback):
    return hasattr(callback, "get_state") and hasattr(callback, "set_state")
