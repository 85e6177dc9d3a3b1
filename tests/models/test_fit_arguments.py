import keras
import numpy as np
import pytest

from st_keras.models import SlowVAE
from st_keras.models.fit_arguments import arguments_by_name, refuse_class_weight
from tests.tiny import random_frames, tiny_forecaster


class Method:
    def fit(self, x=None, y=None, epochs=1, **kwargs):
        pass


def test_arguments_have_names_however_they_came():
    fit = Method().fit
    assert arguments_by_name(fit, (1, 2), {"epochs": 3}) == {"x": 1, "y": 2, "epochs": 3}
    assert arguments_by_name(fit, (), {"other": 4, "x": 1}) == {"x": 1, "other": 4}
    with pytest.raises(TypeError):
        arguments_by_name(keras.Model().fit, (), {"batches": 3})


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
