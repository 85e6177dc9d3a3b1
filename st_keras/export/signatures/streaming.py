"""The signatures of a stream: its first state, one frame more, the frames that follow."""

import keras
import tensorflow as tf

from st_keras.export.serving.signature import STATE
from st_keras.export.signatures.bounds import DEFAULT, product
from st_keras.export.signatures.checks import (
    check,
    check_at_least_one,
    check_finite,
    check_image_size,
    check_shape,
)
from st_keras.export.signatures.forecast import FILL, HORIZON, check_actions, size_divisor
from st_keras.export.signatures.graph_signature import GraphSignature, integer, real
from st_keras.models.streaming import following_frames, initial_states, step
from st_keras.training.action_input import takes_actions


def streaming_signatures(model, bounds=DEFAULT):
    """Return the signatures that see one frame at a time.

        init_state   batch_size (), height (), width ()        -> the states
        step         frame (B, H, W, C), [action (B, A)], the states
                                                               -> prediction (B, H, W, C), states
        rollout      horizon (), [actions (B, horizon - 1, A)], the states
                                                               -> forecast (B, horizon, H, W, C)

    Frames are in the user's units. A state is called "state_" and its name in the cell. All are
    float32, also those of a network of 16 bits, which a cast takes there and back exactly.

    Args:
        model: a built `Forecaster` of a `NextFrameNetwork`.
        bounds: `Bounds`.

    Returns:
        List of `GraphSignature`.
    """
    stream = _Stream(model, bounds)
    sizes = {name: integer() for name in ("batch_size", "height", "width")}
    frame = {"frame": real(None, *model.frames_shape[2:])}
    horizon = {"horizon": integer()}
    if takes_actions(model.network):
        frame["action"] = real(None, model.network.action_size)
        horizon["actions"] = real(None, None, model.network.action_size)
    states = stream.state_inputs
    return [
        GraphSignature("init_state", sizes, stream.check_sizes, stream.init_state),
        GraphSignature("step", {**frame, **states}, stream.check_step, stream.step),
        GraphSignature("rollout", {**horizon, **states}, stream.check_rollout, stream.rollout),
    ]


class _Stream:
    """Checks and outputs of the three, around one model."""

    def __init__(self, model, bounds):
        self.model, self.bounds = model, bounds
        self.network = model.network
        self.cell = self.network.rnn.cell
        self.names = [STATE + name for name in self.cell.state_names]
        size = self.network.fixed_image_size
        p = self.network.patch_size
        maps = (None, None) if size is None else tuple(s // p for s in size)
        self.state_inputs = {
            name: real(None, *shape)
            for name, (shape, _) in zip(self.names, self.cell.state_specs(maps), strict=True)
        }

    def init_state(self, batch_size, height, width):
        states = initial_states(self.network, batch_size, height, width)
        return self._outwards(states)

    def step(self, frame, action=None, **states):
        normalized = self.model.normalization(frame)
        prediction, states = step(self.network, normalized, self._inwards(states), action)
        prediction = self.model.normalization.inverse(prediction)
        return {"prediction": prediction, **self._outwards(states)}

    def rollout(self, horizon, actions=None, **states):
        frames = following_frames(self.network, self._inwards(states), horizon, actions)
        return {"forecast": self.model.normalization.inverse(frames)}

    def check_sizes(self, batch_size, height, width):
        asserted = [
            check_at_least_one("init_state", "batch size", batch_size, "Pass at least 1."),
            *check_image_size("init_state", height, width, size_divisor(self.network)),
            *self._check_bounds("init_state", batch_size, height, width),
        ]
        fixed = self.network.fixed_image_size
        if fixed is None:
            return asserted
        same = check(
            (height == fixed[0]) & (width == fixed[1]),
            "init_state",
            "a height and width of {} and {}",
            f"{fixed[0]} and {fixed[1]}, for which the network was built",
            "Crop or pad the frames to that size.",
            height,
            width,
        )
        return [*asserted, same]

    def check_step(self, frame, action=None, **states):
        batch, height, width, _ = tf.unstack(tf.shape(frame))
        asserted = [
            check_at_least_one("step", "batch size", batch, "Pass at least one frame."),
            *self._check_bounds("step", batch, height, width),
            *check_image_size("step", height, width, size_divisor(self.network)),
            # Once in the states, a NaN would stay there.
            check_finite("step", "a frame", frame, FILL),
            *self._check_states("step", states, batch, height, width),
        ]
        if action is not None:
            shape, required = (batch, self.network.action_size), "(B, A): one action per frame"
            cut = "Pass the action taken after the frame."
            asserted.append(check_shape("step", "action", action, shape, required, cut))
            asserted.append(check_finite("step", "an action", action, FILL))
        return asserted

    def check_rollout(self, horizon, actions=None, **states):
        batch, rows, columns, channels = tf.unstack(tf.shape(states[self.names[0]]))
        height, width = rows * self.network.patch_size, columns * self.network.patch_size
        asserted = [
            check_at_least_one("rollout", "horizon", horizon, HORIZON),
            check_at_least_one("rollout", "batch size", batch, "Pass the states of a step."),
            *self._check_bounds("rollout", batch, height, width),
            *self.bounds.check_horizon("rollout", horizon),
            *self.bounds.check_frames("rollout", horizon, batch, rows, columns, channels),
            *check_image_size("rollout", height, width, size_divisor(self.network)),
            *self._check_states("rollout", states, batch, height, width),
        ]
        if actions is not None:
            shape = (batch, horizon - 1, self.network.action_size)
            asserted += check_actions("rollout", actions, shape, "horizon - 1")
        return asserted

    def _check_bounds(self, where, batch, height, width):
        """Assert that batch and states are within the bounds."""
        p = self.network.patch_size
        specs = self.cell.state_specs((height // p, width // p))
        values = tf.add_n([product(shape) for shape, _ in specs])
        return [
            *self.bounds.check_batch(where, batch),
            *self.bounds.check_values(where, batch, values),
        ]

    def _check_states(self, where, states, batch, height, width):
        p = self.network.patch_size
        specs = self.cell.state_specs((height // p, width // p))
        required = "as the other inputs have it"
        action = "Pass the states that init_state or the last step of this stream returned."
        return [
            check_shape(where, name, states[name], (batch, *shape), required, action)
            for name, (shape, _) in zip(self.names, specs, strict=True)
        ]

    def _inwards(self, states):
        """Return named float32 states as the cell has them."""
        dtypes = [dtype for _, dtype in self.cell.state_specs((None, None))]
        return [
            keras.ops.cast(states[name], dtype)
            for name, dtype in zip(self.names, dtypes, strict=True)
        ]

    def _outwards(self, states):
        """Return the states of the cell by name, in float32."""
        return {
            name: keras.ops.cast(state, "float32")
            for name, state in zip(self.names, states, strict=True)
        }
