"""Which callbacks' state is kept, and to whom it comes back."""

import keras
import numpy as np
import pytest

from st_keras.training import StepLimit, TimeBudget
from st_keras.training.resume.callback_state import (
    callback_states,
    check_callbacks,
    has_finished,
    set_callback_states,
)
from st_keras.training.resume.state_file import read_state, write_state


def test_keras_own(tmp_path):
    stopping, plateau = keras.callbacks.EarlyStopping(), keras.callbacks.ReduceLROnPlateau()
    stopping.best, stopping.wait, stopping.best_epoch = 0.1, 2, 3
    stopping.best_weights = [np.ones(2, "float32")]
    plateau.best, plateau.wait, plateau.cooldown_counter = 0.2, 1, 4
    checkpoint = keras.callbacks.ModelCheckpoint("a.keras", save_freq=7)
    checkpoint.best, checkpoint._batches_seen_since_last_saving = 0.3, 5
    history = keras.callbacks.History()
    history.history, history.epoch = {"loss": [1.0, 0.1]}, [0, 1]
    given = [stopping, plateau, keras.callbacks.TerminateOnNaN(), checkpoint, history]
    write_state(tmp_path / "state.npz", {"callbacks": callback_states(given)})
    fresh = [
        keras.callbacks.History(),
        keras.callbacks.EarlyStopping(),
        keras.callbacks.ReduceLROnPlateau(),
        keras.callbacks.ModelCheckpoint("a.keras", save_freq=7),
    ]
    set_callback_states(fresh, read_state(tmp_path / "state.npz")["callbacks"])
    assert fresh[0].history == history.history
    assert fresh[0].epoch == [0, 1]
    assert (fresh[1].best, fresh[1].wait, fresh[1].best_epoch) == (0.1, 2, 3)
    np.testing.assert_array_equal(fresh[1].best_weights, stopping.best_weights)
    assert (fresh[2].best, fresh[2].wait, fresh[2].cooldown_counter) == (0.2, 1, 4)
    assert (fresh[3].best, fresh[3]._batches_seen_since_last_saving) == (0.3, 5)


def test_several_of_a_class():
    given = [StepLimit(9), StepLimit(9)]
    given[0].done, given[1].done = 3, 4
    fresh = [StepLimit(9), StepLimit(9), StepLimit(9)]
    set_callback_states(fresh, callback_states(given))
    assert [limit.done for limit in fresh] == [3, 4, 0]


@pytest.mark.parametrize(
    ("stop", "done", "up", "finished"),
    [
        (False, 0, False, False),
        (True, 0, False, True),
        (True, 0, True, False),
        (True, 9, True, True),
    ],
)
def test_what_it_means_to_be_stopped(stop, done, up, finished):
    model = keras.Sequential()
    model.stop_training = stop
    limit, budget = StepLimit(9), TimeBudget(1)
    limit.done, budget.stopped = done, up
    assert has_finished(model, [limit, budget]) is finished


def test_refuses_a_state_that_cannot_be_stored():
    class Seen(keras.callbacks.Callback):
        def get_state(self):
            return {"batches": {1, 2}}

        def set_state(self, state):
            pass

    with pytest.raises(
        ValueError,
        match=r"the state of a callback Seen with a set at \['batches'\], .* let its get_state\(\)",
    ):
        callback_states([Seen()])


def test_averages_in_the_model_are_known_again():
    given, fresh = keras.callbacks.SwapEMAWeights(), keras.callbacks.SwapEMAWeights()
    given._ema_weights_in_model = True
    set_callback_states([fresh], callback_states([given]))
    assert fresh._ema_weights_in_model


def test_refuses_another_that_says_where_to_go_on(tmp_path):
    check_callbacks([keras.callbacks.History()])
    message = r"ExactResume: received BackupAndRestore .*Required: one callback.*Leave Backup"
    with pytest.raises(ValueError, match=message):
        check_callbacks([keras.callbacks.BackupAndRestore(tmp_path)])
