"""keras-tuner's base class comes in when an instance is made, not before."""

import keras_tuner

from st_keras.tuning import PredRNNHyperModel
from st_keras.tuning.lazy_hyper_model import LazyHyperModel


class Doubling(LazyHyperModel):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, hp):
        return self.factor * hp.Int("n", 1, 9)


def test_an_instance_is_of_both_classes():
    space = Doubling(2, name="twice")
    assert isinstance(space, Doubling) and isinstance(space, keras_tuner.HyperModel)
    assert type(space).__name__ == "Doubling" and type(Doubling(3)) is type(space)
    assert space.name == "twice" and space.tunable
    assert space.build(keras_tuner.HyperParameters()) == 2


def test_what_is_not_tunable_registers_nothing():
    hp = keras_tuner.HyperParameters()
    assert Doubling(2, tunable=False).build(hp) == 2
    assert hp.space == []


def test_a_subclass_of_a_user_works():
    class Mine(PredRNNHyperModel):
        def __init__(self):
            super().__init__((16, 24, 1), steps=8)

    assert isinstance(Mine(), Mine) and isinstance(Mine(), keras_tuner.HyperModel)
