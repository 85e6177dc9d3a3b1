"""What a network gets of frames in the user's units, and the user of its predictions."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from st_keras.models.known_pixels import known_after
from st_keras.models.padded_frames import crop_frames, pad_frames, padded_size
from st_keras.training.observed_mask import closed_loop_mask
from st_keras.validation import error

NAN = float("nan")


@dataclasses.dataclass(frozen=True)
class ReadFrames:
    """Frames as a network takes them.

    Args:
        frames: (B, T, H', W', C), the targets in network units, padded; NaN where a value is
            missing, if `arguments` has "valid".
        arguments: dict of further arguments of the network: "valid" and "fill", "auxiliary".
        targets: (B, T, H, W, C), the targets in network units, as they came.
    """

    frames: tf.Tensor
    arguments: dict
    targets: tf.Tensor

    @property
    def finite(self):
        """The frames with 0 where a value is missing: what is not finite in them is a fault."""
        valid = self.arguments.get("valid")
        return self.frames if valid is None else tf.where(valid, self.frames, 0.0)


class FrameReader:
    """Between frames (B, T, H, W, all channels) in the user's units and what a network takes.

    Without missing pixels, padding and inputs beside the targets (`plain`) that is normalization
    alone. Padding is missing pixels too: one path for both.

    Args:
        network: the next-frame network.
        normalization: `FrameTransform` of all channels.
        missing: "refuse" or "mask".
        fill_value: float, tuple of one float per channel, or None: 0 in network units.
        pad: bool.
        channels: `FrameChannels`.

    Raises:
        ValueError: for fill values of another number than channels, or a network that takes
            neither missing pixels nor maps beside the frames.
    """

    def __init__(self, network, normalization, missing, fill_value, pad, channels):
        self.network, self.normalization = network, normalization
        self.masked, self.pad, self.channels = missing == "mask", bool(pad), channels
        self.fill_value = fill_value
        self.divisor = getattr(network, "size_divisor", getattr(network, "patch_size", 1))
        everything = channels.targets is None
        self.of_targets = normalization
        if not everything:
            self.of_targets = normalization.of_channels(channels.targets)
        self.of_inputs = normalization.of_channels(channels.inputs) if channels.inputs else None
        if not self.plain and not hasattr(network, "validity_channel"):
            kind = type(network).__name__
            raise error(
                "Forecaster",
                f"missing pixels, padding or other inputs with a network {kind}",
                "a NextFrameNetwork, which knows what to read at missing pixels",
                "Derive the network from st_keras.models.NextFrameNetwork.",
            )
        if channels.names is not None:
            self._check_fill(len(channels.names))

    @property
    def masks(self):
        """Whether the network is told where values are missing."""
        return self.masked or self.pad

    @property
    def plain(self):
        """Whether frames are normalized, and nothing else."""
        return not self.masks and self.channels.targets is None

    @property
    def fill(self):
        """What the network reads where a target is missing, in network units."""
        return self._fill(self.of_targets, self.channels.targets)

    @property
    def channel_count(self):
        """Channels of the data; None where any number will do."""
        names = self.channels.names
        return self.network.channels if names is None else len(names)

    def check_channels(self, where, shape):
        """Refuse frames of other channels than those that have names."""
        names = self.channels.names
        if names is not None and shape[-1] != len(names):
            raise error(
                where,
                f"frames with {shape[-1]} channel(s)",
                f"{len(names)}, those of channels={names}",
                "Give the dataset all channels, targets and inputs, in that order.",
            )

    def network_shapes(self, frames_shape):
        """Return what the network is built for: shapes of frames and, if any, auxiliary maps."""
        self.check_channels("Forecaster.build", frames_shape)
        batch, time, height, width, channels = frames_shape
        self._check_fill(channels)
        if self.pad:
            height, width = (padded_size(size, self.divisor) for size in (height, width))
        lead, targets, inputs = (batch, time, height, width), self.channels.targets, self._inputs
        shapes = {"frames_shape": (*lead, channels if targets is None else len(targets))}
        if inputs:
            shapes["auxiliary_shape"] = (*lead, inputs)
        return shapes

    def targets(self, frames):
        """Return the channels that are forecast, in the user's units."""
        chosen = self.channels.targets
        return frames if chosen is None else tf.gather(frames, list(chosen), axis=-1)

    def read(self, frames, context_length, dropped=None):
        """Return `ReadFrames` of whole sequences.

        Args:
            frames: (B, T, H, W, all channels) in the user's units.
            context_length: int or scalar tensor: in later frames held and absent inputs are not
                read.
            dropped: bool (B, T), frames whose targets the network does not get to see.
        """
        if self.plain:
            normalized = self.normalization(frames)
            return ReadFrames(normalized, {}, normalized)
        frames = tf.cast(frames, "float32")
        targets = self.of_targets(self.targets(frames))
        padded, arguments = self._padded(targets), {}
        if self.masks:
            valid = ~tf.math.is_nan(padded)
            if dropped is not None:
                valid &= ~dropped[:, :, None, None, None]
            arguments = {"valid": valid, "fill": self.fill}
        if self.channels.inputs:
            arguments["auxiliary"] = self._auxiliary(frames, context_length)
        return ReadFrames(padded, arguments, targets)

    def read_context(self, context, horizon, known=None):
        """Return `ReadFrames` of a context and horizon - 1 frames of which only `known` is known.

        Args:
            context: (B, T, H, W, all channels) in the user's units.
            horizon: int or scalar tensor.
            known: (B, horizon - 1, H, W, K), the inputs that are given for the future, or None.
        """
        if self.plain:
            normalized = self.normalization(context)
            batch, _, *image_shape = keras.ops.shape(normalized)
            unseen = tf.zeros((batch, horizon - 1, *image_shape), normalized.dtype)
            frames = tf.concat([normalized, unseen], axis=1)
            return ReadFrames(frames, {}, frames)
        context = tf.cast(context, "float32")
        size = tf.shape(context)
        unseen = tf.fill((size[0], horizon - 1, size[2], size[3], 1), NAN)
        given = dict(zip(self.channels.known, self._split(known), strict=True))
        names = self.channels.names or (None,) * context.shape[-1]
        future = tf.concat([given.get(name, unseen) for name in names], axis=-1)
        return self.read(tf.concat([context, future], axis=1), size[1])

    def forecast(self, predictions, read, context_length):
        """Return predictions as a forecast: user's units, their size, NaN where nothing is known.

        Args:
            predictions: (B, T, H', W', C) of the network, step t of frame t + 1.
            read: `ReadFrames`, what it read.
            context_length: int or scalar tensor.
        """
        frames = self.of_targets.inverse(predictions)
        if self.pad:
            frames = crop_frames(frames, read.targets)
        if not self.masked:
            return frames
        valid = ~tf.math.is_nan(read.targets)
        batch, steps = tf.shape(valid)[0], tf.shape(valid)[1]
        known = known_after(valid, closed_loop_mask(batch, steps, context_length))
        return tf.where(known, frames, NAN)

    def cropped(self, predictions, read):
        """Return predictions in network units without the padding."""
        return crop_frames(predictions, read.targets) if self.pad else predictions

    def step_maps(self, frame):
        """Return `ReadFrames` of one frame (B, H, W, all channels), without the axis of time."""
        read = self.read(frame[:, None], 1)
        maps = {k: v if k == "fill" else v[:, 0] for k, v in read.arguments.items()}
        return ReadFrames(read.frames[:, 0], maps, read.targets[:, 0])

    def future_maps(self, held, known, horizon, size):
        """Return the auxiliary maps (B, horizon - 1, H', W', A) that follow a stream.

        Args:
            held: (B, H, W, K), the last frame of the held inputs in the user's units.
            known: (B, horizon - 1, H, W, K), those that are given.
            horizon: scalar tensor.
            size: scalar tensors `(B, H, W)`.
        """
        if not self.channels.inputs:
            return None
        batch, height, width = size
        unseen = tf.fill((batch, horizon - 1, height, width, 1), NAN)
        kept = [tf.repeat(each[:, None], horizon - 1, axis=1) for each in self._split(held)]
        given = {
            **dict(zip(self.channels.held, kept, strict=True)),
            **dict(zip(self.channels.known, self._split(known), strict=True)),
        }
        names = [self.channels.names[i] for i in self.channels.inputs]
        return self._filled(tf.concat([given.get(name, unseen) for name in names], axis=-1))

    def held_inputs(self, frame):
        """Return the inputs of a frame (B, H, W, all channels) that a stream has to remember."""
        return tf.gather(frame, list(self.channels.index(self.channels.held)), axis=-1)

    def padded_known(self, known):
        """Return bool (B, H, W, C) in the size that the network takes."""
        return pad_frames(known, self.divisor, False) if self.pad else known

    def _check_fill(self, count):
        value = self.fill_value
        if isinstance(value, tuple) and len(value) != count:
            raise error(
                "Forecaster",
                f"fill_value={value} with {count} channel(s)",
                "one number, or one for each channel of the data",
                "Pass fill_value in the order of channels.",
            )

    @property
    def _inputs(self):
        """How many auxiliary maps the network reads."""
        count = len(self.channels.inputs)
        return 2 * count if count and self.network.validity_channel else count

    def _auxiliary(self, frames, context_length):
        """Return the maps (B, T, H', W', A) of the inputs, as they are known in a forecast."""
        inputs = tf.gather(frames, list(self.channels.inputs), axis=-1)
        steps = tf.shape(inputs)[1]
        later = (tf.range(steps) >= context_length)[:, None, None, None]
        last = inputs[:, tf.minimum(steps, context_length) - 1][:, None]
        held, absent = (
            np.array([future == what for future in self.channels.futures])
            for what in ("held", "absent")
        )
        inputs = tf.where(later & held, last, inputs)
        return self._filled(tf.where(later & absent, NAN, inputs))

    def _filled(self, inputs):
        """Return inputs (B, T, H, W, K) in network units, filled, with their validity if read."""
        inputs = self._padded(self.of_inputs(inputs))
        valid = ~tf.math.is_nan(inputs)
        fill = tf.constant(self._fill(self.of_inputs, self.channels.inputs), inputs.dtype)
        maps = [tf.where(valid, inputs, fill)]
        if self.network.validity_channel:
            maps.append(tf.cast(valid, inputs.dtype))
        return tf.concat(maps, axis=-1)

    def _padded(self, frames):
        return pad_frames(frames, self.divisor, NAN) if self.pad else frames

    def _fill(self, normalization, indices):
        """What is read at missing pixels of some channels, in network units."""
        value = self.fill_value
        if value is None:
            return 0.0
        if isinstance(value, tuple):
            value = [value[i] for i in indices] if indices is not None else list(value)
        else:
            value = [value]
        count = getattr(normalization, "channel_count", None) or 1
        if len(value) == 1:
            value = value * count
        # Numbers, and not tensors of the graph that is being made.
        with tf.init_scope():
            filled = normalization(np.asarray(value, "float32"))
        return tuple(np.asarray(filled).tolist())

    @staticmethod
    def _split(frames):
        """Return the channels of frames one by one, with their axis; of None nothing."""
        return [] if frames is None else tf.split(frames, frames.shape[-1], axis=-1)
