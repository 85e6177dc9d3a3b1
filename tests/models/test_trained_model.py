"""One update on any number of replicas, and what watches it."""

import contextlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models import SlowVAE
from st_keras.models.trained_model import TrainedModel
from st_keras.training import Forecaster, ScheduledSampling
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network
from tests.uncompiled import uncompiled


def forecaster(network=None):
    return tiny_forecaster(network or ScalarNetwork(), sampling=ScheduledSampling.over(8))


class OneStep(TrainedModel):
    """loss = mean(weight * frames), one weight."""

    def build(self, shape):
        self.weight = self.add_weight(shape=(), initializer="ones", name="weight")
        self.built = True

    def call(self, frames):
        return self.weight * frames

    def train_step(self, frames):
        self.update(frames, lambda: self.track(tf.reduce_mean(self(frames))))
        return self.training_logs([])

    def track(self, loss):
        self.loss_tracker.update_state(loss)
        return loss


def one_step(optimizer="sgd"):
    model = OneStep()
    model.compile(optimizer)
    model.build((None, 2))
    return model


def batches(frames, size):
    dataset = tf.data.Dataset.from_tensor_slices(frames).batch(size)
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return dataset.with_options(options)


def trained(strategy, make_model, frames, optimizer, compiled=None):
    keras.utils.set_random_seed(0)
    with strategy.scope() if strategy else contextlib.nullcontext():
        model = make_model()
        model.compile(optimizer(), **(compiled or {}))
        model.build(frames.shape)
    data = batches(frames, 4)
    history = model.fit(data, epochs=2, shuffle=False, verbose=0, validation_data=data).history
    return model.get_weights(), history


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.05),
    "clipped": lambda: keras.optimizers.SGD(0.05, global_clipnorm=0.1),
    "loss scale": lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.05)),
}


CASES = {
    "PredRNN": (lambda: forecaster(tiny_network(filters=(2,))), "sgd", 9),
    "a loss scale": (forecaster, "loss scale", 9),
    "clipping": (forecaster, "clipped", 11),
}
LONG = [pytest.param(case, marks=pytest.mark.long) for case in ("PredRNN", "clipping")]


@pytest.mark.parametrize("case", [*LONG, "a loss scale"])
def test_an_uneven_last_batch_on_replicas_is_that_of_one_device(two_replicas, case):
    """9 samples in batches of 4: the last has one, and one replica has none."""
    make_model, optimizer, samples = CASES[case]
    frames = random_frames(samples, 5, 4, 4, 1)
    one, two = (
        trained(s, make_model, frames, OPTIMIZERS[optimizer], {"metrics": ["mae"]})
        for s in (None, two_replicas)
    )
    error = max(np.abs(a - b).max() for a, b in zip(one[0], two[0], strict=True))
    print(f"{case}, {samples} samples: weights of 1 and 2 replicas within {error:.1e}")
    assert error < 1e-6
    assert set(one[1]) == set(two[1])
    for name, values in one[1].items():
        np.testing.assert_allclose(two[1][name], values, rtol=1e-5)


@pytest.mark.long
def test_slowvae_on_replicas_with_an_uneven_last_batch(two_replicas):
    frames = random_frames(5, 2, 16, 32, 1)
    one, two = (
        trained(s, lambda: SlowVAE(latent_size=2), frames, lambda: keras.optimizers.SGD(1e-4), {})
        for s in (None, two_replicas)
    )
    error = max(np.abs(a - b).max() for a, b in zip(one[0], two[0], strict=True))
    print(f"SlowVAE, 5 samples: weights of 1 and 2 replicas within {error:.1e}")
    assert error < 1e-5
    for name, values in one[1].items():
        np.testing.assert_allclose(two[1][name], values, rtol=1e-4)


