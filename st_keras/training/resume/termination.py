"""SIGTERM, by which schedulers end a process: heard as Ctrl-C is, so that what is there is kept."""

import contextlib
import signal
import threading

STATUS = 128 + signal.SIGTERM  # of a process that ended for it, as shells say it


class Termination:
    """The handler of SIGTERM in `terminations_heard`.

    Attributes:
        received: bool. Whether a SIGTERM has come.

    Example:

    >>> Termination().received
    False
    """

    def __init__(self):
        self.received = False

    def __call__(self, number, frame):
        """Interrupt, as Ctrl-C does.

        Raises:
            KeyboardInterrupt: always.
        """
        self.note()
        raise KeyboardInterrupt

    def note(self):
        """Remember that it has come; a second one ends the process at once."""
        self.received = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextlib.contextmanager
def terminations_heard():
    """Let the first SIGTERM within the block interrupt as Ctrl-C does, and the second end at once.

    A handler that somebody has set stays, as do those of processes in which this block runs outside
    the main thread, where Python sets none.

    Yields:
        `Termination`, which says afterwards whether it was one.

    Example:

    >>> with terminations_heard() as termination:
    ...     try:
    ...         signal.raise_signal(signal.SIGTERM)
    ...     except KeyboardInterrupt:
    ...         print("asked to end:", termination.received)
    asked to end: True
    """
    termination = Termination()
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    ):
        yield termination
        return
    signal.signal(signal.SIGTERM, termination)
    try:
        yield termination
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def hear_terminations_again():
    """Set the handler of `terminations_heard` again, which TensorFlow's workers replace by theirs.

    Example:

    >>> with terminations_heard() as termination:
    ...     hear_terminations_again()
    ...     signal.getsignal(signal.SIGTERM) is termination
    True
    """
    handler = signal.getsignal(signal.SIGTERM)
    if isinstance(handler, Termination):  # so this is the main thread
        signal.signal(signal.SIGTERM, handler)
