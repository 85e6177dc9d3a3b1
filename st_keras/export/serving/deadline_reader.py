"""Read from a socket until a point in time, however slowly the bytes come."""

import io
import time


class DeadlineReader(io.RawIOBase):
    """The incoming side of a socket.

    Args:
        connection: `socket.socket`. Its own timeout is changed; closed before this reader is, it
            stays open until then.

    Example:

    >>> import socket
    >>> here, there = socket.socketpair()
    >>> reader = DeadlineReader(here)
    >>> reader.allow(0.01)
    >>> reader.read(1)
    Traceback (most recent call last):
    TimeoutError: the bytes did not come in time
    >>> here.close(), there.close()
    (None, None)
    """

    def __init__(self, connection):
        super().__init__()
        self.connection = connection
        self.raw = connection.makefile("rb", buffering=0)
        self.end = None

    def allow(self, seconds):
        """Let everything that is read from now on come within so many seconds."""
        self.end = time.monotonic() + seconds

    def readable(self):
        """Return True."""
        return True

    def readinto(self, buffer):
        """Read what is there, or wait for it until the end of the time."""
        seconds = self.end - time.monotonic()
        if seconds > 0:
            self.connection.settimeout(seconds)
            try:
                return self.raw.readinto(buffer)
            except TimeoutError:
                pass
        raise TimeoutError("the bytes did not come in time")

    def close(self):
        """Let the connection be closed."""
        self.raw.close()
        super().close()
