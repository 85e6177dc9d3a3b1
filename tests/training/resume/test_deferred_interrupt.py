"""Ctrl-C waits for the end of a batch, once."""

import signal
import threading

import pytest

from st_keras.training.resume.deferred_interrupt import DeferredInterrupt
from st_keras.training.resume.termination import terminations_heard
from tests.training.resume.interruption import pythons_handler, systems_handler

__all__ = ["pythons_handler", "systems_handler"]
pytestmark = pytest.mark.usefixtures("pythons_handler", "systems_handler")


def press():
    signal.raise_signal(signal.SIGINT)


def given_back():
    return signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_waits_for_the_end_of_the_batch():
    interrupt = DeferredInterrupt()
    interrupt.begin_batch()
    press()
    assert (interrupt.requested, interrupt.in_batch) == (True, True)
    assert interrupt.end_batch()
    assert not interrupt.in_batch
    assert given_back()
    interrupt.begin_batch()
    assert not interrupt.end_batch()


def test_the_second_does_not_wait():
    interrupt = DeferredInterrupt()
    interrupt.begin_batch()
    press()
    with pytest.raises(KeyboardInterrupt):
        press()
    assert interrupt.in_batch
    assert given_back()


def test_one_that_does_not_wait():
    DeferredInterrupt(waits=False).begin_batch()
    with pytest.raises(KeyboardInterrupt):
        press()
    assert given_back()


def test_leaves_other_handlers_alone():
    seen = []
    signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    interrupt = DeferredInterrupt()
    interrupt.begin_batch()
    press()
    assert not interrupt.end_batch()
    assert seen == [signal.SIGINT]


def test_does_not_wait_in_another_thread():
    interrupt = DeferredInterrupt()
    thread = threading.Thread(target=interrupt.begin_batch)
    thread.start()
    thread.join()
    assert interrupt.in_batch
    assert given_back()


def test_one_that_was_left_behind_is_replaced():
    DeferredInterrupt().begin_batch()
    interrupt = DeferredInterrupt()
    interrupt.begin_batch()
    press()
    assert interrupt.end_batch()
    assert given_back()


def test_is_not_lost_at_the_end_of_the_data():
    interrupt = DeferredInterrupt()
    for failure in (ValueError(), StopIteration()):
        interrupt.begin_batch()
        interrupt.abandon_batch(failure)  # nobody has asked for anything
    interrupt.begin_batch()
    press()
    interrupt.abandon_batch(ValueError())  # ends the training in any case
    with pytest.raises(KeyboardInterrupt):
        interrupt.abandon_batch(StopIteration())
    assert not interrupt.in_batch  # nothing was trained


def test_a_termination_waits_too():
    interrupt = DeferredInterrupt()
    with terminations_heard() as termination:
        interrupt.begin_batch()
        signal.raise_signal(signal.SIGTERM)
        assert interrupt.requested and termination.received
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL  # the second ends at once
        assert interrupt.end_batch()
    assert given_back()


def test_a_termination_that_nobody_hears_is_left_alone():
    interrupt = DeferredInterrupt()
    interrupt.begin_batch()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert not interrupt.end_batch()


def test_terminations_are_given_back():
    interrupt = DeferredInterrupt()
    with terminations_heard() as termination:
        DeferredInterrupt().begin_batch()  # left behind
        interrupt.begin_batch()
        assert not interrupt.end_batch()
        assert signal.getsignal(signal.SIGTERM) is termination
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        assert termination.received and not interrupt.requested
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_one_after_the_other_does_not_wait(first):
    second = {signal.SIGINT: signal.SIGTERM, signal.SIGTERM: signal.SIGINT}[first]
    interrupt = DeferredInterrupt()
    with terminations_heard() as termination:
        interrupt.begin_batch()
        signal.raise_signal(first)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(second)
        assert interrupt.in_batch and termination.received
