import keras
import numpy as np
import pytest

from st_keras.training import NaNGuard
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network
from tests.uncompiled import uncompiled


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
    model.build(frames.shape)
    model.fit(frames, verbose=0, callbacks=[NaNGuard()])
    assert model.optimizer.dynamic_scale < 2.0**127
    assert np.isfinite(model.get_weights()[0])


def test_the_batch_is_counted_where_each_makes_two_updates():
    frames = random_frames(8, 5, 2, 2, 1)
    frames[6, 2, 1, 1] = np.nan
    model = tiny_forecaster(ScalarNetwork(), reverse_input=True)
    model.compile("sgd")
    model.build(frames.shape)
    with pytest.raises(ValueError, match="received sample 0 of batch 3, an input"):
        model.fit(frames, batch_size=2, shuffle=False, verbose=0, callbacks=[NaNGuard()])


def test_a_sample_is_counted_within_the_global_batch(two_replicas):
    frames = random_frames(8, 5, 2, 2, 1)
    frames[5, 2, 1, 1] = np.nan
    with two_replicas.scope():
        model = tiny_forecaster(ScalarNetwork())
        model.compile("sgd")
        model.build(frames.shape)
    with pytest.raises(ValueError, match="received sample 5 of batch 0, an input"):
        model.fit(frames, batch_size=8, shuffle=False, verbose=0, callbacks=[NaNGuard()])


@uncompiled
def test_a_model_that_is_not_built_yet():
    frames = random_frames(2, 4, 8, 8, 1)
    model = tiny_forecaster(tiny_network(filters=(2,)))
    model.compile("adam")
    # A generator does not tell the shape of its data, by which `fit` builds a model.
    with pytest.raises(ValueError, match="NaNGuard: received a model that is not built"):
        model.fit(((b,) for b in [frames]), shuffle=False, verbose=0, callbacks=[NaNGuard()])
    model.fit(frames, verbose=0, callbacks=[NaNGuard()])
    assert np.isfinite(model.get_weights()[0]).all()


def test_it_guards_its_own_fit_only():
    model = fit(random_frames(4, 5, 2, 2, 1))
    # Without it the input is looked at alone, and the sample not named.
    with pytest.raises(ValueError, match=r"Forecaster.fit: received batch 2 with 40 NaN or inf"):
        model.fit(np.full((2, 5, 2, 2, 1), np.nan, "float32"), verbose=0)
    model.compile(keras.optimizers.SGD(1e30))
    model.fit(random_frames(4, 5, 2, 2, 1), epochs=3, verbose=0)
    assert not np.isfinite(model.get_weights()[0])


def test_refusals():
    with pytest.raises(ValueError, match="NaNGuard: received a model compiled with jit_compile"):
        fit(random_frames(4, 5, 2, 2, 1), jit_compile=True)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(
        ValueError, match=r"NaNGuard: received a Sequential\. Required: a Forecaster"
    ):
        model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=0, callbacks=[NaNGuard()])
