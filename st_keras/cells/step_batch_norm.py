"""Batch normalisation inside a recurrent cell: its moving statistics travel as states."""

import keras
from keras import ops

from st_keras.replicas.normalized_batch import normalized_batch

EPSILON = 1e-5
# PyTorch's momentum of 0.1 is the weight of the new batch.
MOMENTUM = 0.9


class StepBatchNormalization(keras.layers.Layer):
    """Normalise each channel of (B, H, W, C), one time step, as PyTorch's `BatchNorm2d`.

        training:  y = (x - mean_b) / sqrt(var_b + 1e-5) . gamma + beta    over batch, H and W
                   moving_mean' = 0.9 moving_mean + 0.1 mean_b
                   moving_var'  = 0.9 moving_var + 0.1 var_b n / (n - 1)   n = B H W
        else:      y = (x - moving_mean) / sqrt(moving_var + 1e-5) . gamma + beta

    `keras.layers.BatchNormalization` assigns its moving statistics where it is called. In the body
    of a recurrent loop that happens once too often (Keras runs a cell once more than there are
    steps) and not at all on replicas, so here they come in and go out as tensors:
    `initial_statistics` before the loop, `assign_statistics` after it. All of it in float32.

    On replicas the batch is the global one: all exchange their sums in every step.

    Call arguments:
        x: (B, H, W, C).
        statistics: None to normalise by the moving statistics, or [moving_mean, moving_var],
            each (C,), to normalise by those of the batch and to update the two.

    Returns:
        `(y, statistics')`; the statistics are None if none came in, and as they came with
        `trainable=False`, where y is that of inference.
    """

    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)

    def build(self, input_shape):
        """Create gamma, beta and the moving statistics."""
        shape = (input_shape[-1],)
        self.gamma = self.add_weight(name="gamma", shape=shape, initializer="ones")
        self.beta = self.add_weight(name="beta", shape=shape, initializer="zeros")
        # All replicas have the same statistics, but for rounding.
        moving = {"shape": shape, "trainable": False, "autocast": False, "aggregation": "mean"}
        self.moving_mean = self.add_weight(name="moving_mean", initializer="zeros", **moving)
        self.moving_variance = self.add_weight(name="moving_variance", initializer="ones", **moving)
        self.built = True

    def call(self, x, statistics=None):
        """Normalise; update the statistics that came in."""
        x = ops.cast(x, self.compute_dtype)
        gamma, beta = (ops.cast(w, self.variable_dtype) for w in (self.gamma, self.beta))
        # Frozen, it is inference, as in Keras' own layer.
        if statistics is None or not self.trainable:
            scale = gamma * ops.rsqrt(self.moving_variance + EPSILON)
            y = (ops.cast(x, gamma.dtype) - self.moving_mean) * scale + beta
            return ops.cast(y, self.compute_dtype), statistics
        y, *of_batch = normalized_batch(x, gamma, beta, statistics[0], EPSILON)
        updated = [
            ops.stop_gradient(MOMENTUM * old + (1 - MOMENTUM) * new)
            for old, new in zip(statistics, of_batch, strict=True)
        ]
        return y, updated

    def initial_statistics(self):
        """Return the moving statistics as tensors."""
        return [ops.convert_to_tensor(v) for v in (self.moving_mean, self.moving_variance)]

    def assign_statistics(self, statistics):
        """Keep the statistics that came out of a loop."""
        for variable, value in zip(
            (self.moving_mean, self.moving_variance), statistics, strict=True
        ):
            variable.assign(value)
