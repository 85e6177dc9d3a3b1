"""`TrainedModel`: the update of a model that has a `train_step` of its own, and who watches it."""

import pathlib

import keras
from keras import ops

from st_keras.models.data_shape import image_shape_of
from st_keras.models.finite_check import finite_check, not_finite_error
from st_keras.models.preset_folder import load_preset, save_preset
from st_keras.random.batches_seen import batches_seen
from st_keras.replicas.exchange import sum_over_replicas
from st_keras.replicas.gradients import agreed_gradients, apply_gradients
from st_keras.replicas.logs import step_logs
from st_keras.validation import error


class TrainedModel(keras.Model):
    """Base of `Forecaster` and `SlowVAE`: one update, the same on any number of replicas.

    Attributes:
        watch: `TrainingWatch`, what callbacks want to be looked at in every update.
        PRESETS: dict of class, from names to functions that make constructor arguments.
    """

    PRESETS = {}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.watch = TrainingWatch()

    @classmethod
    def from_preset(cls, preset, **overrides):
        """Load a trained model from a folder, or make an untrained one by the name of its recipe.

        Args:
            preset: folder that `save_to_preset` wrote, such as
                "saved_models/predrnn_moving_digits"; or a name in `PRESETS`, such as
                "predrnn_moving_mnist": the published network, context length, sampling and loss.
            **overrides: with a name: constructor arguments that replace those of the preset,
                `dtype` (that of the network), and `steps`, the batches that the sampling is scaled
                to.

        Returns:
            The model, not compiled. One from a folder has its weights.

        Raises:
            ValueError: for a folder that is none, is damaged or holds another kind of model, or for
                overrides of a trained model.
        """
        where = f"{cls.__name__}.from_preset"
        folder = pathlib.Path(preset)
        if isinstance(preset, str) and preset in cls.PRESETS:
            if folder.is_dir():
                raise error(
                    where,
                    f"preset={preset!r}, which is a name and a folder here",
                    "one of the two",
                    f"Write './{preset}' for the trained model in the folder.",
                )
            return cls(**cls.PRESETS[preset](**overrides))
        if overrides or not folder.is_dir():
            given = f" and {sorted(overrides)}" if overrides else ""
            names = f"one of {list(cls.PRESETS)}, or " if cls.PRESETS else ""
            raise error(
                where,
                f"preset={str(preset)!r}{given}",
                f"{names}a folder that save_to_preset wrote, alone: a trained model stays as it is",
                "Check the name or the path.",
            )
        return load_preset(where, folder, cls)

    def save_to_preset(self, directory, weights_dtype="float32", provenance=None):
        """Save the built model as a folder of readable files, without its optimizer.

        Args:
            directory: str or path that does not exist.
            weights_dtype: "float32", or "float16" for half the size on disk. Default "float32".
            provenance: dict of JSON values to be kept beside it: data, command, scores. Default:
                nothing.

        Returns:
            `pathlib.Path` of the folder: `config.json`, `model.weights.h5`, `metadata.json`.

        Raises:
            ValueError: for a model without weights, weights too large for float16, provenance that
                is not JSON, or a `directory` that exists or cannot be written.
        """
        where = f"{type(self).__name__}.save_to_preset"
        return save_preset(where, self, directory, weights_dtype, provenance)

    @property
    def metrics(self):
        """The loss, its terms and, once evaluated, the compiled metrics."""
        # Training never touches the compiled metrics, and Keras cannot read one without data.
        return [metric for metric in super().metrics if getattr(metric, "built", True)]

    @property
    def metrics_variables(self):
        """Variables of the metrics and of what is watched: with them a training can be resumed."""
        watched = [variable for metric in self.watch.metrics for variable in metric.variables]
        return [*super().metrics_variables, *watched]

    def reset_metrics(self):
        """Reset them, and what is watched, which belongs to training alone."""
        super().reset_metrics()
        for metric in self.watch.metrics:
            metric.reset_state()

    def fit(self, x=None, *args, **kwargs):
        """Train as `keras.Model.fit` does; a model that is not built is built for the data first.

        TensorFlow traces a graph that creates variables twice; one whose weights and state of the
        optimizer are there before is traced once.
        """
        image_shape = None if self.built or x is None else image_shape_of(x)
        if image_shape is not None:
            with self.distribute_strategy.scope():
                self.build((None, None, *image_shape))
        return super().fit(x, *args, **kwargs)

    def make_train_function(self, force=False):
        """Make the training function; its errors name what is not finite."""
        if self.built and self.optimizer and not self.optimizer.built:
            with self.distribute_strategy.scope():
                self.optimizer.build(self.trainable_variables)
        if self.train_function is None or force:
            super().make_train_function(force)
            self.train_function = _named_errors(self.train_function)

    def update(self, frames, loss_of, updates_per_batch=1):
        """Make one update of the weights.

        Args:
            frames: tensor (B, ...), the samples, looked at if the watch asks for it.
            loss_of: function without arguments; returns the loss of this replica, such that the
                losses of all replicas add up to that of the global batch.
            updates_per_batch: int. Default 1.
        """
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = loss_of()
            scaled = self.optimizer.scale_loss(loss)
        weights = self.trainable_weights
        gradients = [
            # A weight may have no part in the loss, as the adapter without decoupling.
            tf.zeros(weight.shape, weight.dtype) if gradient is None else gradient
            for gradient, weight in zip(tape.gradient(scaled, weights), weights, strict=True)
        ]
        self.watch.note_gradients(gradients, self.optimizer)
        check = None
        if self.watch.finite:
            checked = [] if _may_overflow(self.optimizer) else gradients
            names = [weight.path for weight in weights[: len(checked)]]
            batch = batches_seen(self.optimizer, updates_per_batch)
            check = finite_check(frames, loss, checked, names, batch)
        # The weights stay as they are when the check fails; run eagerly, it has raised already.
        with tf.control_dependencies([] if check is None else [check]):
            if check is not None:
                gradients = [tf.identity(gradient) for gradient in gradients]
            gradients = agreed_gradients(gradients, self.optimizer)
            apply_gradients(self.optimizer, gradients, weights)

    def training_logs(self, trackers):
        """Return `running_logs` of `trackers` and of what is watched."""
        return self.running_logs([*trackers, *self.watch.metrics])

    def running_logs(self, trackers):
        """Return the running means of the loss and of `trackers`.

        They are those of all replicas: Keras would show the last epoch's from one replica's
        samples, or the mean of means over unequally many samples.

        Args:
            trackers: iterable of `keras.metrics.Mean`.
        """
        trackers = [self._loss_tracker, *trackers]
        totals = ops.stack([ops.add(tracker.total, 0.0) for tracker in trackers])
        counts = ops.stack([ops.add(tracker.count, 0.0) for tracker in trackers])
        totals, counts = sum_over_replicas([totals, counts])
        means = ops.where(counts > 0, totals / ops.maximum(counts, 1.0), 0.0)
        return step_logs({tracker.name: means[i] for i, tracker in enumerate(trackers)})


