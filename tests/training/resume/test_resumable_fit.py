"""What stands in Keras' list while a `fit` runs, and what is there afterwards."""

import keras
import pytest

from st_keras.private_api import callback_list_of
from st_keras.training import TimeBudget
from st_keras.training.resume.resumable_fit import ResumableFit
from tests.training.resume.interruption import dense_model, numbers


class Begins(keras.callbacks.Callback):
    """Begins a `ResumableFit` from its place in the list."""

    def __init__(self, due=lambda before, now: now % 2 == 0, alone=True):
        super().__init__()
        self.due, self.alone, self.states = due, alone, []

    def on_train_begin(self, logs=None):
        self.list = callback_list_of(self)
        self.fit = ResumableFit(
            self.model, self.list, None, {}, True, self.due, self.states.append, self.alone
        )


class Looks(keras.callbacks.Callback):
    """Notes who stands in Keras' list, and what it is told itself."""

    def __init__(self, begins):
        super().__init__()
        self.begins, self.told = begins, []

    def on_train_begin(self, logs=None):
        self.told.append("begin")

    def on_train_batch_end(self, batch, logs=None):
        self.told.append(batch)
        self.members = self.begins.list.callbacks

    def on_train_end(self, logs=None):
        self.told.append("end")


def fit(begins, looks, first=True, **arguments):
    model = dense_model()
    before = model.make_train_function() or model.train_function
    order = [begins, looks] if first else [looks, begins]
    model.fit(*numbers(12), 4, callbacks=order, verbose=0, **arguments)
    assert model.train_function is before
    return model


@pytest.mark.parametrize("first", [True, False])
def test_stands_for_all_from_the_beginning_to_the_end(first):
    begins = Begins()
    looks = Looks(begins)
    fit(begins, looks, first)
    assert looks.members == [begins.fit]
    assert looks.told == ["begin", 0, 1, 2, "end"]
    assert begins.list.callbacks[:2] == ([begins, looks] if first else [looks, begins])
    assert begins.fit not in begins.list.callbacks


def test_states_have_seen_what_all_others_did():
    begins = Begins()
    model = fit(begins, Looks(begins), epochs=2)
    places = [(s["position"], s["epoch"], s["step"], s["calls"]) for s in begins.states]
    assert places == [(2, 0, 2, 2), (3, 1, 0, 3), (4, 1, 1, 4), (6, 1, 3, 6), (6, 2, 0, 6)]
    history = [entry["state"]["epoch"] for entry in begins.states[-1]["callbacks"]]
    assert history == [[0, 1]]
    assert int(model.optimizer.iterations) == 6
    begins.fit.write_unwritten()  # there is nothing
    assert len(begins.states) == 5


def test_several_processes_have_a_beginning_in_common():
    begins = Begins(alone=False)
    fit(begins, Looks(begins))
    assert (begins.states[0]["position"], begins.states[0]["calls"]) == (0, 0)
    begins.fit.write_unwritten()
    assert len(begins.states) == 3


def test_a_list_of_an_interrupted_fit_begins_anew():
    begins = Begins()

    class Interrupts(keras.callbacks.Callback):
        done = False

        def on_epoch_end(self, epoch, logs=None):
            if not self.done:
                self.done = True
                raise KeyboardInterrupt

    model = dense_model()
    again = keras.callbacks.CallbackList(
        [begins, Interrupts()], add_history=True, model=model, epochs=1, steps=3
    )
    with pytest.raises(KeyboardInterrupt):
        model.fit(*numbers(12), 4, callbacks=again, verbose=0)
    assert again.callbacks == [begins.fit]
    begins.states.clear()
    assert len(model.fit(*numbers(12), 4, callbacks=again, verbose=0).epoch) == 1
    assert begins in again.callbacks
    assert [state["position"] for state in begins.states] == [2, 3]


def test_minutes_are_for_training():
    budget = TimeBudget(60)
    begins = Begins()
    fit(begins, Looks(begins))
    state = begins.states[0]

    class Late(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            budget._deadline = 0.0  # as if the replay had taken an hour

    class BeginsAt(Begins):
        def on_train_begin(self, logs=None):
            super().on_train_begin(logs)
            self.fit._state = state

    model = dense_model()
    model.fit(*numbers(12), 4, callbacks=[BeginsAt(), budget, Late()], verbose=0)
    assert not budget.stopped


def test_what_fails_gives_ctrl_c_back():
    class Fails(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyError("other")

    begins = Begins()
    with pytest.raises(KeyError, match="other"):
        fit(begins, Fails())
    begins.fit.write_unwritten()  # the batch is half told
    assert begins.states == []
