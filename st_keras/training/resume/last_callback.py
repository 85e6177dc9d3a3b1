"""A callback behind all others: it sees what they have done."""

import keras


class LastCallback(keras.callbacks.Callback):
    """Pass Keras' calls on to `ExactResume`, after every other callback had its own.

    State is written when all other callbacks have counted the batch, and restored when all have
    begun. It stands at the end of Keras' list from the beginning of `fit` to its end.

    Args:
        owner: the `ExactResume`.
        callbacks: the `keras.callbacks.CallbackList` to stand in.

    Example:

    >>> others = keras.callbacks.CallbackList([keras.callbacks.History()])
    >>> last = LastCallback(None, others)
    >>> [type(callback).__name__ for callback in others.callbacks]
    ['History', 'LastCallback']
    """

    def __init__(self, owner, callbacks):
        super().__init__()
        self.owner = owner
        self.list = callbacks
        # Of an interrupted fit with the same list.
        callbacks.callbacks[:] = [c for c in callbacks.callbacks if not isinstance(c, LastCallback)]
        callbacks.callbacks.append(self)
        self.set_params(callbacks.params)
        self.set_model(getattr(owner, "model", None))
        self._all = None

    @property
    def others(self):
        """All other callbacks of this `fit`."""
        return [c for c in (self._all or self.list.callbacks) if c is not self]

    @property
    def others_muted(self):
        """Whether the others do not see what happens."""
        return self._all is not None

    def mute_others(self):
        """Let no other callback see what comes, until `unmute_others`."""
        if self._all is None:
            self._all = self.list.callbacks
        self.list.callbacks = [self]

    def unmute_others(self):
        """Undo `mute_others`."""
        if self._all is not None:
            self.list.callbacks = self._all
        self._all = None

    def on_train_begin(self, logs=None):
        """All have begun."""
        self.owner.begin()

    def on_epoch_begin(self, epoch, logs=None):
        """All know of the epoch."""
        self.owner.begin_epoch(epoch)

    def on_train_batch_end(self, batch, logs=None):
        """All have seen the batch."""
        self.owner.end_batch(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        """All have seen the epoch, and the scores of its validation."""
        self.owner.end_epoch(epoch)

    def on_train_end(self, logs=None):
        """Stand in the list no longer."""
        self.list.callbacks.remove(self)
        self.owner.end()
