"""`Nowcaster`: rain moved along its motion, and the probabilities of what becomes of it."""

import itertools

import keras
import numpy as np
from keras import ops

from st_keras.choices import DECISIONS
from st_keras.models.nowcaster.decisions import decide
from st_keras.models.nowcaster.default_thresholds import DEFAULT_THRESHOLDS
from st_keras.models.nowcaster.exceedance import Exceedance
from st_keras.models.nowcaster.lagrangian_state import LagrangianState
from st_keras.models.nowcaster.learned_residual import LearnedResidual, residual_network
from st_keras.models.nowcaster.nowcast_arrays import NowcastArrays
from st_keras.models.nowcaster.nowcast_loss import ThresholdLoss, drawn_leads
from st_keras.models.nowcaster.nowcast_optimizer import nowcast_optimizer
from st_keras.models.nowcaster.rain_distribution import ordered
from st_keras.models.nowcaster.rain_frames import accepted_rates, check_frames_shape
from st_keras.models.nowcaster.rain_tail import tail_exponent
from st_keras.models.padded_frames import pad_frames
from st_keras.models.trained_model import TrainedModel
from st_keras.random.batches_seen import batches_seen
from st_keras.replicas.global_batch import never_empty
from st_keras.replicas.logs import step_logs
from st_keras.validation import check_int, check_number, check_one_of, error

DIVISOR = 16  # of H and W, for the coarsest grid
_DRY = 0.0


