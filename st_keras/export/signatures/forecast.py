"""The signature `forecast`: frames observed so far in, any number of frames out."""

import tensorflow as tf

from st_keras.export.signatures.bounds import DEFAULT
from st_keras.export.signatures.checks import (
    check_at_least_one,
    check_finite,
    check_image_size,
    check_shape,
)
from st_keras.export.signatures.graph_signature import GraphSignature, integer, real
from st_keras.training.action_input import takes_actions

FILL = "Fill what is missing before sending."
HORIZON = "Pass horizon=1 or more."


def forecast_signature(model, bounds=DEFAULT):
    """Return the signature that forecasts from a whole context.

        inputs   context (B, T, H, W, C) in the user's units, horizon ()
                 actions (B, T + horizon - 1, A), of a network that is told them
        output   forecast (B, horizon, H, W, C) in the user's units

    Args:
        model: a built `Forecaster`.
        bounds: `Bounds`.
    """
    network = model.network
    inputs = {"context": real(*model.frames_shape), "horizon": integer()}
    if takes_actions(network):
        inputs["actions"] = real(None, None, network.action_size)

    def checks(context, horizon, actions=None):
        batch, steps, height, width, channels = tf.unstack(tf.shape(context))
        observed = "Pass the frames observed so far."
        frames = tf.cast(steps, tf.int64) + tf.cast(horizon, tf.int64)
        asserted = [
            check_at_least_one("forecast", "batch size", batch, "Pass at least one sequence."),
            check_at_least_one("forecast", "number of context frames", steps, observed),
            check_at_least_one("forecast", "horizon", horizon, HORIZON),
            *bounds.check_batch("forecast", batch),
            *bounds.check_horizon("forecast", horizon),
            *bounds.check_frames("forecast", frames, batch, height, width, channels),
            *check_image_size("forecast", height, width, size_divisor(network)),
            check_finite("forecast", "a context", context, FILL),
        ]
        if actions is not None:
            shape = (batch, steps + horizon - 1, network.action_size)
            asserted += check_actions("forecast", actions, shape, "T + horizon - 1")
        return asserted

    def outputs(context, horizon, actions=None):
        return {"forecast": model.rollout(context, horizon, actions)}

    return GraphSignature("forecast", inputs, checks, outputs)


def size_divisor(network):
    """What height and width of the frames must be multiples of."""
    return getattr(network, "size_divisor", getattr(network, "patch_size", 1))


def check_actions(where, actions, shape, length):
    """Assert that actions have a shape, `length` being its second axis in words, and are finite."""
    required = f"(B, {length}, A): one action for every frame but the last"
    action = "Cut the actions to that length."
    return [
        check_shape(where, "actions", actions, shape, required, action),
        check_finite(where, "actions", actions, FILL),
    ]
