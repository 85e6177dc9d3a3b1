"""Ctrl-C that waits for the end of a batch, where the state of a training is whole."""

import signal
import threading

import tensorflow as tf


class DeferredInterrupt:
    """Let Ctrl-C take effect when the running batch is trained and every callback has seen it.

    TensorFlow notices Ctrl-C only after an update of the weights, that no callback has counted yet:
    from there nobody could go on. A second Ctrl-C does not wait. None waits outside the main
    thread, or where Ctrl-C has another handler than Python's own.

    Args:
        running_fit: `RunningFit`; Ctrl-C waits within its `fit` alone. None: it never waits.

    Attributes:
        in_batch: bool. Whether a batch has begun and not ended: the model is between two states.
        requested: bool. Whether a Ctrl-C waits.

    Example:

    >>> interrupt = DeferredInterrupt(None)
    >>> interrupt.begin_batch()
    >>> interrupt.in_batch, interrupt.end_batch(), interrupt.in_batch
    (True, False, False)
    """

    def __init__(self, running_fit):
        self.running_fit = running_fit
        self.in_batch = self.requested = False

    def begin_batch(self):
        """Let Ctrl-C wait from now on."""
        self.in_batch, self.requested = True, False
        if self.running_fit is None or threading.current_thread() is not threading.main_thread():
            return
        handler = signal.getsignal(signal.SIGINT)
        # One of a fit that was interrupted otherwise may still be there.
        left_behind = isinstance(getattr(handler, "__self__", None), DeferredInterrupt)
        if handler is signal.default_int_handler or left_behind:
            signal.signal(signal.SIGINT, self._wait)

    def end_batch(self):
        """Let Ctrl-C wait no more; return whether one has come."""
        self.release()
        self.in_batch = False
        return self.requested

    def abandon_batch(self, failure):
        """Let Ctrl-C wait no more, for the batch ends with an exception.

        Args:
            failure: the exception. `fit` takes the end of the data for the end of an epoch.

        Raises:
            KeyboardInterrupt: if one has come and `fit` would go on.
        """
        self.release()
        if self.requested and isinstance(failure, (StopIteration, tf.errors.OutOfRangeError)):
            raise KeyboardInterrupt from None

    def release(self):
        """Give Ctrl-C back to Python."""
        if threading.current_thread() is threading.main_thread():
            if signal.getsignal(signal.SIGINT) == self._wait:
                signal.signal(signal.SIGINT, signal.default_int_handler)

    def _wait(self, number, frame):
        if self.requested or not self.running_fit.runs(frame):
            self.release()
            signal.default_int_handler(number, frame)
        self.requested = True
