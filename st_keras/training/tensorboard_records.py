"""What TensorBoard shows of a training: curves of scalars, and forecasts to look at."""

import pathlib
import tempfile

import keras
import numpy as np
import tensorflow as tf

from st_keras.metrics.video import persistence_forecast, skill
from st_keras.plots import forecast_strip
from st_keras.plots.sequence_images import shown_range
from st_keras.random.batches_seen import batches_seen
from st_keras.training.batches_of_call import batches_of_call
from st_keras.training.strategies import worker_index
from st_keras.validation import check_int, error

STRIPS = 4  # forecasts drawn per epoch


class TensorBoardRecords(keras.callbacks.Callback):
    """Write the course of a training for TensorBoard (`pip install "st_keras[tensorboard]"`).

    Every few batches: the loss and its terms, the gradient norm (before clipping, without the
    loss scale), the learning rate, the probability that the network sees an observed frame within
    the context and after it (`Forecaster` with a sampling), and the loss scale (float16). After
    every epoch: the same logs and those of the validation, and, given sequences, the skill of
    the forecasts against persistence, 1 - MSE / MSE of persistence (of the values that are not
    missing), and pictures of them. The
    horizontal axis counts batches. Of several workers the first one writes.

    Args:
        folder: where to write. Event files are added; nothing is overwritten.
        sequences: array (N, T, H, W, C) in the user's units, of validation sequences that a
            `Forecaster` is to forecast after its context. Default: none.
        every: int >= 1, batches between scalars; with `steps_per_execution` they are written at
            the end of the execution. Default 20.

    Raises:
        ValueError: if TensorBoard is not installed, `sequences` are no sequences, or leave
            nothing to forecast.

    Example:

    >>> callback = TensorBoardRecords("run/tensorboard", every=50)
    >>> callback.every
    50
    """

    def __init__(self, folder, sequences=None, every=20):
        super().__init__()
        if not hasattr(tf.summary, "scalar"):
            raise error(
                "TensorBoardRecords",
                "an installation without TensorBoard",
                "the package tensorboard",
                'Install it: pip install "st_keras[tensorboard]".',
            )
        self.folder = pathlib.Path(folder)
        self.sequences = None if sequences is None else np.asarray(sequences, "float32")
        self.every = check_int("TensorBoardRecords", "every", every, 1)
        self.seen = 0

    def set_model(self, model):
        """Ask the model for the norm of its gradient."""
        super().set_model(model)
        context = getattr(model, "context_length", None)
        shape = None if self.sequences is None else self.sequences.shape
        if shape is not None and (context is None or len(shape) != 5 or shape[1] <= context):
            raise error(
                "TensorBoardRecords",
                f"sequences of shape {shape} for a {type(model).__name__}"
                + (f" with context_length={context}" if context else ""),
                "a Forecaster and sequences (N, T, H, W, C) longer than its context",
                "Pass longer sequences, or sequences=None.",
            )
        if hasattr(model, "watch"):
            model.watch.track_gradient_norm(model)

    def on_train_begin(self, logs=None):
        """Open the file of events."""
        writes = worker_index() == 0
        self.writer = tf.summary.create_file_writer(str(self.folder)) if writes else None

    def on_train_batch_end(self, batch, logs=None):
        """Write the scalars of every so many batches."""
        self.seen = self._batches_seen()
        before = self.seen - batches_of_call(self, batch)
        if self.writer and self.seen // self.every > before // self.every:
            self._write({**(logs or {}), **self._settings()})

    def on_epoch_end(self, epoch, logs=None):
        """Write the logs of the epoch; forecast, score and draw the sequences."""
        if not self.writer:
            return
        self._write({f"epoch/{name}": value for name, value in (logs or {}).items()})
        if self.sequences is not None:
            self._write_forecasts()
        self.writer.flush()

    def on_train_end(self, logs=None):
        """Close the file, and measure no more."""
        if self.writer:
            self.writer.close()
        if hasattr(self.model, "watch"):
            self.model.watch.stop(self.model)

    def _write(self, scalars):
        with self.writer.as_default(self.seen):
            for name, value in scalars.items():
                tf.summary.scalar(name, np.asarray(value).item())

    def _batches_seen(self):
        twice = getattr(self.model, "reverse_input", False)
        return int(batches_seen(self.model.optimizer, 2 if twice else 1))

    def _settings(self):
        """Return what is not in the logs: rates, probabilities and scales of this batch."""
        optimizer = self.model.optimizer
        found = {"learning_rate": keras.ops.convert_to_numpy(optimizer.learning_rate)}
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            found["loss_scale"] = optimizer.dynamic_scale.numpy()
        sampling = getattr(self.model, "sampling", None)
        if sampling is not None:
            found["sampling/context"] = float(sampling.context(self.seen))
            found["sampling/forecast"] = float(sampling.horizon(self.seen))
        return found

    def _write_forecasts(self):
        context, truth, known = self.model.forecast_parts(self.sequences)
        forecast = self.model.forecast(context, truth.shape[1], known=known)
        context = self.model.targets_of(context)
        persistence = persistence_forecast(context, truth.shape[1])
        squares = [np.square(frames - truth) for frames in (forecast, persistence)]
        # Of the values that were measured, and that both of them know.
        known = np.isfinite(squares[0]) & np.isfinite(squares[1])
        errors = [float(s[known].mean()) if known.any() else np.nan for s in squares]
        against = float(skill(*errors))
        if np.isfinite(against):  # it is not where nothing moves, and persistence is perfect
            self._write({"skill against persistence": against})
        low, high = shown_range(self.model.targets_of(self.sequences))
        with tempfile.TemporaryDirectory() as folder, self.writer.as_default(self.seen):
            for k in range(min(STRIPS, len(truth))):
                path = forecast_strip(
                    f"{folder}/strip.png",
                    context[k],
                    truth[k],
                    {"forecast": forecast[k], "persistence": persistence[k]},
                    vmin=low,
                    vmax=high,
                )
                picture = tf.io.decode_png(path.read_bytes(), channels=3)
                tf.summary.image(f"forecast/{k}", picture[None])
