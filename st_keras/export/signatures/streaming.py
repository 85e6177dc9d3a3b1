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
    check_values,
)
from st_keras.export.signatures.forecast import (
    FILL,
    HORIZON,
    check_actions,
    check_known,
    known_input,
    size_divisor,
)
from st_keras.export.signatures.graph_signature import GraphSignature, integer, real
from st_keras.export.signatures.stream_memory import HELD, StreamMemory
from st_keras.models.padded_frames import crop_frames
from st_keras.models.streaming import following_frames, initial_states, step
from st_keras.training.action_input import takes_actions


def streaming_signatures(model, bounds=DEFAULT, missing=None):
    """Return the signatures that see one frame at a time.

        init_state   batch_size (), height (), width ()        -> the states
        step         frame (B, H, W, C), [action (B, A)], the states
                                                               -> prediction (B, H, W, C), states
        rollout      horizon (), [actions (B, horizon - 1, A)], [known (B, horizon - 1, H, W, K)],
                     the states                                -> forecast (B, horizon, H, W, C)

    Frames are in the user's units. A state is called "state_" and its name in the cell, or in
    `StreamMemory`. All are float32, also those of a network of 16 bits, which a cast takes there
    and back exactly.

    Args:
        model: a built `Forecaster` of a `NextFrameNetwork`.
        bounds: `Bounds`.
        missing: "refuse" or "mask", what NaN is. Default None: as of the model.

    Returns:
        List of `GraphSignature`.
    """
    stream = _Stream(model, bounds, missing or model.missing)
    sizes = {name: integer() for name in ("batch_size", "height", "width")}
    frame = {"frame": real(None, *model.frames_shape[2:])}
    horizon = {"horizon": integer()}
    if takes_actions(model.network):
        frame["action"] = real(None, model.network.action_size)
        horizon["actions"] = real(None, None, model.network.action_size)
    horizon.update(known_input(model))
    states = stream.state_inputs
    return [
        GraphSignature("init_state", sizes, stream.check_sizes, stream.init_state),
        GraphSignature("step", {**frame, **states}, stream.check_step, stream.step),
        GraphSignature("rollout", {**horizon, **states}, stream.check_rollout, stream.rollout),
    ]


