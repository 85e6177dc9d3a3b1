"""`ForecastingModel`: a next-frame network that forecasts frames in the user's units."""

import copy
import types

import keras
import numpy as np
import tensorflow as tf

from st_keras.layers import FrameNormalization
from st_keras.models.trained_model import TrainedModel
from st_keras.training.action_input import (
    check_future_actions,
    network_arguments,
    split_actions,
    takes_actions,
)
from st_keras.training.forecast_input import check_context
from st_keras.training.frame_channels import FrameChannels
from st_keras.training.frame_reader import FrameReader
from st_keras.training.known_inputs import known_array
from st_keras.training.missing_frames import check_missing
from st_keras.training.observed_mask import closed_loop_mask
from st_keras.validation import check_int, error


class ForecastingModel(TrainedModel):
    """What of a `Forecaster` forecasts; how it is trained is in the subclass.

    Args:
        network, context_length, normalization, missing, fill_value, max_missing_scans, pad,
            channels, targets, future_inputs, **kwargs: as of `Forecaster`.
    """

    def __init__(
        self,
        network,
        context_length,
        normalization=None,
        missing="refuse",
        fill_value=None,
        max_missing_scans=0,
        pad=False,
        channels=None,
        targets=None,
        future_inputs=None,
        **kwargs,
    ):
        # The network's policy: Keras then scales the loss of a float16 network by itself.
        kwargs.setdefault("dtype", network.dtype_policy)
        super().__init__(autocast=False, **kwargs)
        self.network = network
        self.context_length = check_int("Forecaster", "context_length", context_length, 1)
        self.normalization = normalization or FrameNormalization(name="normalization")
        self.missing, fill_value, self.max_missing_scans = check_missing(
            missing, fill_value, max_missing_scans
        )
        self.pad = bool(pad)
        roles = FrameChannels.of(channels, targets, future_inputs)
        self.reader = FrameReader(
            network, self.normalization, self.missing, fill_value, self.pad, roles
        )
        # As JSON has them, and not as attributes of the model, whose lists and dicts Keras wraps.
        self._said = types.SimpleNamespace(
            fill_value=list(fill_value) if isinstance(fill_value, tuple) else fill_value,
            channels=None if channels is None else list(channels),
            targets=None if targets is None else list(targets),
            future_inputs=None if future_inputs is None else dict(future_inputs),
        )
        self.image_shape = None

    @property
    def frames_shape(self):
        """(B, T, H, W, C) of the frames that a built model takes, None where any size will do."""
        fixed_size = getattr(self.network, "fixed_image_size", None) or (None, None)
        if self.pad and None not in fixed_size:
            fixed_size = self.image_shape[:2]
        return (None, None, *fixed_size, self.image_shape[-1])

    def build(self, frames_shape):
        """Build the network for frames (B, T, H, W, C)."""
        if isinstance(frames_shape, dict):
            frames_shape = frames_shape["frames"]
        self.network.build(**self.reader.network_shapes(frames_shape))
        self.image_shape = tuple(frames_shape[2:])
        self.built = True

    def call(self, frames, training=False):
        """Closed loop: predict frame t+1 at each step t from the context alone."""
        frames, given = split_actions(frames, self.network)
        read = self.reader.read(frames, self.context_length)
        batch, steps = tf.shape(read.frames)[0], tf.shape(read.frames)[1]
        mask = closed_loop_mask(batch, steps, self.context_length)
        given = {**given, **read.arguments}
        predictions = self.network(read.frames, observed_mask=mask, training=training, **given)
        return self.reader.forecast(predictions, read, self.context_length)

    def compute_output_spec(self, frames, training=False):
        """The shape of the frames, in float32."""
        frames, _ = split_actions(frames, self.network)
        if not self.built:
            self.build(frames.shape)
        return keras.KerasTensor((*frames.shape[:-1], self.network.channels), self.variable_dtype)

    def rollout(self, context, horizon, actions=None, known=None):
        """Forecast inside a graph: tensors in, tensors out, nothing checked.

        Args:
            context: (B, T, H, W, C) in the user's units.
            horizon: int or scalar tensor, the frames to forecast.
            actions: (B, T + horizon - 1, A), for a network that is told them.
            known: (B, horizon - 1, H, W, K), the inputs that are known in advance, in the order of
                `channels`, at the forecast frames but the last.

        Returns:
            (B, horizon, H, W, C) in the user's units, C the targets.
        """
        read = self.reader.read_context(context, horizon, known)
        batch, steps = tf.shape(read.frames)[0], tf.shape(read.frames)[1]
        length = steps - (horizon - 1)
        mask = closed_loop_mask(batch, steps, length)
        given = network_arguments("Forecaster.rollout", self.network, actions)
        given = {**given, **read.arguments}
        predictions = self.network(read.frames, observed_mask=mask, **given)
        return self.reader.forecast(predictions, read, length)[:, length - 1 :]

    def forecast(self, context, horizon, batch_size=32, verbose=0, actions=None, known=None):
        """Forecast the frames that follow the context.

        Args:
            context: array (N, T, H, W, C) in the user's units, T >= 1 observed frames, with all
                channels. T need not be `context_length`; no future frame is needed or read. With
                missing="mask" NaN where there is no data.
            horizon: int >= 1, any number of frames.
            batch_size: int. Sequences forecast at once. Default 32.
            verbose: 1 shows a progress bar. Default 0.
            actions: array (N, T + horizon - 1, A), for a network that is told them: the actions at
                the context frames and, known in advance, at all forecast frames but the last.
            known: dict from the name of each input that is "known" in the future to an array
                (N, horizon - 1 or more, H, W): its frames after the context, in the user's units.

        Returns:
            float32 array (N, horizon, H, W, C) in the user's units: exactly the future, of the
            targets. NaN where a pixel was missing in all frames of the context.

        Raises:
            ValueError: for a model without weights, a wrong rank, an empty context, infinity, NaN
                without missing="mask", more missing scans than `max_missing_scans`, a size the
                network cannot take, a horizon below 1, or actions or known inputs that are missing,
                superfluous or of another length.
        """
        horizon = check_int("Forecaster.forecast", "horizon", horizon, 1)
        batch_size = check_int("Forecaster.forecast", "batch_size", batch_size, 1)
        if not self.network.built:
            raise error(
                "Forecaster.forecast",
                "a model without weights",
                "a built model",
                "Train it, load it, or call model.build((None, None, H, W, C)).",
            )
        context = check_context(context, self.network, self.reader, self.max_missing_scans)
        given = network_arguments("Forecaster.forecast", self.network, actions)
        if given:
            given["actions"] = check_future_actions(actions, context, horizon, self.network)
        known = known_array(known, context, horizon, self.reader)
        if known is not None:
            given["known"] = known
        rollout = self.traced("rollout", self._traced_rollout)
        starts = range(0, len(context), batch_size)
        progress = keras.utils.Progbar(len(starts), unit_name="batch", verbose=verbose)
        parts = []
        for start in starts:
            batch = slice(start, start + batch_size)
            part = tf.convert_to_tensor(context[batch], self.variable_dtype)
            own = {k: tf.convert_to_tensor(v[batch], self.variable_dtype) for k, v in given.items()}
            parts.append(rollout(part, tf.constant(horizon), **own).numpy())
            progress.add(1)
        return np.concatenate(parts)

    def targets_of(self, frames):
        """Return the targets (..., C) of frames with all channels."""
        chosen = self.reader.channels.targets
        return frames if chosen is None else frames[..., list(chosen)]

    def forecast_parts(self, sequences, context_length=None):
        """Split sequences into what a forecast is told, and what it is compared with.

        Args:
            sequences: array (N, T, H, W, C), whole sequences with all channels.
            context_length: int. Default None: that of the model.

        Returns:
            `(context, truth, known)`: (N, context_length, H, W, C); the targets after it; and the
            `known` inputs of `forecast`, or None where there are none.
        """
        length = context_length or self.context_length
        context, future = sequences[:, :length], sequences[:, length:]
        roles = self.reader.channels
        known = None
        if roles.known:
            places = zip(roles.known, roles.index(roles.known), strict=True)
            known = {name: future[..., place] for name, place in places}
        return context, self.targets_of(future), known

    def call_signature(self):
        """Return what `export` asks of the input: with `layer_norm` the size is that of `build`."""
        signature = keras.InputSpec(shape=self.frames_shape, dtype=self.variable_dtype)
        if takes_actions(self.network):
            shape = (None, None, self.network.action_size)
            actions = keras.InputSpec(shape=shape, dtype=self.variable_dtype)
            signature = {"frames": signature, "actions": actions}
            # Keras traces `call` for the shapes it was last built for, too.
            self.build({"frames": (None, None, *self.image_shape), "actions": shape})
        return [signature]

    @property
    def fill_value(self):
        """What the network sees at missing pixels, as it was said."""
        return copy.copy(self._said.fill_value)

    @property
    def channels(self):
        """Names of the channels of the data, or None."""
        return copy.copy(self._said.channels)

    @property
    def targets(self):
        """Names of the channels that are forecast, or None: all."""
        return copy.copy(self._said.targets)

    @property
    def future_inputs(self):
        """What is known in the future of the channels that are not forecast, or None."""
        return copy.copy(self._said.future_inputs)

    def get_config(self):
        """Return the constructor arguments."""
        return {
            **super().get_config(),
            "network": keras.saving.serialize_keras_object(self.network),
            "context_length": self.context_length,
            "normalization": keras.saving.serialize_keras_object(self.normalization),
            "missing": self.missing,
            "max_missing_scans": self.max_missing_scans,
            "pad": self.pad,
            "fill_value": self.fill_value,
            "channels": self.channels,
            "targets": self.targets,
            "future_inputs": self.future_inputs,
        }

    def _traced_rollout(self):
        return tf.function(self.rollout, reduce_retracing=True, autograph=False)
