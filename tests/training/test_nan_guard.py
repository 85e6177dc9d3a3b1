import keras
import numpy as np
import pytest

from st_keras.training import NaNGuard
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster


def fit(frames, **compiled):
    model = tiny_forecaster(ScalarNetwork())
    model.compile("sgd", **compiled)
    model.build((None, *frames.shape[1:]))
    model.fit(frames, batch_size=2, shuffle=False, verbose=0, callbacks=[NaNGuard()])
    return model


def test_finite_training_goes_on():
    assert fit(random_frames(4, 5, 2, 2, 1)).optimizer.iterations == 2


def test_a_bad_sample_is_named_before_it_reaches_the_weights():
    frames = random_frames(4, 5, 2, 2, 1)
    frames[3, 2, 1, 1] = np.inf
    with pytest.raises(ValueError, match="received sample 1 of batch 1, an input that holds NaN"):
        fit(frames)


def test_float16_overflows_of_gradients_are_left_to_the_loss_scale():
    keras.config.set_dtype_policy("mixed_float16")
    model = tiny_forecaster(ScalarNetwork())
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), 2.0**127))
    frames = random_frames(2, 5, 2, 2, 1) * 100
    model.fit(frames, verbose=0, callbacks=[NaNGuard()])
    assert model.optimizer.dynamic_scale < 2.0**127
    assert np.isfinite(model.get_weights()[0])


def test_refusals():
    with pytest.raises(ValueError, match="NaNGuard: received a model compiled with jit_compile"):
        fit(random_frames(4, 5, 2, 2, 1), jit_compile=True)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(
        ValueError, match=r"NaNGuard: received a Sequential\. Required: a Forecaster"
    ):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0, callbacks=[NaNGuard()])
