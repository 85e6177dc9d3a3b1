"""What is looked at, and until when; the numbers are tested in `test_trained_model`."""

import tensorflow as tf

from st_keras.models.training_watch import TrainingWatch


class Model:
    """What a watch needs of a model."""

    distribute_strategy = tf.distribute.get_strategy()
    train_function = "traced"


def test_a_new_wish_has_the_step_traced_anew_once():
    watch, model = TrainingWatch(), Model()
    assert not watch.finite and not watch.metrics
    for ask in (watch.track_gradient_norm, watch.check_finite):
        model.train_function = "traced"
        ask(model)
        assert model.train_function is None
        model.train_function = "traced"
        ask(model)
        assert model.train_function == "traced"
    assert watch.finite and [metric.name for metric in watch.metrics] == ["gradient_norm"]


def test_stop():
    watch, model = TrainingWatch(), Model()
    watch.stop(model)
    assert model.train_function == "traced"
    watch.check_finite(model)
    watch.stop(model)
    assert not watch.finite and model.train_function is None
