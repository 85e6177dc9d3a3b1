"""`Forecaster.fit` with everything `compile` and `fit` offer."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.training import (
    Forecaster,
    ProbabilitySchedule,
    ReverseScheduledSampling,
    ScheduledSampling,
)
from st_keras.training.observed_mask import draw_observed_mask
from tests.tiny import ScalarNetwork, random_frames, tiny_forecaster, tiny_network
from tests.uncompiled import uncompiled


def sampling_over(batches):
    """Reverse sampling whose probabilities change with every batch."""
    return ReverseScheduledSampling(
        ProbabilitySchedule("linear", 0.25, 1.0, alpha=0.75 / batches),
        ProbabilitySchedule("linear", 0.75, 0.0, alpha=0.75 / batches),
    )


def one_layer(**arguments):
    """Tracing takes most of a test's time."""
    keras.utils.set_random_seed(0)
    return tiny_forecaster(tiny_network(filters=(2,)), **arguments)


class Recorder(Forecaster):
    """Notes the masks it trains with."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.masks = []

    def update_weights(self, frames, observed_mask):
        tf.py_function(lambda mask: self.masks.append(mask.numpy()), [observed_mask], [])
        return super().update_weights(frames, observed_mask)


@uncompiled
def test_fit_with_validation_metrics_and_callbacks():
    model = one_layer(decoupling_weight=0.1, sampling=sampling_over(4), reverse_input=True)
    model.compile(optimizer="sgd", metrics=["mae"])
    frames = random_frames(5, 4, 4, 6, 1)
    stop = keras.callbacks.EarlyStopping("val_mae", patience=0, min_delta=1e9)
    history = model.fit(
        frames, batch_size=2, epochs=9, validation_data=frames, callbacks=[stop], verbose=0
    ).history
    names = {"loss", "frame_loss", "decoupling"}
    assert set(history) == names | {f"val_{name}" for name in names | {"mae"}}
    assert len(history["loss"]) == 2  # the callback stopped it
    assert np.isfinite(list(history.values())).all()
    for prefix in ("", "val_"):
        total, frame, decoupling = (
            np.array(history[prefix + n]) for n in ("loss", "frame_loss", "decoupling")
        )
        np.testing.assert_allclose(total, frame + 0.1 * decoupling, rtol=1e-5)


def test_logged_loss_weighs_samples_equally():
    model = tiny_forecaster(ScalarNetwork())
    model.compile(optimizer=keras.optimizers.SGD(0.0))
    frames = random_frames(5, 4, 4, 6, 1)
    frames[4] *= 10  # alone in the last batch
    (loss,) = model.fit(frames, batch_size=2, shuffle=False, verbose=0).history["loss"]
    expected = np.mean((frames[:, :-1] - frames[:, 1:]) ** 2)  # its weight is 1
    assert loss == pytest.approx(expected, rel=1e-4)


@uncompiled
def test_pairs_train_like_frames():
    frames, losses = random_frames(4, 5, 4, 6, 1), []
    for data in ((frames,), (frames[:, :2], frames[:, 2:])):
        model = one_layer()
        model.compile(optimizer="sgd")
        losses.append(model.fit(*data, verbose=0, shuffle=False, epochs=2).history["loss"])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)


@uncompiled
def test_bytes_and_a_float_future_train_like_floats():
    frames, losses = random_frames(4, 5, 4, 6, 1), []
    frames[:, :2] = np.round(frames[:, :2])
    for context in (frames[:, :2], frames[:, :2].astype("uint8")):
        model = one_layer()
        model.compile(optimizer="sgd")
        history = model.fit(context, frames[:, 2:], verbose=0, shuffle=False).history
        losses.append(history["loss"])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)


def weights_after(frames, epochs=1, compile_arguments=None, optimizer="sgd", **arguments):
    model = one_layer(**arguments)
    model.compile(optimizer=optimizer, **(compile_arguments or {}))
    model.fit(frames, batch_size=2, epochs=epochs, shuffle=False, verbose=0)
    return model, np.concatenate([w.ravel() for w in model.get_weights()])


FOUR, TERMS, MOVING = random_frames(4, 4, 4, 4, 1), {"decoupling_weight": 0.1}, sampling_over(2)


@functools.cache
def plain_run(sampling):
    model, weights = weights_after(FOUR, sampling=sampling, **TERMS)
    assert int(model.optimizer.iterations) == 2
    return weights


@pytest.mark.parametrize(
    "compile_arguments, sampling",
    [
        ({"steps_per_execution": 2}, MOVING),
        ({"run_eagerly": True}, MOVING),
        # XLA draws other masks: here both certain, and both read inside the compiled step.
        pytest.param(
            {"jit_compile": True},
            ScheduledSampling(ProbabilitySchedule("linear", 1, 0, alpha=1)),
            marks=pytest.mark.long,
        ),
    ],
    ids=["steps_per_execution", "run_eagerly", "jit_compile"],
)
def test_compile_options_train_the_same(compile_arguments, sampling):
    expected = plain_run(sampling)
    model, weights = weights_after(
        FOUR, compile_arguments=compile_arguments, sampling=sampling, **TERMS
    )
    assert int(model.optimizer.iterations) == 2
    error = np.abs(weights - expected).max()
    print(compile_arguments, f"weights within {error:.1e}")
    assert error < 1e-5


@uncompiled
def test_reverse_input_is_a_second_update_on_reversed_frames_with_the_same_mask():
    frames = random_frames(2, 5, 4, 4, 1)
    model, reverse = weights_after(
        frames, sampling=sampling_over(4), reverse_input=True, decoupling_weight=0.1
    )
    assert int(model.optimizer.iterations) == 2
    twin = one_layer(decoupling_weight=0.1)
    twin.compile(optimizer="sgd")
    twin.build(frames.shape)
    mask = draw_observed_mask(model.sampling.probabilities(0, 2, 4), 2, seed=0, batches_seen=0)
    for each in (frames, frames[:, ::-1]):
        twin.update_weights(tf.constant(each), mask)
    np.testing.assert_allclose(
        reverse, np.concatenate([w.ravel() for w in twin.get_weights()]), atol=1e-6
    )


@uncompiled
def test_gradient_accumulation_equals_a_larger_batch():
    frames = random_frames(4, 4, 4, 4, 1)
    optimizer = keras.optimizers.SGD(0.1, gradient_accumulation_steps=2)
    model, accumulated = weights_after(frames, optimizer=optimizer)
    assert int(model.optimizer.iterations) == 1
    twin = one_layer()
    twin.compile(optimizer=keras.optimizers.SGD(0.1))
    twin.fit(frames, batch_size=4, shuffle=False, verbose=0)
    np.testing.assert_allclose(
        accumulated, np.concatenate([w.ravel() for w in twin.get_weights()]), atol=1e-6
    )


def test_loss_scaling_of_a_float16_network_skips_an_infinite_batch():
    network = tiny_network(filters=(2,), dtype="mixed_float16")
    model = tiny_forecaster(network, sampling=ScheduledSampling())
    model.compile(optimizer=keras.optimizers.SGD(1e-2))
    scaler = model.optimizer
    assert isinstance(scaler, keras.optimizers.LossScaleOptimizer)
    frames = random_frames(2, 4, 4, 4, 1)
    model.fit(frames, verbose=0)
    scale, before = float(scaler.dynamic_scale), model.get_weights()
    assert int(scaler.inner_optimizer.iterations) == 1
    model.fit(np.full_like(frames, 1e30), verbose=0)
    assert float(scaler.dynamic_scale) == scale / 2
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    model.fit(frames, verbose=0)
    assert any(np.any(a != b) for a, b in zip(before, model.get_weights(), strict=True))
    assert all(np.isfinite(w).all() and w.dtype == "float32" for w in model.get_weights())


@uncompiled
def test_decoupling_weight_reaches_the_cells():
    frames = random_frames(2, 4, 4, 4, 1)
    plain, _ = weights_after(frames, decoupling_weight=0.0)
    weighted, _ = weights_after(frames, decoupling_weight=10.0)
    for a, b in zip(plain.weights, weighted.weights, strict=True):
        moved = float(np.abs(a - b).max())
        if "gates" in a.path or "adapter" in a.path:
            assert moved > 1e-6, a.path


@uncompiled
def test_without_a_weight_the_adapter_stays_and_fit_does_not_warn():
    """Warnings are errors here."""
    model = one_layer(decoupling_weight=0.0)
    model.build((None, None, 4, 4, 1))
    before = model.network.rnn.cell.cell.adapter.kernel.numpy()
    model.compile(optimizer="adam")
    model.fit(random_frames(2, 4, 4, 4, 1), verbose=0)
    np.testing.assert_array_equal(model.network.rnn.cell.cell.adapter.kernel, before)


@uncompiled
def test_by_default_the_adapter_learns():
    model = one_layer()
    model.build((None, None, 4, 4, 1))
    before = model.network.rnn.cell.cell.adapter.kernel.numpy()
    model.compile(optimizer="sgd")
    logs = model.fit(random_frames(2, 4, 4, 4, 1), verbose=0).history
    assert np.abs(model.network.rnn.cell.cell.adapter.kernel - before).max() > 1e-6
    assert logs["loss"][0] == pytest.approx(logs["frame_loss"][0] + 0.1 * logs["decoupling"][0])


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"steps_per_execution": 2},
        {"gradient_accumulation_steps": 3},
        {"dtype": "mixed_float16"},
        {"reverse_input": True},
        {"reverse_input": True, "gradient_accumulation_steps": 2, "dtype": "mixed_float16"},
    ],
    ids=str,
)
def test_the_mask_of_batch_k_is_drawn_for_k(arguments):
    """The schedule moves inside one compiled train function, whatever wraps the optimizer."""
    arguments = dict(arguments)
    accumulation = arguments.pop("gradient_accumulation_steps", None)
    per_execution = arguments.pop("steps_per_execution", 1)
    network = ScalarNetwork(dtype=arguments.pop("dtype", "float32"))
    sampling = sampling_over(6)
    model = Recorder(network, 3, sampling=sampling, seed=5, **arguments)
    sgd = keras.optimizers.SGD(1e-3, gradient_accumulation_steps=accumulation)
    model.compile(optimizer=sgd, steps_per_execution=per_execution)
    model.fit(random_frames(24, 9, 2, 2, 1), batch_size=4, epochs=2, verbose=0, shuffle=False)
    assert len(model.masks) == 12
    for k, mask in enumerate(model.masks):
        p = sampling.probabilities(k, 3, 8)
        np.testing.assert_array_equal(mask, draw_observed_mask(p, 4, seed=5, batches_seen=k))
    # The ends of the schedule: by then all of the context is seen, and none of the horizon.
    for mask in model.masks[6:]:
        np.testing.assert_array_equal(mask, np.tile([1, 1, 1, 0, 0, 0, 0, 0], (4, 1)))
    assert len({mask.tobytes() for mask in model.masks[:6]}) == 6
    assert all(len({row.tobytes() for row in mask}) > 1 for mask in model.masks[:4])


def test_masks_are_reproducible_and_follow_the_seed():
    def masks(seed, keras_seed):
        keras.utils.set_random_seed(keras_seed)
        model = Recorder(ScalarNetwork(), 2, sampling=sampling_over(9), seed=seed)
        model.compile(optimizer="sgd")
        model.fit(random_frames(8, 6, 2, 2, 1), batch_size=4, verbose=0)
        return np.stack(model.masks)

    first = masks(seed=1, keras_seed=0)
    np.testing.assert_array_equal(first, masks(seed=1, keras_seed=99))
    assert np.any(first != masks(seed=2, keras_seed=0))


def test_no_sampling_is_teacher_forcing():
    model = Recorder(ScalarNetwork(), 2)
    model.compile(optimizer="sgd")
    model.fit(random_frames(2, 6, 2, 2, 1), verbose=0)
    np.testing.assert_array_equal(model.masks, np.ones((1, 2, 5)))
