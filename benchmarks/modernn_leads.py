"""Parts of a ModeRNN step with their gradients, each in the forms that were tried.

batch_norm      of the input of a projection: moments, and `normalized_batch`
layer_norm      of a pair of gates, in float32: that of `keras.ops`, and that of `ModeCell`
pointwise       the 1x1 convolution of a projection: as one, and as a product of matrices
slots           convolutions of all slots: for each pair of gates, and for both together
"""

import keras
import tensorflow as tf

from benchmarks.lead_cases import calls, conv, random_kernel, random_maps, with_gradient
from st_keras.cells.convolutions import PointwiseConv2D
from st_keras.models.modernn.mode_cell import AXES, EPSILON, normalized
from st_keras.replicas.normalized_batch import normalized_batch

SLOTS, PAIRS = 4, 2


def batch_norm(dtype, batch, filters):
    """What goes into the keys of all slots."""
    x, gamma, beta = (
        random_maps(dtype, batch, 2 * filters),
        tf.ones(2 * filters),
        tf.zeros(2 * filters),
    )

    def by_moments(x, gamma, beta):
        wide = tf.cast(x, gamma.dtype)
        mean, variance = tf.nn.moments(wide, (0, 1, 2))
        y = (wide - mean) * (gamma * tf.math.rsqrt(variance + 1e-5)) + beta
        return _loss([tf.cast(y, x.dtype)])

    def in_one(x, gamma, beta):
        return _loss([normalized_batch(x, gamma, beta, tf.zeros_like(beta), 1e-5)[0]])

    return {
        name: (with_gradient(loss, [x, gamma, beta], []), None)
        for name, loss in (("moments", by_moments), ("one operation", in_one))
    }


def layer_norm(dtype, batch, filters):
    """What goes into two gates."""
    x = tf.cast(random_maps(dtype, batch, 2 * filters), "float32")
    gamma, beta = tf.ones(x.shape[1:]), tf.zeros(x.shape[1:])

    def of_keras(x, gamma, beta):
        y = keras.ops.layer_normalization(x, gamma, beta, axis=AXES, epsilon=EPSILON)
        return _loss([y])

    def of_the_cell(x, gamma, beta):
        return _loss([normalized(x, gamma, beta)])

    return {
        name: (with_gradient(loss, [x, gamma, beta], []), None)
        for name, loss in (("keras.ops", of_keras), ("ModeCell", of_the_cell))
    }


def pointwise(dtype, batch, filters):
    """The projection to the keys of all slots."""
    x = random_maps(dtype, batch, 2 * filters)
    flops = 3 * 2.0 * 4 * filters**2 * x.shape[0] * x.shape[1] * x.shape[2]
    layers = {
        "a convolution": keras.layers.Conv2D(2 * filters, 1, dtype=_policy(dtype)),
        "a product of matrices": PointwiseConv2D(2 * filters, dtype=_policy(dtype)),
    }
    return {name: (_layer(layer, x), flops) for name, layer in layers.items()}


def slots(dtype, batch, filters):
    """The 3x3 convolutions of what the slots bound."""
    width, features = max(2 * filters // SLOTS, 1), 2 * filters
    bound = tf.stack([random_maps(dtype, batch, width)] * SLOTS, axis=3)
    apart = [random_kernel(dtype, width, features, 3) for _ in range(SLOTS * PAIRS)]
    flops = 3 * 2.0 * 9 * width * features * SLOTS * PAIRS * batch * bound.shape[1] ** 2

    def for_each_pair(bound, *kernels):
        return _loss(conv(bound[..., k // PAIRS, :], each) for k, each in enumerate(kernels))

    def for_both(bound, *kernels):
        each_slot = tf.unstack(bound, axis=3)
        return _loss(conv(x, each) for x, each in zip(each_slot, kernels, strict=True))

    joined = [tf.concat(apart[k : k + PAIRS], -1) for k in range(0, len(apart), PAIRS)]
    return {
        "for each pair of gates": (with_gradient(for_each_pair, [bound, *apart], []), flops),
        "for both together": (with_gradient(for_both, [bound, *joined], []), flops),
    }


def _layer(layer, x):
    layer.build(x.shape)

    def run(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = _loss([layer(x)])
        return [value, *tape.gradient(value, [x, *layer.trainable_variables])]

    return calls(tf.function(run, autograph=False), [x])


def _loss(outputs):
    return sum(tf.reduce_sum(tf.cast(y, "float32") ** 2) for y in outputs)


def _policy(dtype):
    return dtype if dtype == "float32" else f"mixed_{dtype}"
