import threading

from st_keras.export.serving.answer_space import AnswerSpace


def test_no_more_than_there_is():
    space = AnswerSpace(10)
    assert space.take(6, 0) and space.take(4, 0)
    assert not space.take(1, 0.01)
    space.give_back(4)
    assert space.take(1, 0)
    assert space.taken == 7


def test_one_that_is_larger_than_all():
    space = AnswerSpace(10)
    assert space.take(11, 0)
    assert not space.take(0, 0)
    space.give_back(11)
    assert space.take(0, 0) and space.take(11, 0)


def test_waits_until_there_is_space():
    space, got = AnswerSpace(10), []
    space.take(10, 0)
    waiting = threading.Thread(target=lambda: got.append(space.take(5, 30)))
    waiting.start()
    space.give_back(10)
    waiting.join(30)
    assert got == [True] and space.taken == 5
