"""A replay ends where the state was written, or refuses the data; see also `test_exact_resume`."""

import keras
import pytest
import tensorflow as tf

from st_keras.training.resume.model_state import model_state
from st_keras.training.resume.replay import Replay, shapes_of
from tests.training.resume.interruption import dense_model, numbers


def batches(count=9):
    return iter(tf.data.Dataset.from_tensor_slices(numbers(4 * count)).batch(4))


def replay(model, epoch, step, calls, draws=True, epochs=9, finished=False):
    model.optimizer.build(model.trainable_variables)
    state = {"epoch": epoch, "step": step, "calls": calls, "finished": finished, "logs": "saved"}
    return Replay(model, state | model_state(model, False), epochs, draws)


@pytest.fixture(scope="module")
def model():
    return dense_model(metrics=())


@pytest.mark.parametrize(("draws", "left"), [(True, 2), (False, 5)])
def test_draws_what_was_drawn(draws, left, model):
    replayed = replay(model, epoch=1, step=1, calls=3, draws=draws)
    data = batches(5)
    for place in ((0, 1), (0, 2)):
        assert replayed.train(None, data) == "saved"
        assert not replayed.is_over(*place)
    assert not replayed.is_over(1, 0)
    replayed.train(None, data)
    assert replayed.is_over(1, 1)
    assert len(list(data)) == left


def test_several_steps_may_end_short():
    model = dense_model(metrics=(), steps_per_execution=2)
    replayed, data = replay(model, epoch=1, step=0, calls=2), batches(3)
    assert [replayed.train(None, data) for _ in range(2)] == ["saved", "saved"]
    with pytest.raises(StopIteration):
        replayed.train(None, data)
    assert replayed.is_over(1, 0)


@pytest.mark.parametrize(
    ("epoch", "step", "calls", "place"),
    [
        (1, 0, 3, (1, 0)),  # the epoch ended before
        (1, 1, 3, (0, 3)),  # it did not end
        (1, 1, 4, (2, 0)),  # so did the next
        (1, 0, 2, (0, 3)),  # a batch too much
    ],
)
def test_refuses_data_that_end_elsewhere(epoch, step, calls, place, model):
    replayed, data = replay(model, epoch, step, calls), batches()
    message = f"not where they were after {calls} steps, in batch {step} of epoch 2.*Required: the"
    with pytest.raises(ValueError, match=message):
        for _ in range(3 if place != (1, 0) else 2):
            replayed.train(None, data)
        replayed.is_over(*place)
    with pytest.raises(ValueError, match=message):
        replayed.check_end()


@pytest.mark.parametrize(("finished", "epochs"), [(True, 9), (False, 1)])
def test_nothing_is_left_to_train(finished, epochs, model):
    replayed, data = replay(model, 1, 0, 3, finished=finished, epochs=epochs), batches(2)
    assert replayed.at_end
    assert replayed.train(None, data) == "saved"
    assert model.stop_training
    assert not replayed.is_over(1, 0)
    replayed.check_end()
    assert len(list(data)) == 2


def test_validation_is_drawn_or_left_out(model):
    data = batches(2)
    assert replay(model, 1, 0, 3).test(None, data) == {}
    assert len(list(data)) == 1
    replay(model, 1, 0, 3, draws=False).test(None, data)
    assert model.stop_evaluating


def test_keras_makes_what_it_makes_with_a_first_batch():
    model = dense_model()
    with pytest.raises(ValueError, match="not yet been built"):
        model.get_metrics_result()
    replay(model, 1, 0, 3).train(None, batches())
    assert model.get_metrics_result() == {"loss": 0.0, "mae": 0.0}


def test_a_model_that_zeros_do_not_complete(model):
    state = replay(model, 1, 0, 3).state
    other = keras.Sequential([keras.layers.Dense(8), keras.layers.Flatten(), keras.layers.Dense(1)])
    other.compile("sgd", lambda y, p: 1 / 0, run_eagerly=True)
    with pytest.raises(ValueError, match=r"a batch of zeros .*Zero.*Required: .*Evaluate it on a"):
        Replay(other, state, 9, True).train(None, batches())


def test_the_shape_of_a_batch():
    whole = tf.data.Dataset.from_tensor_slices(numbers(8)).batch(4, drop_remainder=True)
    assert shapes_of(iter(whole)) == ["(4, 4) float32", "(4, 1) float32"]
    replayed = replay(dense_model(metrics=()), 1, 0, 3)
    replayed.state["batch"] = ["(2, 4) float32"]
    with pytest.raises(ValueError, match=r"batch \['\(2, 4\) float32'\], now \['\(None, 4\)"):
        replayed.train(None, batches())
