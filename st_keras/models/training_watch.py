"""What callbacks want to be looked at in every update."""

import keras
from keras import ops

from st_keras.replicas.exchange import all_reduce_sum


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
        gradients = all_reduce_sum(gradients)
        scale = optimizer.scale_loss(ops.ones(()))
        norm = tf.linalg.global_norm([tf.cast(g, tf.float32) for g in gradients]) / scale
        # A float16 overflow is skipped by the optimizer, and has no norm.
        self.metrics[0].update_state(
            tf.where(tf.math.is_finite(norm), norm, 0.0),
            sample_weight=tf.cast(tf.math.is_finite(norm), tf.float32),
        )
