"""The parts of Keras' running `fit` that it does not hand to callbacks."""

import sys

import keras
import tensorflow as tf
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter
from keras.src.trainers.data_adapters.tf_dataset_adapter import TFDatasetAdapter
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
    def steps_per_epoch(self):
        """What `fit` was told, None if nothing."""
        return None if self.epochs is None else self.epochs.steps_per_epoch

    @property
    def epoch_length(self):
        """Batches of one epoch, None if unknown."""
        return self.steps_per_epoch or self.length

    @property
    def batch(self):
        """List of str: shapes and dtypes that the data declare for a batch; None if they do not.

        Of Python generators Keras guesses them from the first batches.
        """
        adapter = None if self.epochs is None else self.epochs.data_adapter
        if not isinstance(adapter, (ArrayDataAdapter, TFDatasetAdapter)):
            return None
        parts = tf.nest.flatten(self.element_spec, expand_composites=True)
        return [f"{part.shape} {part.dtype.name}" for part in parts]

    @property
    def element_spec(self):
        """`tf.TypeSpec`s of a batch, or None."""
        return None if self.epochs is None else self.epochs._get_iterator().element_spec

    def runs(self, frame):
        """Whether this `fit` has called the function of a frame, directly or not."""
        while frame is not None and self.epochs is not None:
            if any(value is self.epochs for value in frame.f_locals.values()):
                return True
            frame = frame.f_back
        return False

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
