"""Every phase of a call that a server can draw out, byte by byte or without a word."""

import contextlib
import socket
import threading
import time

import pytest

from st_keras.export import ServingClient, ServingError
from st_keras.export.serving.address import Address
from st_keras.export.serving.deadline import (
    DeadlineSocket,
    connect,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"


def drip(connection, content=b"", then=b"a", stop=None):
    """Send bytes one by one, each soon after the other, without end."""
    with contextlib.suppress(OSError):
        for byte in content:
            connection.sendall(bytes([byte]))
        while not stop.wait(0.02):
            connection.sendall(then)


def long_status(connection, stop):
    drip(connection, b"HTTP/1.1 200 ", stop=stop)


def long_header(connection, stop):
    drip(connection, HEAD + b"X: ", stop=stop)


def no_answer_but_many_interim_ones(connection, stop):
    drip(connection, then=b"HTTP/1.1 100 Continue\r\n\r\n", stop=stop)


def long_body(connection, stop):
    drip(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", stop=stop)


def body_without_a_length(connection, stop):
    drip(connection, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", stop=stop)


def long_chunks(connection, stop):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    drip(connection, head, then=b"1\r\n \r\n", stop=stop)


def hello_of_tls(connection, stop):
    drip(connection, b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", stop=stop)


def nothing(connection, stop):
    stop.wait(60)


PHASES = (
    *(long_status, long_header, no_answer_but_many_interim_ones, long_body),
    *(body_without_a_length, long_chunks, nothing),
)


@contextlib.contextmanager
def served(answer):
    """The port of a server that reads what comes first and then does as told."""
    stop = threading.Event()

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    answer(connection, stop)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        stop.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(20)


def timed_out(address):
    """Ask with 0.3 seconds for it; return the seconds it took to be given up."""
    begin = time.monotonic()
    with ServingClient(address, timeout=0.3, retries=5) as client:
        with pytest.raises(ServingError, match=r"no answer from .* within 0\.3 s") as failure:
            client.signatures()
    assert failure.value.code == "DEADLINE_EXCEEDED"
    return time.monotonic() - begin


@pytest.mark.parametrize("phase", PHASES)
def test_an_answer_that_is_drawn_out(phase):
    with served(phase) as port:
        assert timed_out(f"http://127.0.0.1:{port}") < 10


def test_a_handshake_that_is_drawn_out():
    with served(hello_of_tls) as port:
        assert timed_out(f"https://127.0.0.1:{port}") < 10


@pytest.fixture
def full():
    """The port of a server whose queue of connections is full, so that no more are made."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def test_all_addresses_of_a_name_share_the_time(full, monkeypatch):
    one = socket.getaddrinfo("127.0.0.1", full, type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **named: one * 100)
    assert timed_out(f"http://many.example:{full}") < 10  # not 100 times 0.3 s


def test_the_next_address_is_tried(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        (good,) = socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
        bad = (*good[:4], ("127.0.0.1", 1))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **named: [bad, good])
        connection = connect(Address("http", "two.example", port), time.monotonic() + 20)
        assert connection.connection.getpeername()[1] == port
        connection.close()
        monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **named: [bad])
        with pytest.raises(ConnectionRefusedError):
            connect(Address("http", "one.example", port), time.monotonic() + 20)


def test_a_request_that_nobody_reads():
    here, there = socket.socketpair()
    with here, there:
        sending = DeadlineSocket(here, time.monotonic() + 0.2)
        stop = threading.Event()

        def sip():
            while not stop.wait(0.02):
                there.recv(2048)

        sipping = threading.Thread(target=sip)
        sipping.start()
        begin = time.monotonic()
        with pytest.raises(TimeoutError):
            sending.sendall(bytes(100 << 20))
        assert time.monotonic() - begin < 10  # at 100 KB a second it would be 1000
        stop.set()
        sipping.join()


def test_all_bytes_go_out():
    here, there = socket.socketpair()
    content, came = bytes(range(256)) * 4000, []
    with there:
        reading = threading.Thread(target=lambda: came.append(there.makefile("rb").read()))
        reading.start()
        sending = DeadlineSocket(here, time.monotonic() + 20)
        sending.sendall(content)
        sending.close()
        reading.join(20)
    assert came == [content]


def test_what_reads_keeps_the_connection():
    here, there = socket.socketpair()
    with there:
        connection = DeadlineSocket(here, time.monotonic() + 20)
        reader = connection.makefile("rb")
        connection.close()
        there.sendall(b"x\n")
        assert reader.readline() == b"x\n"
        reader.close()
        assert there.recv(1) == b""
