"""Sockets on which all waiting ends at one point in time.

A timeout of a socket bounds each single wait: who sends a byte now and then is waited for without
end. Libraries for HTTP, httpx too, have no other bound. `end` is told as by `time.monotonic`.
"""

import io
import socket
import ssl
import time

CHUNK = 1 << 16  # bytes that are sent before the clock is looked at


class DeadlineReader(io.RawIOBase):
    """The incoming side of a socket."""

    def __init__(self, connection, end):
        super().__init__()
        self.connection, self.end = connection, end
        self.raw = connection.makefile("rb", buffering=0)

    def readable(self):
        """Return True."""
        return True

    def readinto(self, buffer):
        """Read what is there, or wait for it until the end."""
        self.connection.settimeout(seconds_to(self.end))
        return self.raw.readinto(buffer)

    def close(self):
        """Let the connection be closed."""
        self.raw.close()
        super().close()


class DeadlineSocket:
    """What `http.client` needs of a socket.

    Example:

    >>> here, there = socket.socketpair()
    >>> waiting = DeadlineSocket(here, time.monotonic() + 0.01)
    >>> waiting.makefile("rb").readline()
    Traceback (most recent call last):
    TimeoutError: timed out
    >>> waiting.close(), there.close()
    (None, None)
    """

    def __init__(self, connection, end):
        self.connection, self.end = connection, end

    def makefile(self, mode):
        """Return a buffered reader; the connection stays open until that is closed too."""
        return io.BufferedReader(DeadlineReader(self.connection, self.end))

    def sendall(self, data):
        """Send bytes, piece by piece."""
        left = memoryview(data).cast("B")
        while left:
            self.connection.settimeout(seconds_to(self.end))
            left = left[self.connection.send(left[:CHUNK]) :]

    def close(self):
        """Close it once what reads from it is closed."""
        self.connection.close()


def connect(address, end):
    """Return a `DeadlineSocket` that is connected, encrypted if the address says so.

    All addresses of a name are tried, within the same time. The look-up of the name itself is the
    system's, which bounds it.
    """
    failure = None
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, target in found:
        seconds, connection = seconds_to(end), None
        try:
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(seconds)
            connection.connect(target)
            # Requests go out in two parts, of which the second must not wait for an answer.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if address.scheme == "https":
                connection.settimeout(seconds_to(end))
                context = ssl.create_default_context()
                context.set_alpn_protocols(["http/1.1"])
                connection = context.wrap_socket(connection, server_hostname=address.host)
            return DeadlineSocket(connection, end)
        except OSError as reason:
            if connection is not None:
                connection.close()
            failure = reason
    raise failure


def seconds_to(end):
    """Return the seconds that are left, or raise `TimeoutError`."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds
