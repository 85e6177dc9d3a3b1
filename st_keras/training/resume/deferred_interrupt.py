"""Ctrl-C that waits for the end of a batch, where the state of a training is whole."""

import signal
import threading

import tensorflow as tf

from st_keras.training.resume.termination import Termination

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class DeferredInterrupt:
    """Let Ctrl-C take effect when the running batch is trained and every callback has seen it.

    TensorFlow notices Ctrl-C only after an update of the weights, that no callback has counted yet:
    from there nobody could go on. A second Ctrl-C does not wait. None waits outside the main
    thread, or where Ctrl-C has another handler than Python's own. SIGTERM waits in the same way
    where it is to interrupt as Ctrl-C does (`terminations_heard`).

    Args:
        waits: bool. Default True. False: it never waits.

    Attributes:
        in_batch: bool. Whether a batch has begun and not ended: the model is between two states.
        requested: bool. Whether one waits.

    Example:

    >>> interrupt = DeferredInterrupt(waits=False)
    >>> interrupt.begin_batch()
    >>> interrupt.in_batch, interrupt.end_batch(), interrupt.in_batch
    (True, False, False)
    """

    def __init__(self, waits=True):
        self.waits = waits
        self.in_batch = self.requested = False
        self._handlers = {}  # that stood where this one waits

    def begin_batch(self):
        """Let Ctrl-C wait from now on."""
        self.in_batch, self.requested = True, False
        if not self.waits or threading.current_thread() is not threading.main_thread():
            return
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            # One of a fit that was interrupted otherwise may still be there.
            left_behind = getattr(handler, "__self__", None)
            if isinstance(left_behind, DeferredInterrupt):
                handler = left_behind._handlers[number]
            if handler is signal.default_int_handler or isinstance(handler, Termination):
                self._handlers[number] = handler
                signal.signal(number, self._wait)

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
        if isinstance(failure, (StopIteration, tf.errors.OutOfRangeError)):
            self.in_batch = False
            if self.requested:
                raise KeyboardInterrupt from None

    def release(self):
        """Give the signals back to the handlers that stood there."""
        if threading.current_thread() is threading.main_thread():
            for number, handler in self._handlers.items():
                if signal.getsignal(number) == self._wait:
                    signal.signal(number, handler)

    def _wait(self, number, frame):
        handler = self._handlers[number]
        if self.requested:
            self.release()
            handler(number, frame)
        if isinstance(handler, Termination):
            handler.note()
        self.requested = True