@keras.saving.register_keras_serializable(package="st_keras")
class Nowcaster(NowcastArrays, TrainedModel):
    """Forecast how probable it is that rain reaches each of some rates, per pixel and lead time.

        context -> motion -> frames brought to the last one -> AR(2) of each band of scales
                -> logits of R >= t: (S - z(t)) / sd, and a learned residual -> along the motion

    What is computed (`LagrangianState`) is a nowcast by itself, `residual=None`: an S-PROG with its
    error, which needs no training. The residual learns what that leaves over. One field is a
    decision made of the distribution; `forecast(optimise_for=...)` names it.

    Args:
        residual: "unet", the default; "predrnn" or "modernn", whose cells run over the frames along
            the motion; None; or a layer called as `ResidualUNet`.
        thresholds: increasing floats, mm/h, whose exceedance is forecast. Default 0.1, 0.25, 0.5,
            1, 2, 3.5, 5, 10.
        threshold_weights: floats, what each threshold weighs in the loss. Default None: 0.5, 1,
            1.5, 2, 2.5, 2.5, 3, 3 of the default thresholds, 1 of others.
        context_length: int >= 3, frames that are read. Default 6.
        horizon: int >= 1, lead times of `call`, and of a forecast that names none. Default 12.
        leads_per_batch: int >= 1, lead times drawn for each batch of training. Default 4.
        decision: one of "csi", "matched", "median", "mean": what a forecast is best for that names
            nothing; see `decide`. Default "csi".
        area_limit, lowest_cut: of the decision "csi", see `decide`. Default 1.15, 0.1.
        seed: int. Seeds the lead times of training. Default 0.
        **kwargs: `name`, `dtype` (also "mixed_float16", "mixed_bfloat16", of the residual; all that
            is computed stays float32).

    Call arguments:
        frames: (B, T, H, W, 1) rain rates in mm/h, NaN where there is no data. Of T >=
            `context_length` frames the last ones are read. H and W are free.
        horizon: int. Default None: that of the model.

    Returns:
        (B, horizon, H, W, K) float32: P(R >= threshold), which falls with the threshold.

    Raises:
        ValueError: for arguments out of range, frames of another rank or with several channels, too
            few frames, negative or infinite rates, a loss given to `compile`, weights given to
            `fit`.

    Train it with sequences (B, T, H, W, 1), T > `context_length`. The loss is the binary
    cross-entropy of all thresholds, a proper score, over the valid pixels of the global batch.

    Example:

    >>> model = Nowcaster(residual=None)
    >>> context = np.random.default_rng(0).gamma(0.5, 2.0, (1, 6, 32, 48, 1)).astype("float32")
    >>> model.forecast(context, horizon=3).shape
    (1, 3, 32, 48, 1)
    >>> model.forecast(context, horizon=3, members=4, seed=1).shape
    (1, 4, 3, 32, 48, 1)

    References: [1] Seed (2003) A Dynamic and Spatial Scaling Approach to Advection Forecasting.
    Journal of Applied Meteorology 42. [2] Bowler, Pierce and Seed (2006) STEPS. Quarterly Journal
    of the Royal Meteorological Society 132.
    """

    def __init__(
        self,
        residual="unet",
        thresholds=DEFAULT_THRESHOLDS,
        threshold_weights=None,
        context_length=6,
        horizon=12,
        leads_per_batch=4,
        decision="csi",
        area_limit=1.15,
        lowest_cut=0.1,
        seed=0,
        **kwargs,
    ):
        super().__init__(autocast=False, **kwargs)
        where = "Nowcaster"
        self.thresholds = _rising(where, thresholds)
        self.threshold_loss = ThresholdLoss(self.thresholds, threshold_weights)
        self.threshold_weights = None if threshold_weights is None else tuple(threshold_weights)
        self.context_length = check_int(where, "context_length", context_length, 3)
        self.horizon = check_int(where, "horizon", horizon, 1)
        self.leads_per_batch = check_int(where, "leads_per_batch", leads_per_batch, 1)
        self.decision = check_one_of(where, "decision", decision, DECISIONS)
        self.area_limit = check_number(where, "area_limit", area_limit, 0.1)
        self.lowest_cut = check_number(where, "lowest_cut", lowest_cut, 0.0, 0.6)
        self.seed = check_int(where, "seed", seed, 0)
        self.residual = residual
        self.lagrangian_state = LagrangianState(name="lagrangian_state")
        network, self.learned = residual_network(where, residual, self.dtype_policy), None
        if network is not None:
            self.learned = LearnedResidual(
                network, len(self.thresholds), dtype=self.dtype_policy, name="learned"
            )
        levels = np.log10(self.thresholds) + 1
        self.exceedance = Exceedance(levels, network is not None, name="exceedance")
        self.image_shape = None
        self.term_trackers = {"crps": keras.metrics.Mean(name="crps")}

    def compile(self, optimizer=None, loss=None, metrics=None, **kwargs):
        """Configure training.

        Args:
            optimizer: default `nowcast_optimizer()`: AdamW with a learning rate of 2e-3.
            loss: None: the model minimises its own.
            metrics: list of metrics of `st_keras.metrics.radar`, such as `CSI()`, of the field that
                `decision` makes; in `evaluate`.
            **kwargs: those of `keras.Model.compile`; `jit_compile` is off unless it is True.

        Raises:
            ValueError: if a loss is given.
        """
        if loss is not None:
            raise error(
                "Nowcaster.compile",
                f"loss={loss!r}",
                "none: the model minimises the cross-entropy of its thresholds",
                "Set thresholds and threshold_weights in Nowcaster(...).",
            )
        if optimizer is None:
            optimizer = nowcast_optimizer()
        super().compile(optimizer=optimizer, metrics=metrics, **kwargs)

    def build(self, frames_shape):
        """Create all weights for frames (B, T, H, W, 1); H and W stay free."""
        check_frames_shape("Nowcaster", frames_shape, self.context_length)
        self.image_shape = (*frames_shape[2:4], 1)
        maps = (frames_shape[0], None, None)
        frames = (*maps, self.context_length)
        if self.learned is not None and not self.learned.built:
            channels = self.lagrangian_state.map_channels
            others = ((*maps, channels[name]) for name in ("maps", "bands"))
            self.learned.build(frames, frames, *others)
        if not self.exceedance.built:
            self.exceedance.build()
        self.built = True

    def call(self, frames, horizon=None, training=False):
        """Return P(R >= threshold)."""
        check_frames_shape("Nowcaster", frames.shape, self.context_length)
        height, width = ops.shape(frames)[2:4]
        context = frames[:, -self.context_length :]
        context = ops.reshape(context, (-1, self.context_length, height, width, 1))
        _, logits = self.run(context, horizon or self.horizon, training=training)
        return ordered(ops.sigmoid(logits))

    def run(self, context, horizon, leads=None, motion=None, training=False):
        """Return the state that was computed and the logits (B, L, H, W, K), of the context's size.

        "mean", "sd" and "paths" of the state are those of the lead times asked for.

        Args:
            context: (B, context_length, H, W, 1).
            horizon: int.
            leads: int tensor (L,), lead times within the horizon. Default None: all.
            motion: (B, H, W, 2), pixels per step, (down, right). Default None: the context's own.
            training: bool.
        """
        height, width = ops.shape(context)[2:4]
        context = _padded(context, float("nan"))
        if motion is not None:
            motion = _padded(motion[:, None], 0.0)[:, 0]
        state = self.lagrangian_state(context, steps=horizon, motion=motion)
        residual = None
        if self.learned is not None:
            read = [state[name] for name in ("frames", "valid", "maps", "bands")]
            residual = self.learned(*read, training=training)
        moved = {name: state[name] for name in ("mean", "sd", "paths")}
        if leads is not None:
            moved = {name: ops.take(value, leads - 1, axis=1) for name, value in moved.items()}
            state = {**state, **moved}
        logits = self.exceedance(
            **moved,
            residual=residual,
            known=state["known"],
            texture=state["texture"],
            leads=leads,
            steps=horizon,
        )
        return state, logits[:, :, :height, :width]

    def field(self, frames, probabilities, decision=None):
        """Return one field (B, L, H, W, 1), mm/h, NaN where no frame of the context has data.

        Args:
            frames: the context, (B, T, H, W, 1).
            probabilities: (B, L, H, W, K).
            decision: str. Default None: that of the model.
        """
        known = ops.any(~ops.isnan(frames), axis=1)[:, None]  # (B, 1, H, W, 1)
        field = decide(
            probabilities,
            self.thresholds,
            ops.cast(known, "float32"),
            decision or self.decision,
            self.area_limit,
            self.lowest_cut,
            ops.reshape(tail_exponent(frames[:, -self.context_length :]), (-1, 1, 1, 1)),
        )
        return ops.where(known, field[..., None], float("nan"))

    def train_step(self, data):
        """One update on a batch of sequences (B, T, H, W, 1)."""
        seen = batches_seen(self.optimizer)
        frames = self._training_frames("Nowcaster.fit", data, seen)
        horizon = frames.shape[1] - self.context_length
        leads = drawn_leads(self.leads_per_batch, horizon, self.seed, seen)

        def loss():
            return self._loss_and_logits(frames, horizon, leads, training=True)[0]

        self.update(ops.where(ops.isnan(frames), 0.0, frames), loss)
        return self.running_logs([])

    def test_step(self, data):
        """Loss and CRPS of all lead times, and compiled metrics of the field of `decision`."""
        frames = self._training_frames("Nowcaster.evaluate", data)
        horizon = frames.shape[1] - self.context_length
        _, logits = self._loss_and_logits(frames, horizon, None, training=False)
        probabilities = ordered(ops.sigmoid(logits))
        future = frames[:, self.context_length :]
        _, mean, count = self.threshold_loss.crps(future[..., 0], probabilities)
        self.term_trackers["crps"].update_state(mean, sample_weight=count)
        logs = self.running_logs(self.term_trackers.values())
        field = self.field(frames[:, : self.context_length], probabilities)
        field = ops.where(ops.isnan(field), _DRY, field)
        metrics = self.compute_metrics(frames, future, field)
        return {**step_logs(metrics), **logs}

    def inputs_of(self, data):
        """Return the frames of an element of a dataset, as float32."""
        frames, *others = data if isinstance(data, (list, tuple)) else (data,)
        if any(each is not None for each in others):
            raise error(
                "Nowcaster.fit",
                "a dataset with targets or weights beside the frames",
                "whole sequences of frames alone",
                "Map the dataset to its frames: dataset.map(lambda frames, *_: frames).",
            )
        return ops.cast(frames, "float32")

    def call_signature(self):
        """Return what `export` asks of the input: any batch, number of frames and size."""
        return [keras.InputSpec(shape=(None, self.context_length, None, None, 1), dtype="float32")]

    @property
    def frames_shape(self):
        """What frames it takes: any batch, number of frames and size, one channel."""
        return (None, None, None, None, 1)

    def compute_output_spec(self, frames, horizon=None, training=False):
        """Probabilities for each pixel, lead time and threshold."""
        if not self.built:
            self.build(frames.shape)
        return keras.KerasTensor(self.compute_output_shape(frames.shape, horizon), "float32")

    def compute_output_shape(self, frames_shape, horizon=None):
        """(B, horizon, H, W, K)."""
        batch, _, height, width, _ = frames_shape
        return (batch, horizon or self.horizon, height, width, len(self.thresholds))

    def get_config(self):
        """Return every constructor argument."""
        residual = self.residual
        if isinstance(residual, keras.layers.Layer):
            residual = keras.saving.serialize_keras_object(residual)
        return {
            **super().get_config(),
            "residual": residual,
            "thresholds": self.thresholds,
            "threshold_weights": self.threshold_weights,
            "context_length": self.context_length,
            "horizon": self.horizon,
            "leads_per_batch": self.leads_per_batch,
            "decision": self.decision,
            "area_limit": self.area_limit,
            "lowest_cut": self.lowest_cut,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the residual, then the model."""
        residual = config.get("residual")
        if isinstance(residual, dict):
            residual = keras.saving.deserialize_keras_object(residual)
        return cls(**{**config, "residual": residual})

    def _training_frames(self, where, data, batch=None):
        frames = self.inputs_of(data)
        check_frames_shape(where, frames.shape, self.context_length + 1)
        if not self.built:
            self.build(frames.shape)
        return frames if self.jit_compile else accepted_rates(where, frames, batch)

    def _loss_and_logits(self, frames, horizon, leads, training):
        """Return this replica's part of the loss, and the logits; track the loss."""
        import tensorflow as tf

        batch = ops.shape(frames)[0]
        future = frames[:, self.context_length :, ..., 0]
        if leads is not None:
            future = ops.take(future, leads - 1, axis=1)
        context = never_empty(frames[:, : self.context_length])
        _, logits = self.run(context, horizon, leads, training=training)
        logits = logits[:batch]
        part, mean, count = self.threshold_loss(future, logits)
        self.loss_tracker.update_state(mean, sample_weight=count)
        # Keras sums the gradients of all replicas.
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        return part + sum(self.losses) / replicas, logits


def _padded(frames, value):
    """Add rows at the bottom and columns at the right, to multiples of 16."""
    return pad_frames(frames, DIVISOR, value)


def _rising(where, thresholds):
    """Return thresholds as a tuple of increasing floats > 0."""
    values = tuple(check_number(where, "thresholds", each, 1e-6) for each in thresholds)
    if len(values) < 2 or any(low >= high for low, high in itertools.pairwise(values)):
        raise error(
            where,
            f"thresholds={thresholds!r}",
            "at least two rain rates in mm/h, each above the one before",
            "Pass for example thresholds=(0.1, 0.5, 1, 2, 5, 10).",
        )
    return values
