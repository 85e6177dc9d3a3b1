"""A connection on which everything has to be over by one point in time."""

import io
import socket
import ssl
import time

from st_keras.export.serving.deadline_reader import DeadlineReader

CHUNK = 1 << 16  # bytes that are sent before the clock is looked at


class DeadlineSocket:
    """What `http.client` needs of a socket; all of its waiting ends at the same time.

    A timeout of a socket bounds each single wait: who sends a byte now and then is waited for
    without end.

    Args:
        connection: `socket.socket`. Its own timeout is changed.
        end: float. When it has to be over, as `time.monotonic` tells it; may be set anew.

    Example:

    >>> here, there = socket.socketpair()
    >>> waiting = DeadlineSocket(here, time.monotonic() + 0.01)
    >>> waiting.makefile("rb").readline()
    Traceback (most recent call last):
    TimeoutError: the bytes did not come in time
    >>> waiting.close(), there.close()
    (None, None)
    """

    def __init__(self, connection, end):
        self.connection = connection
        self.end = end

    def makefile(self, mode):
        """Return a buffered reader; the connection stays open until that is closed too."""
        reader = DeadlineReader(self.connection)
        reader.end = self.end
        return io.BufferedReader(reader)

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

    Args:
        address: `Address` of the scheme "http" or "https".
        end: float, as `time.monotonic` tells it.

    Raises:
        OSError: the last one, if none can be reached; TimeoutError at the end of the time.
    """
    failure = None
    found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, target in found:
        seconds = seconds_to(end)
        connection = None
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
        raise TimeoutError
    return seconds
