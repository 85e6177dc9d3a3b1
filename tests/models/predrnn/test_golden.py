"""PredRNN is the published function: outputs, loss, gradients, one Adam step of the reference."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.reference_weights import (
    assign_reference_weights,
    reference_values,
    to_channels_last,
)
from st_keras.training import Forecaster
from tests.golden import ADAM_EPSILON, Golden, gradients_by_name

NAMES = ["predrnn_v1", "predrnn_v1_layernorm", "predrnn_v2", "predrnn_v2_layernorm"]
pytestmark = pytest.mark.needs_data
EAGER_AND_A_GRAPH = pytest.mark.parametrize(
    "golden, compiled",
    [
        *((name, False) for name in NAMES),
        *(pytest.param(name, True, marks=pytest.mark.long) for name in NAMES[:3]),
        (NAMES[3], True),
    ],
    indirect=["golden"],
)


@pytest.fixture(params=NAMES)
def golden(request):
    return Golden(request.param)


def largest(difference):
    return float(np.max(np.abs(difference)))


@EAGER_AND_A_GRAPH
def test_forward_loss_and_gradients(golden, compiled):
    frames, mask = golden.frames(), golden.observed_mask()
    network = golden.network(frames.shape)
    weights = network.trainable_weights

    def run(frames, mask):
        with tf.GradientTape() as tape:
            predictions, terms = network(frames[:, :-1], observed_mask=mask, return_terms=True)
            loss = tf.reduce_mean(tf.square(predictions - frames[:, 1:]))
            loss += golden.meta["decouple_beta"] * terms.get("decoupling", 0.0)
        return predictions, loss, tape.gradient(loss, [w.value for w in weights])

    run = tf.function(run) if compiled else run
    predictions, loss, gradients = run(tf.constant(frames), tf.constant(mask))

    forward = largest(predictions - golden.unpatched("next_frames_patched"))
    loss_error = abs(float(loss) - float(golden["loss"]))
    relative = {}
    for name, gradient in gradients_by_name(network, weights, gradients).items():
        theirs = golden.gradient(name)
        relative[name] = largest(gradient - theirs) / largest(theirs)
    # Every gradient of the reference was compared (an unused V1 adapter has none).
    assert set(relative) == set(golden.group("grad")) - ({"adapter.weight"} - set(relative))
    worst = max(relative, key=relative.get)
    print(
        f"{golden.name}: forward {forward:.1e}, loss {loss_error:.1e}, "
        f"gradient {relative[worst]:.1e} relative ({worst})"
    )
    assert forward <= 1e-5
    assert loss_error <= 1e-5
    assert relative[worst] <= 1e-4


def test_free_running_forecast(golden):
    frames, length = golden.frames(), golden.meta["input_length"]
    model = Forecaster(golden.network(frames.shape), context_length=length)
    model.build(frames.shape)
    theirs = golden.unpatched("free_running_next_frames_patched")[:, length - 1 :]
    context = frames[:, :length]
    errors = {
        "rollout": largest(model.rollout(context, theirs.shape[1]) - theirs),
        "forecast": largest(model.forecast(context, theirs.shape[1]) - theirs),
        "call": largest(model(frames[:, :-1])[:, length - 1 :] - theirs),
    }
    print(golden.name, errors)
    assert max(errors.values()) <= 1e-5


@EAGER_AND_A_GRAPH
def test_weights_after_one_adam_step(golden, compiled):
    frames = golden.frames()
    model = Forecaster(
        network=golden.network(frames.shape),
        context_length=golden.meta["input_length"],
        decoupling_weight=golden.meta["decouple_beta"] if golden.decoupling else 0.0,
    )
    adam = keras.optimizers.Adam(golden.meta["adam_lr"], epsilon=ADAM_EPSILON)
    model.compile(optimizer=adam)
    model.build(frames.shape)
    adam.build(model.trainable_weights)
    step = tf.function(model.update_weights) if compiled else model.update_weights
    logs = step(tf.constant(frames), tf.constant(golden.observed_mask()))
    assert float(logs["loss"]) == pytest.approx(float(golden["loss"]), abs=1e-5)

    # Adam's first step is rate * g / (|g| + 1e-8): with layer norm a few gradients are of the size
    # of float32 rounding errors (1e-9), and their step is noise. Everywhere else digits must agree.
    worst, noisy = 0.0, 0
    for name, ours in reference_values(model.network).items():
        error = np.abs(ours - to_channels_last(name, golden[f"adam1/{name}"]))
        noise = (error > 1e-5) & (np.abs(golden.gradient(name)) < 1e-7)
        worst, noisy = max(worst, error[~noise].max()), noisy + int(noise.sum())
    print(f"{golden.name}: after one Adam step {worst:.1e}, but for {noisy} gradients below 1e-7")
    assert worst <= 1e-5
    assert noisy <= (10 if golden.meta["layer_norm"] else 0)


def test_adam_on_the_gradients_of_the_reference_gives_its_weights(golden):
    """No exceptions here: with equal gradients, all weights agree after the step."""
    network = golden.network(golden.frames().shape)
    adam = keras.optimizers.Adam(golden.meta["adam_lr"], epsilon=ADAM_EPSILON)
    theirs = golden.network(golden.frames().shape)  # its weights are the gradients
    assign_reference_weights(theirs, {n: golden[f"grad/{n}"] for n in reference_values(theirs)})
    gradients = [tf.constant(weight.numpy()) for weight in theirs.trainable_weights]
    adam.apply(gradients, network.trainable_weights)
    error = max(
        np.abs(ours - to_channels_last(name, golden[f"adam1/{name}"])).max()
        for name, ours in reference_values(network).items()
    )
    print(f"{golden.name}: Adam on given gradients {error:.1e}")
    assert error <= 1e-5
