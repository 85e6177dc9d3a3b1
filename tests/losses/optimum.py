"""What minimises a loss: a free variable for each output, trained by gradient descent."""

import keras
import numpy as np
import tensorflow as tf


def minimum_of(loss, y_true, start, sample_weight=None, steps=300, rate=0.1):
    """Return the prediction that minimises a loss, found by Adam with a falling rate.

    Args:
        loss: function of `(y_true, y_pred, sample_weight)`.
        y_true: array (N, ..., C), samples of the truth.
        start: array (1, ..., outputs), where it begins; one prediction for all samples.
        sample_weight: as the loss takes them. Default None.
        steps: int. Default 300.
        rate: float, the first learning rate. Default 0.1.

    Returns:
        float32 array of the shape of `start`.
    """
    prediction = tf.Variable(np.asarray(start, "float32"))
    decay = keras.optimizers.schedules.CosineDecay(rate, steps)
    optimizer = keras.optimizers.Adam(decay, beta_2=0.99)
    optimizer.build([prediction])
    truth = tf.constant(y_true, tf.float32)

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            spread = tf.repeat(prediction, len(y_true), axis=0)
            value = loss(truth, spread, sample_weight)
        optimizer.apply([tape.gradient(value, prediction)], [prediction])

    for _ in range(steps):
        step()
    return prediction.numpy()
