"""The parts of Keras' running `fit` that it does not hand to callbacks."""

import sys

import keras
from keras.src.trainers.epoch_iterator import EpochIterator


class RunningFit:
    """What the `fit` that has just called a callback works with.

    Keras tells a callback neither of its neighbours nor of the data. Both are objects of the
    functions that have called it, and are found there by their class.

    Args:
        callback: the callback that asks, in its own `on_train_begin`.

    Attributes:
        callbacks: the `keras.callbacks.CallbackList`; one of the callback alone if nobody called
            it through a list.
        epochs: Keras' `EpochIterator`, or None.

    Example:

    >>> RunningFit(keras.callbacks.History()).epochs is None
    True
    """

    def __init__(self, callback):
        self.callbacks = self.epochs = None
        frame = sys._getframe(1)
        while frame is not None and (self.callbacks is None or self.epochs is None):
            for value in frame.f_locals.values():
                if isinstance(value, keras.callbacks.CallbackList) and self.callbacks is None:
                    if any(member is callback for member in value.callbacks):
                        self.callbacks = value
                elif isinstance(value, EpochIterator) and self.epochs is None:
                    self.epochs = value
            frame = frame.f_back
        if self.callbacks is None:
            self.callbacks = keras.callbacks.CallbackList([callback])

    @property
    def anew_each_epoch(self):
        """Whether `fit` iterates its dataset from the beginning in every epoch."""
        return self.epochs is not None and self.epochs.steps_per_epoch is None

    @property
    def length(self):
        """Batches of one pass over the data, None if endless or unknown."""
        return self.epochs.data_adapter.num_batches if self.epochs is not None else None

    @property
    def element_spec(self):
        """`tf.TypeSpec`s of a batch, or None."""
        return None if self.epochs is None else self.epochs._get_iterator().element_spec

    def next_pass(self):
        """Begin another pass over the data, as `fit` does from epoch to epoch.

        Returns:
            A fresh iterator.
        """
        if self.anew_each_epoch and self.length is not None:
            # `fit` opens one at the end of an epoch and another at the beginning of the next;
            # datasets that shuffle count both.
            iter(self.epochs._get_iterator())
        return iter(self.epochs._get_iterator())

    def skip(self, batches):
        """Tell `fit` that so many batches of the running pass are behind it."""
        if self.epochs is not None:
            self.epochs._steps_seen += batches
