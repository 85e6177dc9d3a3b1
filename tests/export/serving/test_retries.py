import pytest

from st_keras.export.serving.call_error import CallError
from st_keras.export.serving.retries import call_with_retries


class Clock:
    """A clock that only sleeping, and calls that take time, move on."""

    def __init__(self):
        self.now, self.waits = 100.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


def run(failures, retries, timeout=60.0, cost=0.0):
    """Call what fails so often; return clock and the seconds each call was given."""
    clock, given = Clock(), []

    def call(seconds):
        given.append(seconds)
        clock.now += cost
        if len(given) <= len(failures):
            raise failures[len(given) - 1]
        return "answer"

    try:
        answer = call_with_retries(call, retries, timeout, clock, clock.sleep)
    except CallError as failure:
        answer = failure
    return answer, clock, given


def test_waits_grow_and_are_not_the_same_for_all():
    answer, clock, _ = run([CallError("UNAVAILABLE", "")] * 5, retries=5)
    assert answer == "answer"
    for wait, middle in zip(clock.waits, (0.25, 0.5, 1, 2, 4), strict=True):
        assert 0.5 * middle <= wait <= 1.5 * middle
    again = run([CallError("UNAVAILABLE", "")] * 5, retries=5)[1]
    assert clock.waits != again.waits


def test_waits_have_an_end():
    _, clock, _ = run([CallError("UNAVAILABLE", "")] * 9, retries=9, timeout=1e6)
    assert max(clock.waits) <= 12


def test_gives_up_after_the_retries():
    answer, clock, given = run([CallError("RESOURCE_EXHAUSTED", "busy")] * 9, retries=2)
    assert answer.said == "busy" and answer.attempts == 3
    assert len(given) == 3 and len(clock.waits) == 2


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "INTERNAL", "NOT_FOUND"])
def test_what_does_not_pass_is_not_tried_again(code):
    answer, clock, given = run([CallError(code, "")], retries=5)
    assert answer.code == code and answer.attempts == 1
    assert len(given) == 1 and clock.waits == []


def test_the_time_holds_for_all_tries_together():
    answer, clock, given = run([CallError("UNAVAILABLE", "")] * 99, 99, timeout=5.0, cost=1.0)
    assert answer.code == "UNAVAILABLE"
    assert given[0] == 5.0 and given[1] < 4.0  # what is left
    assert clock.now - 100 <= 6.0  # the last call began before the end
