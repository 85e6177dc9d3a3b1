import inspect

import keras
import numpy as np
import pytest

from st_keras.models import SlowVAE
from st_keras.models.fit_arguments import (
    EVALUATE,
    FIT,
    TRAIN_ON_BATCH,
    arguments_by_name,
    refuse_class_weight,
)
from tests.tiny import random_frames, tiny_forecaster


@pytest.mark.parametrize(
    ("method", "names"), [("fit", FIT), ("evaluate", EVALUATE), ("train_on_batch", TRAIN_ON_BATCH)]
)
def test_the_order_is_that_of_keras(method, names):
    keywords = inspect.signature(getattr(keras.Model(), method)).parameters
    assert tuple(name for name in keywords if name != "kwargs") == names


def test_arguments_have_names_however_they_came():
    named = {"x": 1, "y": 2, "epochs": 3}
    assert arguments_by_name(FIT, (1, 2), {"epochs": 3}) == named
    assert arguments_by_name(FIT, (), named) == named
    with pytest.raises(TypeError, match=r"received \['x'\] twice"):
        arguments_by_name(FIT, (1,), {"x": 1})
    with pytest.raises(TypeError, match="received 6 arguments; takes x, y, sample_weight"):
        arguments_by_name(TRAIN_ON_BATCH, range(6), {})


def test_no_class_weight():
    refuse_class_weight("fit", {"x": 1, "class_weight": None})
    message = r"fit: received class_weight. Required: frames, .* Weigh whole sequences with sample"
    with pytest.raises(ValueError, match=message):
        refuse_class_weight("fit", {"class_weight": {0: 1.0}})


MODELS = {
    "Forecaster": (tiny_forecaster, random_frames(2, 5, 4, 4, 1)),
    "SlowVAE": (lambda: SlowVAE(latent_size=2), random_frames(2, 2, 16, 16, 1)),
}


@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
@pytest.mark.parametrize("name", MODELS)
def test_models_refuse_class_weights(name, method):
    make, frames = MODELS[name]
    model = make()
    model.compile(optimizer="sgd")
    with pytest.raises(ValueError, match=f"{name}.{method}: received class_weight"):
        getattr(model, method)(frames, class_weight={0: 1.0, 1: 2.0})


@pytest.mark.parametrize("method", ["fit", "evaluate"])
def test_slowvae_refuses_sample_weights(method):
    model = SlowVAE(latent_size=2)
    model.compile()
    frames = random_frames(2, 2, 16, 16, 1)
    with pytest.raises(ValueError, match=f"SlowVAE.{method}: received sample_weight.*no weights"):
        getattr(model, method)(frames, sample_weight=np.ones(2))
    with pytest.raises(ValueError, match=r"SlowVAE.fit: validation_data: received sample_weight"):
        model.fit(frames, validation_data=(frames, None, np.ones(2)))
