"""The signature `forecast`: frames observed so far in, any number of frames out."""

import tensorflow as tf

from st_keras.export.signatures.bounds import DEFAULT
from st_keras.export.signatures.checks import (
    check_at_least_one,
    check_finite,
    check_image_size,
    check_shape,
    check_values,
)
from st_keras.export.signatures.graph_signature import GraphSignature, integer, real
from st_keras.export.signatures.stream_memory import scan_check
from st_keras.models.known_pixels import holds_scan
from st_keras.training.action_input import takes_actions

FILL = "Fill what is missing before sending."
HORIZON = "Pass horizon=1 or more."


def forecast_signature(model, bounds=DEFAULT, missing=None):
    """Return the signature that forecasts from a whole context.

        inputs   context (B, T, H, W, C) in the user's units, horizon ()
                 actions (B, T + horizon - 1, A), of a network that is told them
                 known (B, horizon - 1, H, W, K), inputs that are known in advance, in the order of
                 the channels
        output   forecast (B, horizon, H, W, C) in the user's units, of the targets

    Args:
        model: a built `Forecaster`.
        bounds: `Bounds`.
        missing: "refuse" or "mask", what NaN is. Default None: as of the model.
    """
    network = model.network
    missing = missing or model.missing
    inputs = {"context": real(*model.frames_shape), "horizon": integer()}
    if takes_actions(network):
        inputs["actions"] = real(None, None, network.action_size)
    inputs.update(known_input(model))

    def checks(context, horizon, actions=None, known=None):
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
            *check_image_size("forecast", height, width, size_divisor(model)),
            check_values("forecast", "a context", context, FILL, missing),
        ]
        if missing == "mask":
            valid = ~tf.math.is_nan(model.reader.targets(context))
            missed = tf.reduce_sum(tf.cast(~holds_scan(valid), tf.int32), axis=1)
            count = tf.reduce_max(tf.concat([missed, [0]], axis=0))
            counted = "a context with {} frame(s)"
            asserted.append(scan_check("forecast", counted, count, model.max_missing_scans))
        if known is not None:
            asserted += check_known("forecast", known, (batch, horizon - 1, height, width), missing)
        if actions is not None:
            shape = (batch, steps + horizon - 1, network.action_size)
            asserted += check_actions("forecast", actions, shape, "T + horizon - 1")
        return asserted

    def outputs(context, horizon, actions=None, known=None):
        return {"forecast": model.rollout(context, horizon, actions, known)}

    return GraphSignature("forecast", inputs, checks, outputs)


def size_divisor(model):
    """What height and width of the frames must be multiples of."""
    return 1 if model.pad else model.reader.divisor


def known_input(model):
    """Return the input "known" (B, horizon - 1, H, W, K), or nothing where none is known."""
    names = model.reader.channels.known
    return {"known": real(None, None, *model.frames_shape[2:4], len(names))} if names else {}


def check_known(where, known, shape, missing):
    """Assert that known inputs have the sizes before their channels, and hold what they may."""
    required = "(B, horizon - 1, H, W, K): one frame for each that is forecast but the last"
    return [
        check_shape(
            where, "known", known, (*shape, known.shape[-1]), required, "Cut them to that."
        ),
        check_values(where, "known inputs", known, FILL, missing),
    ]


def check_actions(where, actions, shape, length):
    """Assert that actions have a shape, `length` being its second axis in words, and are finite."""
    required = f"(B, {length}, A): one action for every frame but the last"
    action = "Cut the actions to that length."
    return [
        check_shape(where, "actions", actions, shape, required, action),
        check_finite(where, "actions", actions, FILL),
    ]
