"""`Forecaster`: a Keras model that trains a next-frame network and forecasts with it."""

import keras
import tensorflow as tf

from st_keras.models.known_pixels import holds_scan
from st_keras.random.batches_seen import batches_seen
from st_keras.replicas.exchange import all_reduce_sum
from st_keras.replicas.global_batch import (
    check_mean_over_batch,
    counted_samples,
    never_empty,
    share_of_global_batch,
)
from st_keras.replicas.logs import step_logs
from st_keras.training.action_input import network_arguments
from st_keras.training.forecaster_parts import check_parts, decoupling_weight_of
from st_keras.training.forecaster_presets import FORECASTER_PRESETS
from st_keras.training.forecasting_model import ForecastingModel
from st_keras.training.masked_loss import loss_of_batch, told_of_units
from st_keras.training.missing_frames import accepted_frames
from st_keras.training.observed_mask import closed_loop_mask, draw_observed_mask
from st_keras.training.sample_weights import as_pairs, weights_like_losses, weights_of_values
from st_keras.training.scan_drops import draw_dropped_scans
from st_keras.training.training_input import training_sequences
from st_keras.training.valid_value_metric import metrics_of_valid_values, pixel_weights
from st_keras.validation import check_int, error


@keras.saving.register_keras_serializable(package="st_keras")
class Forecaster(ForecastingModel):
    """Train a next-frame network with scheduled sampling, and forecast any number of frames.

    Training loss, over all T-1 next-frame predictions of a sequence, in network units:

        loss = MSE(predictions, frames 1..T-1) + decoupling_weight * decoupling

    Where the network sees the observed frame and where its own prediction is drawn anew for every
    batch (`sampling`). Validation and `evaluate` run the closed loop: `context_length` observed
    frames, then nothing but the network's own predictions. Metrics given to `compile` are
    evaluated there, on the forecast frames only, in the user's units: tell them the range of these,
    as in `FrameMSE(max_value=255)`.

    With missing="mask", `pad` or weights per pixel the loss is that of the valid values alone,

        sum over valid values of the global batch of w . loss / their number

    for any loss that is a mean of one number per value, and metrics are told NaN in `y_true`
    (`metrics_of_valid_values`).

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
        normalization: `FrameNormalization` or another `st_keras.layers.FrameTransform` from the
            user's units to network units, such as decibels; saved with the model. Default: none
            (frames are already within about [0, 1]).
        seed: int. Seeds the sampling masks, and the drops of scans. Default 0.
        missing: "refuse" or "mask". What NaN in frames is: a fault, or a missing value, which the
            network reads as `fill_value` and loss and metrics leave out. Default "refuse".
        fill_value: float, or one for each channel, in the user's units: what the network reads
            where a value is missing. Default None: 0 in network units. A network made with
            `validity_channel=True` also reads where that is.
        max_missing_scans: int. In how many frames of a context all targets may be missing; training
            drops up to so many at random, never all. The network reads its own prediction there.
            Default 0.
        pad: bool. Pad frames of a size that the network does not divide, at the bottom and at the
            right, with missing values, and crop what it predicts. Default False: they are refused.
        channels: names of all channels of the data, in order. Default None: all are targets.
        targets: names of the channels that are forecast. Default None: all.
        future_inputs: dict that says of each other channel, an input, what it is after the context:
            "known" (given), "held" (its last context frame) or "absent" (missing). Default None.
        **kwargs: `name`, `dtype` (default: that of the network).

    Call arguments:
        frames: (B, T, H, W, C) in the user's units. Frames after the first `context_length` are
            not read. For a network that is told the actions, a dict {"frames": (B, T, H, W, C),
            "actions": (B, T, A)}; all actions are read, and they are not normalised.

    Returns:
        (B, T, H, W, C) in the user's units, of the targets: step t is the prediction of frame t+1.
        With missing="mask" NaN where a pixel was in no context frame so far.

    `compile` takes any Keras loss in place of the MSE; those of `st_keras.losses` are told the
    normalization, and have their thresholds in the user's units. `fit` and `evaluate` take datasets
    of `frames` (B, T, H, W, C), or of pairs `(context, future)` that together are the sequence,
    with `context_length` frames in the context; for a network that is told the actions, of dicts
    {"frames", "actions"} as above, action t being the one between frames t and t+1, or of pairs
    ({"frames": context, "actions": those of the whole sequence}, future).

    Sample weights w (B,) weigh whole sequences: `fit(frames, sample_weight=w)`, `fit(context,
    future, sample_weight=w)`, dataset elements (frames, None, w) or (context, future, w). The loss
    of the frames is sum(w . loss) / B, B of the global batch; decoupling is not weighted. Metrics,
    also those that `compile` was given as `metrics`, are sum(w . score) / sum(w). With
    missing="mask" w may be (B, T, H, W) or (B, T, H, W, C), T the frames of the sequence or those
    after the context, C the targets; metrics of `st_keras.metrics.video` then only leave out what
    weighs 0.

    Raises:
        ValueError: for impossible arguments, sequences that are not longer than `context_length`,
            pairs that do not fit each other or `context_length`, shapes the network cannot take,
            NaN or infinity that is a fault (not under XLA), losses that leave no pixels where some
            are missing, weights of another shape, class weights, missing or superfluous actions.

    Differs from the reference code: the reference reports a training cost in patch space, which is
    the same number. With `reverse_input`, batches seen are half the optimizer's iterations.

    Example:

    >>> import numpy as np
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
        missing="refuse",
        fill_value=None,
        max_missing_scans=0,
        pad=False,
        channels=None,
        targets=None,
        future_inputs=None,
        **kwargs,
    ):
        check_parts(network, sampling, normalization)
        super().__init__(
            network,
            context_length,
            normalization=normalization,
            missing=missing,
            fill_value=fill_value,
            max_missing_scans=max_missing_scans,
            pad=pad,
            channels=channels,
            targets=targets,
            future_inputs=future_inputs,
            **kwargs,
        )
        self.sampling = sampling
        self.decoupling_weight = decoupling_weight_of(network, decoupling_weight)
        self.reverse_input = bool(reverse_input)
        self.seed = check_int("Forecaster", "seed", seed, 0)
        self.default_loss = keras.losses.MeanSquaredError()
        self.loss_of_batch = None
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
        loss = told_of_units(loss, self.reader.of_targets, self.context_length)
        self.loss_of_batch = loss_of_batch(loss or self.default_loss, self.reader.masks)
        if self.loss_of_batch is not None:
            self._check_loss_weights(loss_weights)
        if self.reader.masks:
            metrics = metrics_of_valid_values(metrics)
        super().compile(optimizer, loss, loss_weights, weighted_metrics=metrics or None, **kwargs)

    def accepted_data(self, where, arguments):
        """Return the arguments of `fit` or `evaluate` with context and future where weighted."""
        return as_pairs(where, arguments, self.context_length, self.reader.masks)

    def inputs_of(self, data):
        """Return whole sequences of an element of a dataset, with the actions that it may hold."""
        frames, given, _ = self._sequences(data)
        return {"frames": frames, **given} if given else frames

    def train_step(self, data):
        """One update on a batch of frames, two with `reverse_input`."""
        frames, given, weights = self._training_sequences(data)
        batch, steps = tf.shape(frames)[0], frames.shape[1] - 1
        seen = batches_seen(self.optimizer, 2 if self.reverse_input else 1)
        # Who watches looks at the targets, too; XLA cannot.
        watched = self.watch.finite and not self.reader.channels.inputs
        if not (watched or self.jit_compile):
            frames = accepted_frames("Forecaster.fit", frames, self.missing, seen)
        if self.sampling is None:
            mask = tf.ones((batch, steps))
        else:
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
            sample_weight: (B,), or per pixel as in `fit`, or None: all weigh 1. Default None.

        Returns: Dict of the running means of the loss and its terms.
        """
        given = network_arguments("Forecaster.update_weights", self.network, actions)
        weights = self._weights(sample_weight, frames)
        self._update(self._read(frames), observed_mask, given, weights)
        if self.reverse_input:
            given = {name: value[:, ::-1] for name, value in given.items()}
            if self.reader.masks and weights is not None and weights.shape[1] != 1:
                weights = weights[:, ::-1]
            self._update(self._read(frames[:, ::-1]), observed_mask, given, weights)
        return self.training_logs(self.term_trackers.values())

    def test_step(self, data):
        """Closed-loop loss, and compiled metrics on the forecast in the user's units."""
        frames, given, weights = self._training_sequences(data)
        if not self.jit_compile:
            frames = accepted_frames("Forecaster.evaluate", frames, self.missing)
        read = self.reader.read(frames, self.context_length)
        mask = closed_loop_mask(tf.shape(frames)[0], frames.shape[1] - 1, self.context_length)
        weights = self._weights(weights, frames)
        _, predictions = self._loss_and_predictions(read, mask, given, weights, training=False)
        predictions = self.reader.cropped(predictions[:, self.context_length - 1 :], read)
        forecast = self.reader.of_targets.inverse(predictions)
        future = self.reader.targets(frames[:, self.context_length :])
        future = tf.cast(future, forecast.dtype)
        if weights is not None and self.loss_of_batch is not None:
            if weights.shape[1] != 1:
                return self._scores_of_pixels(future, forecast, weights)
            weights = tf.reshape(weights, (-1,))
        return step_logs(self.compute_metrics(frames, future, forecast, weights))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Loss of the frames alone: what `compile(loss=...)` says, else the MSE."""
        if y is None:  # Keras asks once, symbolically, before the first batch: a frame too many
            y = y_pred = y_pred[:, 1:]
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

    def get_config(self):
        """Return every constructor argument."""
        sampling = self.sampling
        return {
            **super().get_config(),
            "sampling": None if sampling is None else keras.saving.serialize_keras_object(sampling),
            "decoupling_weight": self.decoupling_weight,
            "reverse_input": self.reverse_input,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the nested objects, then the model."""
        names = ("network", "sampling", "normalization")
        nested = {name: keras.saving.deserialize_keras_object(config[name]) for name in names}
        return cls(**{**config, **nested})

    @staticmethod
    def _check_loss_weights(loss_weights):
        if loss_weights is not None:
            raise error(
                "Forecaster.compile",
                f"loss_weights={loss_weights!r} with missing values or padding",
                "one loss, which has no other beside it to be weighed against",
                "Leave loss_weights out, and scale the learning rate.",
            )

    def _scores_of_pixels(self, future, forecast, weights):
        """Evaluate the metrics with weights (B, T, H, W, C or 1) of the whole sequence."""
        weights = weights[:, self.context_length :] + tf.zeros_like(forecast)
        future = tf.where(weights > 0, future, float("nan"))
        with pixel_weights(weights):
            return step_logs(self.compute_metrics(None, future, forecast))

    def _sequences(self, data):
        return training_sequences(data, self.network, self.context_length, self.reader.masks)

    def _training_sequences(self, data):
        frames, given, weights = self._sequences(data)
        self.reader.check_channels("Forecaster.fit", frames.shape)
        if not self.built:
            self.build((None, None, *frames.shape[2:]))
        return frames, given, weights

    def _weights(self, sample_weight, frames):
        """Return weights as the loss takes them."""
        if self.loss_of_batch is None:
            return sample_weight
        shape = self.reader.targets(frames).shape
        return weights_of_values("Forecaster", sample_weight, shape, self.context_length)

    def _read(self, frames):
        """Return frames of training as the network gets them, some scans left out."""
        if not self.max_missing_scans:
            return self.reader.read(frames, self.context_length)
        valid = ~tf.math.is_nan(tf.cast(self.reader.targets(frames), "float32"))
        dropped = draw_dropped_scans(
            holds_scan(valid[:, : self.context_length]),
            self.max_missing_scans,
            self.seed,
            batches_seen(self.optimizer, 2 if self.reverse_input else 1),
        )
        later = frames.shape[1] - self.context_length
        dropped = tf.pad(dropped, [[0, 0], [0, later]])
        return self.reader.read(frames, self.context_length, dropped)

    def _update(self, read, observed_mask, given, weights):
        def loss():
            return self._loss_and_predictions(read, observed_mask, given, weights, training=True)[0]

        self.update(read.finite, loss, updates_per_batch=2 if self.reverse_input else 1)

    def _loss_and_predictions(self, read, observed_mask, given, weights, training):
        """Return the loss (this replica's part of it) and the predictions; track the terms."""
        batch = tf.shape(read.frames)[0]
        wants_terms = bool(self.decoupling_weight)
        steps = {**given, **read.arguments}
        fill = {"fill": steps.pop("fill")} if "fill" in steps else {}
        with counted_samples(batch):
            outputs = self.network(
                never_empty(read.frames)[:, :-1],
                observed_mask=never_empty(observed_mask),
                return_terms=wants_terms,
                training=training,
                **{name: never_empty(value[:, :-1]) for name, value in steps.items()},
                **fill,
            )
        predictions, terms = outputs if wants_terms else (outputs, {})
        # A Keras loss is divided by the number of replicas, whose gradients are summed.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        added = self.decoupling_weight * terms["decoupling"] / replicas if wants_terms else 0.0
        if self.loss_of_batch is not None:
            # Before anything is exchanged: what a layer adds is lost when another replica runs.
            added += sum(self.losses) / replicas
            if weights is not None and weights.shape[1] != 1:
                weights = weights[:, 1:]
            own = self.reader.cropped(predictions[:batch], read)
            truth = read.targets[:, 1:]
            part, mean, counted = self.loss_of_batch(truth, own, weights)
            loss = part + added * share_of_global_batch(batch)
            (logged,) = all_reduce_sum([tf.stop_gradient(loss)])
        else:
            truth = never_empty(read.targets)[:, 1:]
            weights = None if weights is None else never_empty(weights)
            frame_loss = self.compute_loss(None, truth, predictions, weights, training)
            loss = frame_loss + added if wants_terms else frame_loss
            logged, mean, counted = loss * replicas, frame_loss * replicas, batch
            loss = loss * share_of_global_batch(batch)
        self.loss_tracker.update_state(logged, sample_weight=counted)
        if wants_terms:
            self.term_trackers["frame_loss"].update_state(mean, sample_weight=counted)
            self.term_trackers["decoupling"].update_state(terms["decoupling"], sample_weight=batch)
        return loss, predictions[:batch]
