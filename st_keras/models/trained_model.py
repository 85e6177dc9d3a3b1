"""`TrainedModel`: the update of a model that has a `train_step` of its own."""

import pathlib
import warnings

import keras
from keras import ops

from st_keras.models.data_shape import image_shape_of
from st_keras.models.finite_check import finite_check
from st_keras.models.fit_arguments import (
    EVALUATE,
    FIT,
    TRAIN_ON_BATCH,
    arguments_by_name,
    refuse_class_weight,
)
from st_keras.models.graph_cache import GraphCache
from st_keras.models.graph_refusal import refusal_in
from st_keras.models.preset_folder import load_preset, save_preset
from st_keras.models.shipped_models import located_model, names_of_shipped_models
from st_keras.models.training_watch import TrainingWatch
from st_keras.private_api import BuiltFromOneReplica
from st_keras.random.batches_seen import batches_seen
from st_keras.replicas.exchange import all_reduce_sum
from st_keras.replicas.first_batch import local_part
from st_keras.replicas.gradients import (
    agreed_gradients,
    apply_gradients,
    check_optimizer_on_replicas,
)
from st_keras.replicas.logs import step_logs
from st_keras.validation import error


class TrainedModel(BuiltFromOneReplica, keras.Model):
    """Base of `Forecaster` and `SlowVAE`: one update, the same on any number of replicas.

    Attributes:
        watch: `TrainingWatch`, what callbacks want to be looked at in every update.
        PRESETS: dict of class, from names to functions that make constructor arguments.
    """

    PRESETS = {}

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.watch = TrainingWatch()
        self.jit_compile = False  # `predict` of a model that is not compiled asks, too
        self._own_graphs = GraphCache()

    @classmethod
    def from_preset(cls, preset, **overrides):
        """Load a trained model, or make an untrained one by the name of its recipe.

        Args:
            preset: a name in `PRESETS`, such as "predrnn_moving_mnist": the published network,
                context length, sampling and loss, untrained; or a folder that `save_to_preset`
                wrote, such as "run/nowcast"; or, where there is no such folder, the name of a
                trained model that comes with the package, such as "predrnn_moving_digits", found
                from any folder.
            **overrides: with the name of a recipe: constructor arguments that replace those of the
                recipe, `dtype` (that of the network), and `steps`, the batches that the sampling is
                scaled to.

        Returns:
            The model, not compiled. A trained one has its weights.

        Raises:
            ValueError: for a name that nothing has, a folder that is damaged or holds another kind
                of model, or overrides of a trained model.
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
        folder = located_model(preset)
        if overrides or not folder.is_dir():
            given = f" and {sorted(overrides)}" if overrides else ""
            names = f"one of {list(cls.PRESETS)}, or " if cls.PRESETS else ""
            raise error(
                where,
                f"preset={str(preset)!r}{given}",
                f"{names}a folder that save_to_preset wrote, alone: a trained model stays as it "
                f"is; or the name of one that comes with the package: {names_of_shipped_models()}",
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
    def loss_tracker(self):
        """`keras.metrics.Mean` of the loss, which `compile` makes."""
        return next(metric for metric in self.metrics if metric.name == "loss")

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

    def compile(self, *args, jit_compile="auto", **kwargs):
        """Configure training, as `keras.Model.compile` does.

        Args:
            *args, **kwargs: those of `keras.Model.compile`.
            jit_compile: bool or "auto". XLA. "auto", the default, is off; Keras' own turns it on as
                soon as there is one GPU.
        """
        super().compile(*args, jit_compile=jit_compile is True, **kwargs)

    def compile_from_config(self, config):
        """Compile a loaded model as it was, with the state of its optimizer."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.built and self.optimizer:
            self.optimizer.build(self.trainable_variables)

    def fit(self, *args, **kwargs):
        """Train as `keras.Model.fit` does; a model that is not built is built for the data first.

        TensorFlow traces a graph that creates variables twice; one whose weights and state of the
        optimizer are there before is traced once.
        """
        where, arguments = (
            f"{type(self).__name__}.fit",
            arguments_by_name(FIT, args, kwargs),
        )
        refuse_class_weight(where, arguments)
        arguments = self.accepted_data(where, arguments)
        validation = arguments.get("validation_data")
        if isinstance(validation, (list, tuple)):
            names = ("x", "y", "sample_weight")
            given = dict(zip(names, validation, strict=False))
            accepted = self.accepted_data(f"{where}: validation_data", given)
            arguments["validation_data"] = tuple(accepted.get(n) for n in names)
        image_shape = None if self.built else image_shape_of(arguments.get("x"))
        if image_shape is not None:
            with self.distribute_strategy.scope():
                self.build((None, None, *image_shape))
        return super().fit(**arguments)

    def evaluate(self, *args, **kwargs):
        """Evaluate as `keras.Model.evaluate` does."""
        where = f"{type(self).__name__}.evaluate"
        # Keras' own `fit` hands over what it has prepared.
        arguments = arguments_by_name(EVALUATE, args, kwargs)
        return super().evaluate(**self.accepted_data(where, arguments))

    def train_on_batch(self, *args, **kwargs):
        """Train on one batch as `keras.Model.train_on_batch` does."""
        arguments = arguments_by_name(TRAIN_ON_BATCH, args, kwargs)
        refuse_class_weight(f"{type(self).__name__}.train_on_batch", arguments)
        return super().train_on_batch(**arguments)

    def accepted_data(self, where, arguments):
        """Return the arguments of `fit` or `evaluate` such that Keras drops none of the data.

        Keras drops `sample_weight` where there is no `y`. A model that can weigh its samples says
        here how; here it is refused.

        Args:
            where: str. Who asks; an error begins with it.
            arguments: dict, `x`, `y`, `sample_weight` and others, those that were given.

        Raises:
            ValueError: for sample weights.
        """
        if arguments.get("sample_weight") is not None:
            raise error(
                where,
                "sample_weight",
                f"frames alone: the objective of {type(self).__name__} has no weights",
                "Give frequent sequences a larger share of the dataset instead.",
            )
        return arguments

    def inputs_of(self, data):
        """Return what `call` takes of an element of a dataset."""
        return keras.utils.unpack_x_y_sample_weight(data)[0]

    def traced(self, name, trace):
        """Return a graph of this model, `trace()`, traced anew when the weights are others.

        Args:
            name: str.
            trace: function without arguments that returns a `tf.function`.
        """
        return self._own_graphs.get(self, name, trace)

    def call_signature(self):
        """Return a list of `keras.InputSpec`, what an exported `call` takes; a model says it."""
        raise NotImplementedError

    def export(self, filepath, format="tf_saved_model", input_signature=None, **kwargs):
        """Export `call` with Keras' own exporter, for the sizes of `call_signature`.

        `st_keras.export.export_saved_model` writes the signatures that are served.
        """
        if input_signature is None and self.built:
            input_signature = self.call_signature()
        return super().export(filepath, format, input_signature=input_signature, **kwargs)

    def make_train_function(self, force=False):
        """Make the training function; its errors say what was wrong with the data."""
        check_optimizer_on_replicas(self.optimizer, self.distribute_strategy)
        if self.built and self.optimizer and not self.optimizer.built:
            with self.distribute_strategy.scope():
                self.optimizer.build(self.trainable_variables)
        if self.train_function is None or force:
            super().make_train_function(force)
            self.train_function = _named_errors(self.train_function)

    def make_test_function(self, force=False):
        """Make the function of `evaluate`; its errors say what was wrong with the data."""
        if self.test_function is None or force:
            super().make_test_function(force)
            self.test_function = _named_errors(self.test_function)

    def batch_to_build_from(self, batch):
        """Return what the first replica has of the inputs; see `BuiltFromOneReplica`."""
        return self.inputs_of(local_part(batch, self.distribute_strategy))

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
        if not weights:
            warnings.warn("The model does not have any trainable weights.", stacklevel=2)
            return
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
        trackers = [self.loss_tracker, *trackers]
        totals = ops.stack([ops.add(tracker.total, 0.0) for tracker in trackers])
        counts = ops.stack([ops.add(tracker.count, 0.0) for tracker in trackers])
        totals, counts = all_reduce_sum([totals, counts])
        means = ops.where(counts > 0, totals / ops.maximum(counts, 1.0), 0.0)
        return step_logs({tracker.name: means[i] for i, tracker in enumerate(trackers)})


def _may_overflow(optimizer):
    """Whether gradients may be infinite by design: loss scaling looks for the largest scale."""
    return isinstance(optimizer, keras.optimizers.LossScaleOptimizer)


def _named_errors(step_function):
    def function(iterator):
        try:
            return step_function(iterator)
        except Exception as failure:
            named = refusal_in(failure)
            if named is None:
                raise
            raise named from None

    return function
