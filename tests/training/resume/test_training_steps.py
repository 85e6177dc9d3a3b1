"""Steps are counted, skipped, and put where the data of a state stood."""

import signal

import pytest

from st_keras.training.resume.deferred_interrupt import DeferredInterrupt
from st_keras.training.resume.training_steps import TrainingSteps
from tests.training.resume.interruption import pythons_handler

__all__ = ["pythons_handler"]


class Data:
    """Stands in for `RunningFit`: passes over the numbers 0, 1, ... (10, 11, ... the next time)."""

    def __init__(self, length, anew_each_epoch):
        self.length, self.anew_each_epoch = length, anew_each_epoch
        self.begun = self.skipped = 0

    def next_pass(self):
        first = 10 * self.begun
        self.begun += 1
        return iter(range(first, first + (self.length or 1000)))

    def skip(self, batches):
        self.skipped += batches


def steps_on(data, size=1):
    return TrainingSteps(lambda batches: [next(batches) for _ in range(size)], size, data)


def resumed(steps, passes, drawn, calls, replay_data=True):
    begun = []
    state = {"passes": passes, "drawn": drawn, "calls": calls, "logs": "saved"}
    steps.resume(state, replay_data, lambda: begun.append(True))
    return begun


def test_counts():
    data = Data(3, True)
    steps = steps_on(data)
    first = data.next_pass()
    assert (steps(first), steps(first)) == ([0], [1])
    assert (steps.passes, steps.drawn) == (1, 2)
    assert steps(data.next_pass()) == [10]
    assert (steps.passes, steps.drawn) == (2, 1)
    steps = steps_on(data, size=2)
    steps(data.next_pass())
    assert steps.drawn == 2


def test_what_fails_is_not_counted():
    steps = steps_on(Data(3, True))
    with pytest.raises(StopIteration):
        steps(iter([]))
    assert (steps.passes, steps.drawn) == (0, 0)


def test_ctrl_c_waits_for_whoever_ends_the_batch(pythons_handler):
    class Running:
        def runs(self, frame):
            return True

    interrupt = DeferredInterrupt(Running())
    steps = TrainingSteps(lambda batches: next(batches)(), 1, Data(3, True), interrupt)

    def press():
        signal.raise_signal(signal.SIGINT)
        return "logs"

    assert steps(iter([press])) == "logs"
    assert interrupt.in_batch
    assert interrupt.end_batch()
    with pytest.raises(StopIteration):
        steps(iter([]))
    assert interrupt.in_batch


def test_goes_on_within_an_endless_stream():
    data = Data(None, False)
    steps = steps_on(data)
    begun = resumed(steps, passes=1, drawn=7, calls=2)
    iterator = data.next_pass()
    assert (steps(iterator), steps(iterator)) == ("saved", "saved")
    assert not begun  # what is restored within an epoch is restored elsewhere
    assert steps(iterator) == [7]
    assert (steps.passes, steps.drawn, data.skipped) == (1, 8, 5)


def test_goes_on_at_the_beginning_of_an_epoch():
    data = Data(None, False)
    steps = steps_on(data)
    begun = resumed(steps, passes=1, drawn=7, calls=0)
    assert steps(data.next_pass()) == [7]
    assert begun == [True]


def test_goes_on_in_a_later_pass():
    data = Data(5, True)
    steps = steps_on(data)
    resumed(steps, passes=3, drawn=2, calls=2)
    iterator = data.next_pass()
    assert [steps(iterator) for _ in range(4)] == ["saved", "saved", [22], [23]]
    assert (steps.passes, steps.drawn, data.skipped) == (3, 4, 0)
    assert steps(data.next_pass()) == [30]


@pytest.mark.parametrize(("anew", "drawn"), [(True, 4), (False, 5)])
def test_a_new_pass_begins_with_the_epoch(anew, drawn):
    data = Data(5, anew)
    steps = steps_on(data)
    resumed(steps, passes=1, drawn=drawn, calls=0)
    assert steps(data.next_pass()) == [10]
    assert (steps.passes, steps.drawn) == (2, 1)


def test_the_last_of_several_steps_may_be_short():
    data = Data(3, True)
    steps = steps_on(data, size=2)
    resumed(steps, passes=1, drawn=4, calls=2)
    iterator = data.next_pass()
    assert (steps(iterator), steps(iterator)) == ("saved", "saved")
    assert next(iterator, None) is None


def test_data_that_begin_where_they_should_are_not_touched():
    data = Data(None, False)
    steps = steps_on(data)
    resumed(steps, passes=1, drawn=7, calls=2, replay_data=False)
    iterator = data.next_pass()
    assert [steps(iterator) for _ in range(3)] == ["saved", "saved", [0]]


@pytest.mark.parametrize(("drawn", "calls"), [(5, 2), (4, 0), (2, 2)])
def test_refuses_data_that_are_too_short(drawn, calls):
    steps = steps_on(Data(2, False))
    resumed(steps, passes=1, drawn=drawn, calls=calls)
    iterator = iter([0])
    with pytest.raises(ValueError, match=f"ends before batch {drawn} of its pass"):
        for _ in range(3):
            steps(iterator)
