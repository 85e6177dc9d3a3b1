"""Only calls that were announced are replaced."""

from st_keras.training.resume.step_function import StepFunction


def test_stands_in_for_announced_calls_alone():
    step = StepFunction(next, lambda function, iterator: (function(iterator), "instead"))
    batches = iter(range(3))
    assert step(batches) == 0
    step.announced = True
    assert [step(batches), step(batches)] == [(1, "instead"), 2]


def test_one_that_was_left_behind_is_not_called():
    left = StepFunction(next, None)
    left.announced = True
    assert StepFunction(left, None).function is next
