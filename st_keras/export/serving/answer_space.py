"""A bound on the answers that are ready and not yet sent, over all requests together."""

import threading


class AnswerSpace:
    """So many bytes, of which answers take their share until they are sent.

    One that is larger than all of it has to wait until no other is left.

    Args:
        most_bytes: int.

    Example:

    >>> space = AnswerSpace(100)
    >>> space.take(70, seconds=0), space.take(70, seconds=0)
    (True, False)
    >>> space.give_back(70)
    >>> space.take(700, seconds=0)
    True
    """

    def __init__(self, most_bytes):
        self.most_bytes = most_bytes
        self.taken = 0
        self._changed = threading.Condition()

    def take(self, size, seconds):
        """Wait for so many bytes; return whether they are there within the seconds."""
        with self._changed:
            fits = self._changed.wait_for(
                lambda: self.taken == 0 or self.taken + size <= self.most_bytes, seconds
            )
            if fits:
                self.taken += size
            return fits

    def give_back(self, size):
        """Let others have them."""
        with self._changed:
            self.taken -= size
            self._changed.notify_all()
