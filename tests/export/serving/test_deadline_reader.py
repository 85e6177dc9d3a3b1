import io
import socket
import threading
import time

import pytest

from st_keras.export.serving.deadline_reader import DeadlineReader


@pytest.fixture
def pair():
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def test_reads_what_comes(pair):
    here, there = pair
    reader = DeadlineReader(here)
    reader.allow(5)
    there.sendall(b"GET / HTTP/1.1\r\nrest")
    there.shutdown(socket.SHUT_WR)
    buffered = io.BufferedReader(reader)
    assert buffered.readline() == b"GET / HTTP/1.1\r\n"
    assert buffered.read(100) == b"rest"


def test_drops_of_bytes_do_not_buy_time(pair):
    here, there = pair
    reader, stop = DeadlineReader(here), threading.Event()
    reader.allow(0.2)

    def drip():
        while not stop.wait(0.02):
            there.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    begin = time.monotonic()
    with pytest.raises(TimeoutError, match="the bytes did not come in time"):
        io.BufferedReader(reader).read(10_000)
    # All 10,000 bytes would have taken 200 seconds.
    assert 0.1 < time.monotonic() - begin < 150
    stop.set()
    dripping.join()


def test_each_request_has_its_own_time(pair):
    here, there = pair
    reader = DeadlineReader(here)
    reader.allow(0.0)
    with pytest.raises(TimeoutError):
        reader.read(1)
    reader.allow(5)
    there.sendall(b"y")
    assert reader.read(1) == b"y"