class _Stream:
    """Checks and outputs of the three, around one model."""

    def __init__(self, model, bounds, missing):
        self.model, self.bounds, self.missing = model, bounds, missing
        self.network, self.reader = model.network, model.reader
        self.memory = StreamMemory(model)
        self.cell = self.network.rnn.cell
        self.names = [STATE + name for name in self.cell.state_names]
        size = self.network.fixed_image_size
        p = self.network.patch_size
        maps = (None, None) if size is None else tuple(s // p for s in size)
        self.state_inputs = {
            name: real(None, *shape)
            for name, (shape, _) in zip(self.names, self.cell.state_specs(maps), strict=True)
        }
        self.state_inputs |= {STATE + name: spec for name, spec in self.memory.inputs.items()}

    def init_state(self, batch_size, height, width):
        states = initial_states(self.network, batch_size, *self.memory.padded(height, width))
        return self._outwards(states, self.memory.initial(batch_size, height, width))

    def step(self, frame, action=None, **states):
        read = self.reader.step_maps(frame)
        memory = self._memory(states)
        given = dict(read.arguments)
        if self.reader.masks:
            given["known"] = self.reader.padded_known(self.memory.known(memory))
        after = self.memory.after(memory, frame)
        prediction, states = step(self.network, read.frames, self._inwards(states), action, **given)
        prediction = self._forecast(prediction, self.memory.known(after))
        return {"prediction": prediction, **self._outwards(states, after)}

    def rollout(self, horizon, actions=None, known=None, **states):
        memory, given = self._memory(states), {}
        seen = self.memory.known(memory)
        if seen is not None:
            given = {"known": self.reader.padded_known(seen), "fill": self.reader.fill}
        given["auxiliary"] = self.reader.future_maps(
            memory.get(HELD), known, horizon, self._frame_sizes(states)
        )
        frames = following_frames(self.network, self._inwards(states), horizon, actions, **given)
        return {"forecast": self._forecast(frames, None if seen is None else seen[:, None])}

    def check_sizes(self, batch_size, height, width):
        asserted = [
            check_at_least_one("init_state", "batch size", batch_size, "Pass at least 1."),
            *check_image_size("init_state", height, width, size_divisor(self.model)),
            *self._check_bounds("init_state", batch_size, height, width),
        ]
        fixed = self.model.frames_shape[2:4]
        if None in fixed:
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
            *check_image_size("step", height, width, size_divisor(self.model)),
            # Once in the states, a NaN would stay there.
            check_values("step", "a frame", frame, FILL, self.missing),
            *self._check_states("step", states, batch, height, width),
            *self.memory.check_scans("step", frame, self._memory(states)),
        ]
        if action is not None:
            shape, required = (batch, self.network.action_size), "(B, A): one action per frame"
            cut = "Pass the action taken after the frame."
            asserted.append(check_shape("step", "action", action, shape, required, cut))
            asserted.append(check_finite("step", "an action", action, FILL))
        return asserted

    def check_rollout(self, horizon, actions=None, known=None, **states):
        batch, rows, columns, channels = tf.unstack(tf.shape(states[self.names[0]]))
        _, height, width = self._frame_sizes(states)
        asserted = [
            check_at_least_one("rollout", "horizon", horizon, HORIZON),
            check_at_least_one("rollout", "batch size", batch, "Pass the states of a step."),
            *self._check_bounds("rollout", batch, height, width),
            *self.bounds.check_horizon("rollout", horizon),
            *self.bounds.check_frames("rollout", horizon, batch, rows, columns, channels),
            *check_image_size("rollout", height, width, size_divisor(self.model)),
            *self._check_states("rollout", states, batch, height, width),
        ]
        if actions is not None:
            shape = (batch, horizon - 1, self.network.action_size)
            asserted += check_actions("rollout", actions, shape, "horizon - 1")
        if known is not None:
            shape = (batch, horizon - 1, height, width)
            asserted += check_known("rollout", known, shape, self.missing)
        return asserted

    def _state_specs(self, height, width):
        """Shapes and dtypes of the cell's states for frames of a size."""
        p = self.network.patch_size
        height, width = self.memory.padded(height, width)
        return self.cell.state_specs((height // p, width // p))

    def _check_bounds(self, where, batch, height, width):
        """Assert that batch and states are within the bounds."""
        values = tf.add_n([product(shape) for shape, _ in self._state_specs(height, width)])
        return [
            *self.bounds.check_batch(where, batch),
            *self.bounds.check_values(where, batch, values),
        ]

    def _check_states(self, where, states, batch, height, width):
        required = "as the other inputs have it"
        action = "Pass the states that init_state or the last step of this stream returned."
        specs = zip(self.names, self._state_specs(height, width), strict=True)
        return [
            *(
                check_shape(where, name, states[name], (batch, *shape), required, action)
                for name, (shape, _) in specs
            ),
            *self.memory.check_sizes(where, self._memory(states), batch, height, width),
        ]

    def _frame_sizes(self, states):
        """Return B, H and W of the frames that a stream reads."""
        batch, rows, columns, _ = tf.unstack(tf.shape(states[self.names[0]]))
        p = self.network.patch_size
        size = self.memory.frame_size(self._memory(states), rows * p, columns * p)
        return (batch, *size)

    def _forecast(self, frames, known):
        """Return frames (..., H', W', C) in the user's units and size, NaN where not `known`."""
        frames = self.reader.of_targets.inverse(frames)
        if known is None:
            return frames
        frames = crop_frames(frames, known) if self.reader.pad else frames
        return tf.where(known, frames, float("nan")) if self.reader.masked else frames

    def _memory(self, states):
        """Return the named states that are none of the cell, without "state_"."""
        return {name: states[STATE + name] for name in self.memory.inputs}

    def _inwards(self, states):
        """Return named float32 states as the cell has them."""
        dtypes = [dtype for _, dtype in self.cell.state_specs((None, None))]
        return [
            keras.ops.cast(states[name], dtype)
            for name, dtype in zip(self.names, dtypes, strict=True)
        ]

    def _outwards(self, states, memory):
        """Return the states of the cell and what is remembered by name, in float32."""
        named = dict(zip(self.names, states, strict=True))
        named |= {STATE + name: value for name, value in memory.items()}
        return {name: keras.ops.cast(state, "float32") for name, state in named.items()}
