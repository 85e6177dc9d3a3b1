"""ModeRNN is the released function: outputs, loss, gradients, statistics of the batch norms."""

import re

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import assign_reference_weights
from st_keras.export.reference_weights import reference_values
from st_keras.training import Forecaster
from tests.golden import Golden, gradients_by_name

pytestmark = pytest.mark.needs_data

# What the exact gradient of is zero: a softmax does not see what is added to all its inputs (the
# biases that lead to keys and to positions), nor batch normalisation in training what is added to
# all of the batch.
ZERO = re.compile(r".*(to_k\.(depthwise|bn|pointwise)\.bias|fc\.conv_mask\.bias)")
ZERO_IN_TRAINING = re.compile(r".*to_[qkv]\.depthwise\.bias")


NAMES = ["modernn_eval", "modernn_train"]


@pytest.fixture(params=NAMES)
def golden(request):
    return Golden(request.param)


def largest(difference):
    return float(np.max(np.abs(difference)))


@pytest.mark.parametrize(
    "golden, compiled",
    [
        *((name, False) for name in NAMES),
        pytest.param("modernn_eval", True, marks=pytest.mark.long),
        ("modernn_train", True),
    ],
    indirect=["golden"],
)
def test_forward_loss_gradients_and_statistics(golden, compiled):
    frames, mask = golden.frames(), golden.observed_mask()
    network, training = golden.network(frames.shape), golden.meta["batchnorm_training"]
    weights = network.trainable_weights

    def run(frames, mask):
        with tf.GradientTape() as tape:
            predictions = network(frames[:, :-1], observed_mask=mask, training=training)
            loss = tf.reduce_mean(tf.square(predictions - frames[:, 1:]))
        return predictions, loss, tape.gradient(loss, [w.value for w in weights])

    run = tf.function(run) if compiled else run
    predictions, loss, gradients = run(tf.constant(frames), tf.constant(mask))

    relative, noise = {}, 0.0
    for name, gradient in gradients_by_name(network, weights, gradients).items():
        theirs = golden.gradient(name)
        if ZERO.fullmatch(name) or (training and ZERO_IN_TRAINING.fullmatch(name)):
            noise = max(noise, largest(gradient), largest(theirs))
            relative[name] = 0.0
        else:
            relative[name] = largest(gradient - theirs) / largest(theirs)
    assert set(relative) == set(golden.group("grad"))
    worst = max(relative, key=relative.get)
    forward = largest(predictions - golden.unpatched("next_frames_patched"))
    loss_error = abs(float(loss) - float(golden["loss"]))
    print(
        f"{golden.name}: forward {forward:.1e}, loss {loss_error:.1e}, gradient "
        f"{relative[worst]:.1e} relative ({worst}), those that are zero below {noise:.1e}"
    )
    assert forward <= 1e-5
    assert loss_error <= 1e-6
    assert relative[worst] <= 1e-4
    assert noise <= 1e-6

    moving = reference_values(network, {id(w): w for w in network.non_trainable_weights})
    group = "buffer_after" if training else "param"
    error = max(largest(value - golden[f"{group}/{name}"]) for name, value in moving.items())
    print(f"{golden.name}: {len(moving)} moving statistics within {error:.1e}")
    assert len(moving) == 6 * len(golden.meta["num_hidden"])
    assert error <= (1e-6 if training else 0)


def test_free_running_forecast():
    golden = Golden("modernn_eval")
    frames, length = golden.frames(), golden.meta["input_length"]
    model = Forecaster(golden.network(frames.shape), context_length=length)
    model.build(frames.shape)
    theirs = golden.unpatched("free_running_next_frames_patched")[:, length - 1 :]
    error = largest(model.forecast(frames[:, :length], theirs.shape[1]) - theirs)
    print(f"{golden.name}: free running {error:.1e}")
    assert error <= 1e-5


def test_dead_parameters_are_reported_and_dropped(golden):
    network, theirs = golden.network(golden.frames().shape), golden.group("param")
    dropped = assign_reference_weights(network, theirs)
    assert set(dropped) == set(theirs) - set(reference_values(network))
    without = {re.sub(r"cell_list\.\d+\.", "", name) for name in dropped}
    assert {"slots_mu", "slots_log_sigma", "conv.weight", "layernorm.weight"} <= without
    # None of them gets a gradient in the reference code.
    assert not set(dropped) & set(golden.group("grad"))
