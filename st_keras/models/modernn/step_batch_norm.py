"""Batch normalisation inside a recurrent cell, one time step at a time."""

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

    All of it in float32. On replicas the batch is the global one: all exchange their sums in every
    step. The moving statistics are assigned at each step, so the loop has to carry them
    (`SpatioTemporalRNN` does): in the loop of `keras.layers.RNN` it would happen once too often.

    Call arguments:
        x: (B, H, W, C).
        update_statistics: bool. Normalise by the batch and update the moving statistics, as in
            training. With `trainable=False` it is inference all the same, as in Keras' own layer.
            Default False.

    Returns:
        y (B, H, W, C) in the compute dtype.
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

    def call(self, x, update_statistics=False):
        """Normalise; update the moving statistics."""
        x = ops.cast(x, self.compute_dtype)
        gamma, beta = (ops.cast(w, self.variable_dtype) for w in (self.gamma, self.beta))
        if not (update_statistics and self.trainable):
            scale = gamma * ops.rsqrt(self.moving_variance + EPSILON)
            y = (ops.cast(x, gamma.dtype) - self.moving_mean) * scale + beta
            return ops.cast(y, self.compute_dtype)
        y, mean, variance = normalized_batch(x, gamma, beta, self.moving_mean.value, EPSILON)
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance)
        return y

    def _move(self, moving, of_batch):
        moving.assign(ops.stop_gradient(MOMENTUM * moving + (1 - MOMENTUM) * of_batch))
