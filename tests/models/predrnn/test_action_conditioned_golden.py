"""The action-conditioned PredRNN is the published function, weights by the reference's names."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.export import assign_reference_weights
from st_keras.export.reference_weights import (
    reference_shapes,
    reference_values,
    to_channels_last,
)
from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from st_keras.training import Forecaster
from tests.golden import ADAM_EPSILON, Golden, gradients_by_name

pytestmark = pytest.mark.needs_data


class ActionGolden(Golden):
    """Frames and actions, which the reference code keeps in the channels of one array."""

    def frames(self):
        return self.unpatched("frames_patched")[..., : self.meta["img_channel"]]

    def actions(self):
        """Actions (B, T, A); each map of theirs holds one number everywhere."""
        maps = self["frames_patched"][..., -self.meta["num_action_ch"] :]
        assert np.ptp(maps, axis=(2, 3)).max() == 0
        return maps[:, :, 0, 0]

    def network(self, frames_shape):
        meta = self.meta
        assert meta["conv_on_input"] == 1
        network = ActionConditionedPredRNN(
            action_size=meta["num_action_ch"],
            filters=meta["num_hidden"],
            kernel_size=meta["filter_size"],
            patch_size=meta["patch_size"],
            layer_norm=bool(meta["layer_norm"]),
            decoupling=self.decoupling,
            residual=bool(meta["res_on_conv"]),
        )
        network.build((None, None, *frames_shape[2:]))
        assign_reference_weights(network, self.group("param"))
        return network


@pytest.fixture(scope="module")
def golden():
    return ActionGolden("predrnn_v2_action")


def largest(difference):
    return float(np.max(np.abs(difference)))


def test_names_and_shapes_are_those_of_the_checkpoint(golden):
    network = golden.network(golden.frames().shape)
    theirs = {name: array.shape for name, array in golden.group("param").items()}
    assert reference_shapes(network) == theirs
    assert len(network.weights) == len(theirs)


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=pytest.mark.long)])
def test_forward_loss_and_gradients(golden, compiled):
    frames, actions, mask = golden.frames(), golden.actions(), golden.observed_mask()
    network = golden.network(frames.shape)
    weights = network.trainable_weights

    def run(frames, actions, mask):
        with tf.GradientTape() as tape:
            predictions, terms = network(
                frames[:, :-1], actions[:, :-1], observed_mask=mask, return_terms=True
            )
            loss = tf.reduce_mean(tf.square(predictions - frames[:, 1:]))
            loss += golden.meta["decouple_beta"] * terms["decoupling"]
        return predictions, loss, tape.gradient(loss, [w.value for w in weights])

    run = tf.function(run) if compiled else run
    predictions, loss, gradients = run(*map(tf.constant, (frames, actions, mask)))

    forward = largest(predictions - golden.unpatched("next_frames_patched"))
    loss_error = abs(float(loss) - float(golden["loss"]))
    relative = {}
    for name, gradient in gradients_by_name(network, weights, gradients).items():
        theirs = golden.gradient(name)
        relative[name] = largest(gradient - theirs) / largest(theirs)
    assert set(relative) == set(golden.group("grad"))
    worst = max(relative, key=relative.get)
    print(
        f"{golden.name}: forward {forward:.1e}, loss {loss_error:.1e}, "
        f"gradient {relative[worst]:.1e} relative ({worst})"
    )
    assert forward <= 1e-5
    assert loss_error <= 1e-5
    assert relative[worst] <= 1e-4


def test_free_running_forecast(golden):
    frames, actions, length = golden.frames(), golden.actions(), golden.meta["input_length"]
    model = Forecaster(golden.network(frames.shape), context_length=length)
    model.build(frames.shape)
    theirs = golden.unpatched("free_running_next_frames_patched")[:, length - 1 :]
    horizon, context, known = theirs.shape[1], frames[:, :length], actions[:, :-1]
    sequences = {"frames": frames[:, :-1], "actions": known}
    errors = {
        "rollout": largest(model.rollout(context, horizon, known) - theirs),
        "forecast": largest(model.forecast(context, horizon, actions=known) - theirs),
        "call": largest(model(sequences)[:, length - 1 :] - theirs),
        "predict": largest(model.predict(sequences, verbose=0)[:, length - 1 :] - theirs),
    }
    print(golden.name, errors)
    assert max(errors.values()) <= 1e-5


@pytest.mark.parametrize("compiled", [False, True])
def test_weights_after_one_adam_step(golden, compiled):
    frames, actions = golden.frames(), golden.actions()
    model = Forecaster(
        network=golden.network(frames.shape),
        context_length=golden.meta["input_length"],
        decoupling_weight=golden.meta["decouple_beta"],
    )
    adam = keras.optimizers.Adam(golden.meta["adam_lr"], epsilon=ADAM_EPSILON)
    model.compile(optimizer=adam)
    model.build(frames.shape)
    adam.build(model.trainable_weights)
    step = tf.function(model.update_weights) if compiled else model.update_weights
    logs = step(*map(tf.constant, (frames, golden.observed_mask(), actions)))
    assert float(logs["loss"]) == pytest.approx(float(golden["loss"]), abs=1e-5)

    # As in `test_golden`: Adam's step for a gradient of the size of rounding errors is noise.
    worst, noisy = 0.0, 0
    for name, ours in reference_values(model.network).items():
        error = np.abs(ours - to_channels_last(name, golden[f"adam1/{name}"]))
        noise = (error > 1e-5) & (np.abs(golden.gradient(name)) < 1e-7)
        worst, noisy = max(worst, error[~noise].max()), noisy + int(noise.sum())
    print(f"{golden.name}: after one Adam step {worst:.1e}, but for {noisy} gradients below 1e-7")
    assert worst <= 1e-5
    assert noisy == 0


def test_without_the_adapter_it_is_v1(golden):
    """The same cells without decoupling: weights of V2 load, the unused adapter is dropped."""
    frames, actions = golden.frames()[:, :-1], golden.actions()[:, :-1]
    network = ActionConditionedPredRNN(
        golden.meta["num_action_ch"], golden.meta["num_hidden"], decoupling=False
    )
    network.build(frames.shape)
    assert assign_reference_weights(network, golden.group("param")) == ["adapter.weight"]
    predictions = network(frames, actions, observed_mask=golden.observed_mask())
    assert largest(predictions - golden.unpatched("next_frames_patched")) <= 1e-5
