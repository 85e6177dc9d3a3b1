"""The callback behind all others, and how it silences them."""

import keras

from st_keras.training.resume.last_callback import LastCallback


class Notes(keras.callbacks.Callback):
    """Notes what it is told; plays the owner of a `LastCallback`, too."""

    def __init__(self, notes, name):
        super().__init__()
        self.notes, self.name = notes, name

    def on_train_begin(self, logs=None):
        self.notes.append((self.name, "train begin"))

    def on_epoch_begin(self, epoch, logs=None):
        self.notes.append((self.name, "epoch begin"))

    def on_train_batch_end(self, batch, logs=None):
        self.notes.append((self.name, "batch end"))

    def begin(self):
        self.notes.append(("last", "train begin"))

    def begin_epoch(self, epoch):
        self.notes.append(("last", "epoch begin"))

    def end_batch(self, batch, logs):
        self.notes.append(("last", "batch end"))

    def end_epoch(self, epoch):
        self.notes.append(("last", "epoch end"))

    def end(self):
        self.notes.append(("last", "train end"))


def test_comes_last_and_goes():
    notes = []
    other = Notes(notes, "other")
    callbacks = keras.callbacks.CallbackList([other])
    last = LastCallback(other, callbacks)
    assert callbacks.callbacks[-1] is last
    assert other in last.others
    assert last not in last.others
    callbacks.on_train_begin()
    callbacks.on_epoch_begin(0)
    callbacks.on_train_batch_end(0)
    assert notes == [
        (name, what)
        for what in ("train begin", "epoch begin", "batch end")
        for name in ("other", "last")
    ]
    last.mute_others()
    last.mute_others()  # changes nothing
    notes.clear()
    callbacks.on_train_batch_end(1)
    assert notes == [("last", "batch end")]
    assert last.others_muted
    assert other in last.others
    last.unmute_others()
    assert not last.others_muted
    callbacks.on_epoch_end(0, {})
    callbacks.on_train_end()
    assert notes[-2:] == [("last", "epoch end"), ("last", "train end")]
    assert last not in callbacks.callbacks


def test_replaces_one_of_a_fit_that_was_interrupted():
    callbacks = keras.callbacks.CallbackList([])
    LastCallback(None, callbacks)
    last = LastCallback(None, callbacks)
    assert callbacks.callbacks == [last]
