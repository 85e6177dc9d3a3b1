import numpy as np
import pytest
import tensorflow as tf

from st_keras.models import ModeRNN
from st_keras.models.steps import run_steps
from st_keras.training import Forecaster, ScheduledSampling
from tests.models.modernn.test_action_conditioned_modernn import WITHOUT_GRADIENT
from tests.tiny import random_frames
from tests.uncompiled import uncompiled

SHAPE = (2, 4, 8, 12, 2)


def build(**options):
    network = ModeRNN((4, 6), num_slots=2, patch_size=4, **options)
    network.build(SHAPE)
    return network


def test_parameters_of_the_released_script():
    network = ModeRNN.from_preset("robonet")
    network.build((None, None, 64, 64, 3))
    trainable = sum(int(np.prod(w.shape)) for w in network.trainable_weights)
    assert trainable == 3_509_768


@pytest.mark.parametrize("filters, num_slots", [((5,), 1), ((6, 9), 3), ((4, 4, 4), 8)])
def test_any_width_and_number_of_slots(filters, num_slots):
    network = ModeRNN(filters, num_slots=num_slots)
    frames = random_frames(2, 3, 8, 8, 1)
    assert network(frames).shape == frames.shape
    importance, attention = network.slot_responses(frames)
    assert [w.shape for w in importance] == [(2, 3, num_slots, 4 * f) for f in filters]
    assert [a.shape for a in attention] == [(2, 3, num_slots, 2, 2)] * len(filters)


def test_slot_responses_are_those_of_the_run_itself():
    """Read out cell by cell, against cells that report from inside the loop."""
    network, frames = build(), random_frames(*SHAPE)
    mask = np.array([[1, 0, 1, 0], [1, 1, 0, 0]], "float32")
    importance, attention = network.slot_responses(frames, mask)
    rollout = network.rnn.cell
    for t, (inputs, before, _) in enumerate(run_steps(network, frames, mask)):
        x, _ = rollout.encode(rollout.choose(inputs, before["prediction"]), inputs)
        for layer, cell in enumerate(rollout.cell.cells):
            cell.return_responses = True
            states = [before[f"{name}{layer + 1}"] for name in ("h", "slots")]
            (x, weights, maps), _ = cell(x, states)
            cell.return_responses = False
            np.testing.assert_allclose(importance[layer][:, t], weights, atol=1e-6)
            np.testing.assert_allclose(attention[layer][:, t], maps, atol=1e-6)


@uncompiled
def test_training_moves_weights_and_moving_statistics():
    model = Forecaster(build(), context_length=2, sampling=ScheduledSampling.over(8))
    model.compile("adam")
    frames = random_frames(4, 4, 8, 12, 2)
    model.build(frames.shape)
    before = [w.numpy() for w in model.network.weights]
    history = model.fit(frames, batch_size=2, verbose=0)
    after = [w.numpy() for w in model.network.weights]
    still = [
        w.path
        for w, a, b in zip(model.network.weights, before, after, strict=True)
        if np.array_equal(a, b)
    ]
    # The moving statistics too; but for what the exact gradient of is zero.
    assert not [path for path in still if not path.endswith(WITHOUT_GRADIENT)]
    assert np.isfinite(history.history["loss"]).all()
    trained = [w.numpy() for w in model.network.non_trainable_weights]
    model.evaluate(frames, verbose=0)
    model.forecast(frames[:, :2], 3)
    for a, b in zip(trained, model.network.non_trainable_weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_layer_norm_ties_it_to_a_size():
    assert build().fixed_image_size == (8, 12)
    with pytest.raises(
        ValueError, match=r"ModeRNN: received frames of size .*\(8, 8\).*layer_norm"
    ):
        build()(random_frames(2, 4, 8, 8, 2))
    free = build(layer_norm=False)
    assert free.fixed_image_size is None
    assert free(random_frames(1, 2, 12, 4, 2)).shape == (1, 2, 12, 4, 2)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": 64}, r"ModeRNN: received filters=64.*one int per layer"),
        ({"filters": (4,), "num_slots": 3}, r"2 \* filters.*num_slots"),
        ({"patch_size": 0}, r"ModeRNN: received patch_size=0"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        ModeRNN(**arguments)


def test_gradient_reaches_every_parameter():
    network, frames = build(), random_frames(*SHAPE)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(network(frames, training=True)))
    weights = network.trainable_weights
    for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
        assert gradient is not None, weight.path
