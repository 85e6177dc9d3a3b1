"""The first SIGTERM interrupts, the second ends; whoever set a handler before finds it again."""

import signal
import threading

import pytest

from st_keras.training.resume.termination import (
    STATUS,
    Termination,
    hear_terminations_again,
    terminations_heard,
)
from tests.fresh_process import run_python
from tests.training.resume.interruption import systems_handler

__all__ = ["systems_handler"]
pytestmark = pytest.mark.usefixtures("systems_handler")


def handler():
    return signal.getsignal(signal.SIGTERM)


def test_interrupts_once_and_says_so():
    with terminations_heard() as termination:
        assert handler() is termination and not termination.received
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        assert termination.received
        assert handler() is signal.SIG_DFL  # the second
    assert handler() is signal.SIG_DFL
    assert STATUS == 143


def test_nothing_is_left_behind():
    with pytest.raises(KeyError), terminations_heard():
        raise KeyError
    assert handler() is signal.SIG_DFL


@pytest.mark.parametrize("other", [signal.SIG_IGN, lambda number, frame: None])
def test_handlers_of_others_stay(other):
    signal.signal(signal.SIGTERM, other)
    with terminations_heard() as termination:
        hear_terminations_again()
        assert handler() is other
        signal.raise_signal(signal.SIGTERM)
    assert handler() is other
    assert not termination.received


def test_no_handler_in_another_thread():
    found = []

    def hear():
        with terminations_heard() as termination:
            found.extend([termination.received, handler()])

    thread = threading.Thread(target=hear)
    thread.start()
    thread.join()
    assert found == [False, signal.SIG_DFL]


def test_the_second_ends_the_process_at_once():
    text = """
import os, signal, subprocess, sys
child = '''
import signal
from st_keras.training.resume.termination import terminations_heard
with terminations_heard():
    try:
        signal.raise_signal(signal.SIGTERM)
    except KeyboardInterrupt:
        print("heard", flush=True)
    signal.raise_signal(signal.SIGTERM)
    print("never", flush=True)
'''
done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True)
print(done.stdout.split(), done.returncode)
"""
    assert run_python(text).splitlines()[-1] == f"['heard'] {-signal.SIGTERM}"


def test_heard_again_where_another_has_taken_its_place_unseen():
    """TensorFlow replaces the handler in the system, which Python does not notice."""
    text = """
import ctypes, signal
from st_keras.training.resume.termination import hear_terminations_again, terminations_heard
ignore = 1
with terminations_heard() as termination:
    ctypes.CDLL(None).signal(signal.SIGTERM, ctypes.c_void_p(ignore))
    signal.raise_signal(signal.SIGTERM)
    before = termination.received
    hear_terminations_again()
    try:
        signal.raise_signal(signal.SIGTERM)
    except KeyboardInterrupt:
        print(before, termination.received)
"""
    assert run_python(text).splitlines()[-1] == "False True"


def test_a_handler_says_what_it_has_heard():
    termination = Termination()
    with pytest.raises(KeyboardInterrupt):
        termination(signal.SIGTERM, None)
    assert termination.received
