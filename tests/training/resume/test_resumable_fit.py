"""What stands in Keras' list while a `fit` runs, and what is there afterwards."""

import keras
import pytest

from st_keras.private_api import callback_list_of
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


def test_what_fails_gives_ctrl_c_back():
    class Fails(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyError("other")

    begins = Begins()
    with pytest.raises(KeyError, match="other"):
        fit(begins, Fails())
    begins.fit.write_unwritten()  # the batch is half told
    assert begins.states == []