class TrainingWatch:
    """What callbacks want to be looked at in every update; nothing, by default.

    Attributes:
        finite: bool. Whether an update whose input, loss or gradient is not finite is refused, and
            names it.
        metrics: list with the gradient norm, once it is tracked.
    """

    def __init__(self):
        self.finite = False
        self.metrics = []

    def track_gradient_norm(self, model):
        """Log the global norm of the gradient, that of all replicas, until `stop`."""
        if not self.metrics:
            with model.distribute_strategy.scope():
                self.metrics = [keras.metrics.Mean(name="gradient_norm")]
            model.train_function = None  # to be traced anew

    def check_finite(self, model):
        """Refuse updates with anything that is not finite, until `stop`."""
        if not self.finite:
            self.finite = True
            model.train_function = None

    def stop(self, model):
        """Look at nothing any more."""
        if self.finite or self.metrics:
            self.finite, self.metrics = False, []
            model.train_function = None

    def note_gradients(self, gradients, optimizer):
        """Track their norm, without the loss scale, if that is asked for."""
        import tensorflow as tf

        if not self.metrics:
            return
        gradients = sum_over_replicas(gradients)
        scale = optimizer.scale_loss(ops.ones(()))
        norm = tf.linalg.global_norm([tf.cast(g, tf.float32) for g in gradients]) / scale
        # A float16 overflow is skipped by the optimizer, and has no norm.
        self.metrics[0].update_state(
            tf.where(tf.math.is_finite(norm), norm, 0.0),
            sample_weight=tf.cast(tf.math.is_finite(norm), tf.float32),
        )


def _may_overflow(optimizer):
    """Whether gradients may be infinite by design: loss scaling looks for the largest scale."""
    return isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def _named_errors(train_function):
    def function(iterator):
        try:
            return train_function(iterator)
        except Exception as failure:
            named = not_finite_error(failure)
            if named is None:
                raise
            raise named from None

    return function