class Watcher(keras.callbacks.Callback):
    """Asks for a method of the watch."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def set_model(self, model):
        super().set_model(model)
        getattr(model.watch, self.name)(model)


@pytest.mark.parametrize("scale", [False, True], ids=["plain", "loss scale"])
def test_gradient_norm(scale):
    optimizer = keras.optimizers.SGD()
    if scale:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=64.0)
    model = one_step(optimizer)
    frames = np.float32([[1, 1], [3, 3], [5, 5], [-7, -7]])
    fit = {"batch_size": 1, "shuffle": False, "verbose": 0}
    assert set(model.fit(frames, **fit).history) == {"loss"}
    history = model.fit(frames, callbacks=[Watcher("track_gradient_norm")], **fit).history
    # The gradient is the frame itself; the log of an epoch is the mean over its batches.
    np.testing.assert_allclose(history["gradient_norm"], [4.0], rtol=1e-6)


def test_gradient_norm_of_replicas_is_that_of_their_sum(two_replicas):
    frames = random_frames(4, 5, 4, 4, 1)
    norms = []
    for strategy in (contextlib.nullcontext(), two_replicas.scope()):
        keras.utils.set_random_seed(0)
        with strategy:
            model = forecaster()
            model.compile("sgd")
            model.build(frames.shape)
        callbacks = [Watcher("track_gradient_norm")]
        norms += model.fit(frames, verbose=0, callbacks=callbacks).history["gradient_norm"]
    np.testing.assert_allclose(norms[1], norms[0], rtol=1e-5)
    assert norms[0] > 0


@uncompiled
def test_validation_has_no_gradient():
    model = SlowVAE(latent_size=2)
    model.compile("sgd")
    frames = random_frames(2, 2, 16, 32, 1)
    watch = Watcher("track_gradient_norm")
    fit = {"validation_data": (frames,), "callbacks": [watch], "verbose": 0}
    logs = set(model.fit(frames, **fit).history)
    assert "gradient_norm" in logs and "val_loss" in logs and "val_gradient_norm" not in logs


def broken_fit(frames, model=None, **fit):
    model = model or one_step()
    before = model.get_weights()
    with pytest.raises(ValueError) as refusal:
        model.fit(
            np.float32(frames),
            batch_size=2,
            shuffle=False,
            verbose=0,
            callbacks=[Watcher("check_finite")],
            **fit,
        )
    return str(refusal.value), before, model


def test_the_sample_that_is_not_finite_is_named():
    text, _, model = broken_fit([[1, 1], [1, 1], [1, 1], [np.nan, 1]])
    assert text.startswith("training: received sample 1 of batch 1, an input that holds NaN")
    assert "Required: finite inputs, loss and gradients. Clean the data" in text
    assert model.optimizer.iterations == 1  # the first batch was fine
    assert np.isfinite(model.get_weights()[0])


def test_a_loss_that_is_not_finite_is_named():
    model = one_step()
    model.weight.assign(3e38)
    text, before, model = broken_fit([[9, 9]] * 2, model)
    assert text.startswith("training: received a loss that is NaN or infinite, in batch 0. ")
    assert "Lower the learning rate" in text
    np.testing.assert_array_equal(model.get_weights(), before)


class SteepRoot(OneStep):
    """A finite loss with an infinite gradient."""

    def track(self, loss):
        return super().track(loss + tf.sqrt(self.weight - 1.0))


def test_the_weight_whose_gradient_is_not_finite_is_named():
    model = SteepRoot(name="steep")
    model.compile("sgd")
    model.build((None, 2))
    text, before, model = broken_fit([[9, 9]] * 2, model)
    assert "received a gradient that is NaN or infinite, of steep/weight, in batch 0." in text
    np.testing.assert_array_equal(model.get_weights(), before)


def test_without_the_watch_nothing_is_refused():
    model = one_step()
    model.fit(np.float32([[np.nan, 1]]), verbose=0)
    assert np.isnan(model.get_weights()[0])


def test_other_errors_pass_unchanged():
    with pytest.raises(ZeroDivisionError):
        model = one_step()
        model.train_step = lambda data: 1 / 0
        model.fit(np.float32([[1, 1]]), verbose=0)


class CountedTraces(Forecaster):
    traces = 0

    def train_step(self, data):
        self.traces += 1
        return super().train_step(data)


ONE_GPU = [
    *tf.config.list_physical_devices(),
    tf.config.PhysicalDevice("/physical_device:GPU:0", "GPU"),
]


@pytest.mark.parametrize("make", [forecaster, lambda: SlowVAE(latent_size=2)])
def test_one_gpu_does_not_turn_xla_on(monkeypatch, make):
    """The GPU is a pretended one, while the model is made and compiled; Keras asks for it then."""
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda *_: ONE_GPU)
    plain = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    plain.compile("sgd", "mse")
    assert plain.jit_compile  # so the pretence works
    model = make()
    assert not model.jit_compile  # `predict` of a model that is not compiled
    for arguments, expected in (({}, False), ({"jit_compile": "auto"}, False)):
        model.compile(optimizer="sgd", **arguments)
        assert model.jit_compile is expected
        assert model.get_compile_config()["jit_compile"] is expected
    model.compile(optimizer="sgd", jit_compile=True)
    assert model.jit_compile


@pytest.mark.parametrize("batch, pairs", [(1, False), (3, True), (5, False)])
def test_an_uneven_first_batch_on_replicas_is_that_of_one_device(two_replicas, batch, pairs):
    """Seven samples: of 5 then 2; of 3, 3 and 1, which leaves one replica without; of 1 each."""
    frames, ends = random_frames(7, 5, 2, 2, 1), []
    for scope in (contextlib.nullcontext(), two_replicas.scope()):
        with scope:
            model = forecaster()
            model.compile(keras.optimizers.SGD(0.05), metrics=["mae"])
        data = tf.data.Dataset.from_tensor_slices(frames).batch(batch)
        if pairs:
            data = data.map(lambda x: (x[:, :2], x[:, 2:]))
        fit = {"epochs": 2, "shuffle": False, "verbose": 0, "validation_data": data}
        history = model.fit(data, **fit).history
        ends.append((model.get_weights()[0], history))
    (one, logs), (two, logs_of_two) = ends
    np.testing.assert_allclose(two, one, atol=1e-6)
    for name, values in logs.items():
        np.testing.assert_allclose(logs_of_two[name], values, rtol=1e-5)


def test_averages_of_weights_on_replicas_are_those_of_one_device(two_replicas):
    frames, ends = random_frames(8, 5, 2, 2, 1), []
    for strategy in (None, two_replicas):
        ends.append(
            trained(
                strategy,
                forecaster,
                frames,
                lambda: keras.optimizers.SGD(0.05, use_ema=True, ema_momentum=0.5),
            )[0]
        )
    for one, two in zip(*ends, strict=True):
        np.testing.assert_allclose(two, one, atol=1e-6)


def test_replicas_refuse_what_keras_decides_in_a_branch(two_replicas):
    with two_replicas.scope():
        model = forecaster()
        model.compile(keras.optimizers.SGD(0.1, gradient_accumulation_steps=2))
        model.build((None, None, 2, 2, 1))
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"training on replicas: received .*accumulation_steps=2"):
        model.fit(random_frames(4, 5, 2, 2, 1), verbose=0)
    np.testing.assert_array_equal(model.get_weights(), before)


@uncompiled
@pytest.mark.parametrize("make", [forecaster, lambda: SlowVAE(latent_size=2)])
def test_a_frozen_model_goes_on_as_in_keras(make):
    model = make()
    is_slowvae = isinstance(model, SlowVAE)
    frames = random_frames(4, 2, 16, 16, 1) if is_slowvae else random_frames(4, 5, 2, 2, 1)
    model.build(frames.shape)
    model.trainable = False
    model.compile(optimizer="sgd")
    model.watch.track_gradient_norm(model)
    before = model.get_weights()
    with pytest.warns(UserWarning, match="does not have any trainable weights"):
        history = model.fit(frames, batch_size=2, verbose=0).history
    assert history["loss"][0] > 0
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_fit_traces_its_first_step_once():
    """Of a model that is not built, with an optimizer that is not: variables come before it."""
    model = CountedTraces(tiny_network(filters=(2,)), context_length=2)
    model.compile("adam")
    model.fit(random_frames(4, 4, 4, 4, 1), batch_size=2, verbose=0)
    assert model.traces == 1
