"""Stop before the first update that is not finite, and say what was not."""

import keras

from st_keras.models.trained_model import TrainedModel
from st_keras.validation import error


class NaNGuard(keras.callbacks.Callback):
    """Refuse an update whose input, loss or gradient is NaN or infinite, and name it.

    `keras.callbacks.TerminateOnNaN` stops after the weights are spoilt, and says only that. This
    one looks before the update, in this order, and names the first it finds: the sample of the
    batch that holds NaN or infinity; the loss; the weight whose gradient is not finite (not with
    a `LossScaleOptimizer`, where an overflow is expected, skipped, and the scale lowered). The
    weights are then still those before the batch.

    For a `Forecaster` or a `SlowVAE`. It costs one pass over inputs and gradients per batch.

    Raises:
        ValueError: in `fit`, for what is not finite; or at its start, for another model, one that
            is not built (`fit` builds it where the data tell their shape), or one compiled with
            `jit_compile=True`: XLA leaves checks out.

    Example:

    >>> import numpy as np
    >>> from st_keras.models import PredRNN
    >>> from st_keras.training import Forecaster
    >>> model = Forecaster(PredRNN(filters=(2,), kernel_size=3), context_length=1)
    >>> model.compile("adam")
    >>> model.build((None, None, 8, 8, 1))
    >>> frames = np.full((2, 3, 8, 8, 1), np.nan, "float32")
    >>> try:
    ...     model.fit(frames, verbose=0, callbacks=[NaNGuard()])
    ... except ValueError as refusal:
    ...     print(str(refusal)[:80])
    training: received sample 0 of batch 0, an input that holds NaN or infinity. Req
    """

    def set_model(self, model):
        """Ask the model to look."""
        super().set_model(model)
        if not isinstance(model, TrainedModel):
            raise error(
                "NaNGuard",
                f"a {type(model).__name__}",
                "a Forecaster or a SlowVAE, which can look before an update",
                "Use keras.callbacks.TerminateOnNaN for other models.",
            )
        if model.jit_compile:
            raise error(
                "NaNGuard",
                "a model compiled with jit_compile=True",
                "jit_compile=False: XLA leaves checks out",
                "Compile the model without jit_compile (it is off by default), or use "
                "keras.callbacks.TerminateOnNaN, which works with XLA.",
            )
        if not model.built:
            # TensorFlow 2.21 loses the shapes of a loop's gradients when variables are created
            # in a graph with checks.
            raise error(
                "NaNGuard",
                "a model that is not built",
                "a model that has its weights before fit",
                "Call model.build((None, None, H, W, C)) after compile.",
            )
        model.watch.check_finite(model)

    def on_train_end(self, logs=None):
        """Look no more."""
        self.model.watch.stop(self.model)
