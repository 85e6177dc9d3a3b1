"""`Forecaster`: a Keras model that trains a next-frame network and forecasts with it."""

import keras
import numpy as np
import tensorflow as tf

from st_keras.layers import FrameNormalization
from st_keras.models.trained_model import TrainedModel
from st_keras.random.batches_seen import batches_seen
from st_keras.replicas.global_batch import (
    check_mean_over_batch,
    counted_samples,
    never_empty,
    share_of_global_batch,
)
from st_keras.replicas.logs import step_logs
from st_keras.training.action_input import (
    check_future_actions,
    network_arguments,
    split_actions,
    takes_actions,
)
from st_keras.training.forecast_input import check_context
from st_keras.training.forecaster_parts import check_parts, decoupling_weight_of
from st_keras.training.forecaster_presets import FORECASTER_PRESETS
from st_keras.training.observed_mask import closed_loop_mask, draw_observed_mask
from st_keras.training.sample_weights import as_pairs, weights_like_losses
from st_keras.training.training_input import training_sequences
from st_keras.validation import check_int, error


@keras.saving.register_keras_serializable(package="st_keras")
class Forecaster(TrainedModel):
    """Train a next-frame network with scheduled sampling, and forecast any number of frames.

    Training loss, over all T-1 next-frame predictions of a sequence, in network units:

        loss = MSE(predictions, frames 1..T-1) + decoupling_weight * decoupling

    Where the network sees the observed frame and where its own prediction is drawn anew for every
    batch (`sampling`). Validation and `evaluate` run the closed loop: `context_length` observed
    frames, then nothing but the network's own predictions. Metrics given to `compile` are
    evaluated there, on the forecast frames only, in the user's units: tell them the range of these,
    as in `FrameMSE(max_value=255)`.

    Args:
        network: a next-frame network, such as `st_keras.models.PredRNN`.
        context_length: int >= 1, the observed frames of a forecast in training and validation.
        sampling: `ScheduledSampling`, `ReverseScheduledSampling`, or None for teacher forcing (the
            network then never trains on its own predictions). Default None. The schedule counts
            the updates of the optimizer. Compiling with a new optimizer starts it anew, so pass a
            sampling that fits the fine-tuning run.
        decoupling_weight: float >= 0, weight of the memory decoupling term (`decouple_beta`);
            above 0 it needs `PredRNN(decoupling=True)`. Default None: 0.1, as published, if the
            network measures "decoupling" (PredRNN-V2), else 0.
        reverse_input: bool. After each update, make a second one on the batch reversed in time,
            with the same mask, as the reference code does; actions are reversed with the frames,
            neither negated nor shifted by one step, as there. Default False.
        normalization: `FrameNormalization` between the user's units and network units; saved with
            the model. Default: none (frames are already within about [0, 1]).
        seed: int. Seeds the sampling masks. Default 0.
        **kwargs: `name`, `dtype` (default: that of the network).

    Call arguments:
        frames: (B, T, H, W, C) in the user's units. Frames after the first `context_length` are
            not read. For a network that is told the actions, a dict {"frames": (B, T, H, W, C),
            "actions": (B, T, A)}; all actions are read, and they are not normalised.

    Returns:
        (B, T, H, W, C) in the user's units: step t is the prediction of frame t+1.

    `compile` takes any Keras loss in place of the MSE. `fit` and `evaluate` take datasets of
    `frames` (B, T, H, W, C), or of pairs `(context, future)` that together are the sequence, with
    `context_length` frames in the context; for a network that is told the actions, of dicts
    {"frames", "actions"} as above, action t being the one between frames t and t+1, or of pairs
    ({"frames": context, "actions": those of the whole sequence}, future).

    Sample weights w (B,) weigh whole sequences: `fit(frames, sample_weight=w)`, `fit(context,
    future, sample_weight=w)`, dataset elements (frames, None, w) or (context, future, w). The loss
    of the frames is sum(w . loss) / B, B of the global batch; decoupling is not weighted. Metrics,
    also those that `compile` was given as `metrics`, are sum(w . score) / sum(w).

    Raises:
        ValueError: for impossible arguments, sequences that are not longer than `context_length`,
            pairs that do not fit each other or `context_length`, shapes the network cannot take,
            weights of another shape than (B,), class weights, missing or superfluous actions.

    Differs from the reference code: the reference reports a training cost in patch space, which is
    the same number. With `reverse_input`, batches seen are half the optimizer's iterations.

    Example:

    >>> from st_keras.models import PredRNN
    >>> model = Forecaster(PredRNN(filters=(8, 8), kernel_size=3), context_length=4)
    >>> model.compile(optimizer="adam")
    >>> frames = np.random.rand(4, 8, 16, 16, 1).astype("float32")
    >>> history = model.fit(frames, epochs=1, batch_size=2, verbose=0)
    >>> model.forecast(frames[:, :4], horizon=6).shape
    (4, 6, 16, 16, 1)
    """

    PRESETS = FORECASTER_PRESETS

    def __init__(
        self,
        network,
        context_length,
        sampling=None,
        decoupling_weight=None,
        reverse_input=False,
        normalization=None,
        seed=0,
        **kwargs,
    ):
        check_parts(network, sampling, normalization)
        # The network's policy: Keras then scales the loss of a float16 network by itself.
        kwargs.setdefault("dtype", network.dtype_policy)
        super().__init__(autocast=False, **kwargs)
        self.network = network
        self.context_length = check_int("Forecaster", "context_length", context_length, 1)
        self.sampling = sampling
        self.decoupling_weight = decoupling_weight_of(network, decoupling_weight)
        self.reverse_input = bool(reverse_input)
        self.normalization = normalization or FrameNormalization(name="normalization")
        self.seed = check_int("Forecaster", "seed", seed, 0)
        self.image_shape = None
        self.default_loss = keras.losses.MeanSquaredError()
        self.term_trackers = {}
        if self.decoupling_weight:
            names = ("frame_loss", "decoupling")
            self.term_trackers = {name: keras.metrics.Mean(name=name) for name in names}

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        **kwargs,
    ):
        """Configure training, as `keras.Model.compile` does.

        Args:
            optimizer, loss, loss_weights, **kwargs: those of `keras.Model.compile`; `jit_compile`
                is off unless it is True.
            metrics, weighted_metrics: lists of metrics; both are weighted by the sample weights.
        """
        metrics = [*keras.tree.flatten(metrics or []), *keras.tree.flatten(weighted_metrics or [])]
        super().compile(optimizer, loss, loss_weights, weighted_metrics=metrics or None, **kwargs)

    def accepted_data(self, where, arguments):
        """Return the arguments of `fit` or `evaluate` with context and future where weighted."""
        return as_pairs(where, arguments, self.context_length)

    def inputs_of(self, data):
        """Return whole sequences of an element of a dataset, with the actions that it may hold."""
        frames, given, _ = training_sequences(data, self.network, self.context_length)
        return {"frames": frames, **given} if given else frames

    @property
    def frames_shape(self):
        """(B, T, H, W, C) of the frames that a built model takes, None where any size will do."""
        fixed_size = getattr(self.network, "fixed_image_size", None) or (None, None)
        return (None, None, *fixed_size, self.image_shape[-1])

    def build(self, frames_shape):
        """Build the network for frames (B, T, H, W, C)."""
        if isinstance(frames_shape, dict):
            frames_shape = frames_shape["frames"]
        self.network.build(frames_shape)
        self.image_shape = tuple(frames_shape[2:])
        self.built = True

    def call(self, frames, training=False):
        """Closed loop: predict frame t+1 at each step t from the context alone."""
        frames, given = split_actions(frames, self.network)
        normalized = self.normalization(frames)
        batch, steps = tf.shape(normalized)[0], tf.shape(normalized)[1]
        mask = closed_loop_mask(batch, steps, self.context_length)
        predictions = self.network(normalized, observed_mask=mask, training=training, **given)
        return self.normalization.inverse(predictions)

    def compute_output_spec(self, frames, training=False):
        """The shape of the frames, in float32."""
        frames, _ = split_actions(frames, self.network)
        if not self.built:
            self.build(frames.shape)
        return keras.KerasTensor(frames.shape, self.variable_dtype)

    def train_step(self, data):
        """One update on a batch of frames, two with `reverse_input`."""
        frames, given, weights = self._training_sequences(data)
        batch, steps = tf.shape(frames)[0], frames.shape[1] - 1
        if self.sampling is None:
            mask = tf.ones((batch, steps))
        else:
            seen = batches_seen(self.optimizer, 2 if self.reverse_input else 1)
            p = self.sampling.probabilities(seen, self.context_length, steps)
            mask = draw_observed_mask(p, batch, self.seed, seen)
        if weights is not None:
            given["sample_weight"] = weights
        return self.update_weights(frames, mask, **given)

    def update_weights(self, frames, observed_mask, actions=None, sample_weight=None):
        """Update the weights with a given mask, and return the running logs.

        Args:
            frames: (B, T, H, W, C) in the user's units.
            observed_mask: (B, T-1), 1 = the network sees the observed frame.
            actions: (B, T, A), for a network that is told them.
            sample_weight: (B,), or None: all weigh 1. Default None.

        Returns: Dict of the running means of the loss and its terms.
        """
        normalized = self.normalization(frames)
        given = network_arguments("Forecaster.update_weights", self.network, actions)
        self._update(normalized, observed_mask, given, sample_weight)
        if self.reverse_input:
            reversed_in_time = {name: value[:, ::-1] for name, value in given.items()}
            self._update(normalized[:, ::-1], observed_mask, reversed_in_time, sample_weight)
        return self.training_logs(self.term_trackers.values())

    def test_step(self, data):
        """Closed-loop loss, and compiled metrics on the forecast in the user's units."""
        frames, given, weights = self._training_sequences(data)
        normalized = self.normalization(frames)
        mask = closed_loop_mask(tf.shape(frames)[0], frames.shape[1] - 1, self.context_length)
        _, predictions = self._loss_and_predictions(
            normalized, mask, given, weights, training=False
        )
        forecast = self.normalization.inverse(predictions[:, self.context_length - 1 :])
        future = tf.cast(frames[:, self.context_length :], forecast.dtype)
        return step_logs(self.compute_metrics(frames, future, forecast, weights))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Loss of the frames alone: what `compile(loss=...)` says, else the MSE."""
        y = y_pred if y is None else y  # Keras asks once, symbolically, before the first batch
        loss = self.default_loss if self.loss is None else self.loss
        check_mean_over_batch("Forecaster.fit", loss)
        sample_weight = weights_like_losses(loss, y, y_pred, sample_weight)
        if self.loss is None:
            # As Keras treats added losses: the gradients of all replicas are summed.
            replicas = tf.distribute.get_strategy().num_replicas_in_sync
            return loss(y, y_pred, sample_weight) + sum(self.losses) / replicas
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Update the compiled metrics and return all results."""
        y = y_pred if y is None else y  # Keras' symbolic question
        return super().compute_metrics(x, y, y_pred, sample_weight)

    def rollout(self, context, horizon, actions=None):
        """Forecast inside a graph: tensors in, tensors out, nothing checked.

        Args:
            context: (B, T, H, W, C) in the user's units.
            horizon: int or scalar tensor, the frames to forecast.
            actions: (B, T + horizon - 1, A), for a network that is told them.

        Returns:
            (B, horizon, H, W, C) in the user's units.
        """
        normalized = self.normalization(context)
        batch, length, *image_shape = keras.ops.shape(normalized)
        unseen = tf.zeros((batch, horizon - 1, *image_shape), normalized.dtype)
        mask = closed_loop_mask(batch, length + horizon - 1, length)
        given = network_arguments("Forecaster.rollout", self.network, actions)
        frames = tf.concat([normalized, unseen], axis=1)
        predictions = self.network(frames, observed_mask=mask, **given)
        return self.normalization.inverse(predictions[:, length - 1 :])

    def forecast(self, context, horizon, batch_size=32, verbose=0, actions=None):
        """Forecast the frames that follow the context.

        Args:
            context: array (N, T, H, W, C) in the user's units, T >= 1 observed frames. T need not
                be `context_length`; no future frame is needed or read.
            horizon: int >= 1, any number of frames.
            batch_size: int. Sequences forecast at once. Default 32.
            verbose: 1 shows a progress bar. Default 0.
            actions: array (N, T + horizon - 1, A), for a network that is told them: the actions at
                the context frames and, known in advance, at all forecast frames but the last.

        Returns:
            float32 array (N, horizon, H, W, C) in the user's units: exactly the future.

        Raises:
            ValueError: for a model without weights, a wrong rank, an empty context, NaN or
                infinity, a size the network cannot take, a horizon below 1, or actions that are
                missing, superfluous or of another length.
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
        context = check_context(context, self.network)
        given = network_arguments("Forecaster.forecast", self.network, actions)
        if given:
            given["actions"] = check_future_actions(actions, context, horizon, self.network)
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

    def get_config(self):
        """Return every constructor argument."""
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "network": serialize(self.network),
            "context_length": self.context_length,
            "sampling": None if self.sampling is None else serialize(self.sampling),
            "decoupling_weight": self.decoupling_weight,
            "reverse_input": self.reverse_input,
            "normalization": serialize(self.normalization),
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the nested objects, then the model."""
        names = ("network", "sampling", "normalization")
        nested = {name: keras.saving.deserialize_keras_object(config[name]) for name in names}
        return cls(**{**config, **nested})

    def _traced_rollout(self):
        return tf.function(self.rollout, reduce_retracing=True, autograph=False)

    def _training_sequences(self, data):
        frames, given, weights = training_sequences(data, self.network, self.context_length)
        if not self.built:
            self.build((None, None, *frames.shape[2:]))
        return frames, given, weights

    def _update(self, normalized, observed_mask, given, sample_weight):
        def loss():
            return self._loss_and_predictions(
                normalized, observed_mask, given, sample_weight, training=True
            )[0]

        self.update(normalized, loss, updates_per_batch=2 if self.reverse_input else 1)

    def _loss_and_predictions(self, normalized, observed_mask, given, sample_weight, training):
        """Return the loss (this replica's part of it) and the predictions; track the terms."""
        batch = tf.shape(normalized)[0]
        normalized, observed_mask = never_empty(normalized), never_empty(observed_mask)
        if sample_weight is not None:
            sample_weight = never_empty(sample_weight)
        wants_terms = bool(self.decoupling_weight)
        with counted_samples(batch):
            outputs = self.network(
                normalized[:, :-1],
                observed_mask=observed_mask,
                return_terms=wants_terms,
                training=training,
                **{name: never_empty(value[:, :-1]) for name, value in given.items()},
            )
        predictions, terms = outputs if wants_terms else (outputs, {})
        future = normalized[:, 1:]
        frame_loss = self.compute_loss(None, future, predictions, sample_weight, training)
        # A Keras loss is divided by the number of replicas, whose gradients are summed.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        loss = frame_loss
        values = {}
        if wants_terms:
            loss = frame_loss + self.decoupling_weight * terms["decoupling"] / replicas
            values = {"frame_loss": frame_loss * replicas, "decoupling": terms["decoupling"]}
        self.loss_tracker.update_state(loss * replicas, sample_weight=batch)
        for name, value in values.items():
            self.term_trackers[name].update_state(value, sample_weight=batch)
        return loss * share_of_global_batch(batch), predictions[:batch]
