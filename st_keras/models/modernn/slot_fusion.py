"""Slot fusion: each slot's own convolution, weighted by how important the slot is just now."""

import keras
from keras import ops

from st_keras.cells.convolutions import PointwiseConv2D, convolution
from st_keras.cells.initializers import fresh_initializer, uniform_initializer

EPSILON = 1e-5  # of the layer norms
LEAST_CONTEXT = 32  # numbers, in the published code


class SlotFusion(keras.layers.Layer):
    """Weigh and add what S slots bound, for G groups of gates of `features` channels each.

    For each group, with u (H, W, C) pooled to a context z of D = max(features / 2, 32) numbers:

        pooled = sum over positions of softmax_over_positions(W_1x1 * u) . u       (C,)
        z      = sig(W2 relu(LN(W1 pooled + b1)) + b2)                             (D,)
        w_s    = sig(W_s z + b_s)                one weight per slot and feature, in (0, 1)
        F_s    = w_s . relu(conv3x3_s(bound_s))  each slot its own kernel
        F_x    = sig(W_x z + b_x) . conv3x3_x(u) the skip branch; no relu

    The groups have weights of their own and run side by side: the kernels of a slot are one, its
    groups one after the other among what comes out; W1, W2 and the W_s have the group as their
    first axis. W2 and b2 start from zero, so that z = 1/2 everywhere at the start. From pooling on
    there are few numbers: that is done in float32.

    Args:
        features: int, channels of a group.
        num_slots: int S.
        groups: int G. Default 2: i and f, o and g.
        softmax_importance: bool. If True the w_s are a softmax over the slots, so that they
            compete and add up to 1; if False independent, as released. Default False.

    Call arguments:
        bound: list of S tensors (B, H, W, d), what each slot bound.
        u: (B, H, W, C).

    Returns:
        `(terms, skip, importance)`: the list of all F_s and F_x, each (B, H, W, G features), the
        groups in their order; and w (B, S, G features) in float32.
    """

    def __init__(self, features, num_slots, groups=2, softmax_importance=False, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.features, self.num_slots, self.groups = features, num_slots, groups
        self.softmax_importance = softmax_importance
        self.context_size = max(features // 2, LEAST_CONTEXT)
        # N(0, 2 / fan_in), where the published code departs from PyTorch's own start.
        he_normal = keras.initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")
        self.position = PointwiseConv2D(
            groups, kernel_initializer=he_normal, dtype=self.dtype_policy, name="position"
        )
        self.slot_convs, self.skip_conv = [], None

    def build(self, input_shape, slot_features):
        """Create the weights for u of `input_shape` and slots of d = `slot_features`."""
        channels, D, outputs = input_shape[-1], self.context_size, self.groups * self.features
        self.position.build(input_shape)
        of_pooled, of_z = uniform_initializer(channels), uniform_initializer(D)
        logits = (self.num_slots + 1) * self.features
        self.first_kernel, self.first_bias = self._product_weights(
            "first", channels, D, of_pooled, of_pooled
        )
        self.norm_gamma = self._weight("norm_gamma", 1, D, "ones")
        self.norm_beta = self._weight("norm_beta", 1, D, "zeros")
        self.last_kernel, self.last_bias = self._product_weights("last", D, D, "zeros", "zeros")
        self.importance_kernel, self.importance_bias = self._product_weights(
            "importance", D, logits, of_z, of_z
        )
        options = {"dtype": self.dtype_policy}
        self.slot_convs = [
            convolution(outputs, 3, slot_features, name=f"slot_conv_{s}", **options)
            for s in range(self.num_slots)
        ]
        for conv in self.slot_convs:
            conv.build((*input_shape[:3], slot_features))
        self.skip_conv = convolution(outputs, 3, channels, name="skip_conv", **options)
        self.skip_conv.build(input_shape)
        self.built = True

    def call(self, bound, u):
        """Fuse one time step."""
        importance = self._importance(self.context(u))  # (B, S + 1, G features)
        maps = [ops.relu(conv(x)) for conv, x in zip(self.slot_convs, bound, strict=True)]
        maps.append(self.skip_conv(u))
        of_maps = ops.unstack(ops.cast(importance, maps[0].dtype), len(maps), axis=1)
        *terms, skip = (w[:, None, None] * x for w, x in zip(of_maps, maps, strict=True))
        return terms, skip, importance[:, :-1]

    def context(self, u):
        """Return z of each group: (G, B, D)."""
        batch, height, width, channels = ops.shape(u)
        looks = ops.reshape(self.position(u), (batch, height * width, self.groups))
        looks = ops.softmax(ops.cast(ops.transpose(looks, (0, 2, 1)), "float32"), axis=-1)
        u = ops.reshape(u, (batch, height * width, channels))
        pooled = ops.matmul(ops.cast(looks, u.dtype), u)  # (B, G, C)
        pooled = ops.transpose(ops.cast(pooled, "float32"), (1, 0, 2))
        hidden = ops.matmul(pooled, self.first_kernel) + self.first_bias
        hidden = ops.layer_normalization(
            hidden, self.norm_gamma, self.norm_beta, axis=-1, epsilon=EPSILON
        )
        return ops.sigmoid(ops.matmul(ops.relu(hidden), self.last_kernel) + self.last_bias)

    def _importance(self, z):
        """Return the weights of all slots and of the skip branch, in (0, 1)."""
        logits = ops.matmul(z, self.importance_kernel) + self.importance_bias
        maps = self.num_slots + 1
        logits = ops.reshape(logits, (self.groups, -1, maps, self.features))
        logits = ops.transpose(logits, (1, 2, 0, 3))
        logits = ops.reshape(logits, (-1, maps, self.groups * self.features))
        if not self.softmax_importance:
            return ops.sigmoid(logits)
        slots, skip = logits[:, :-1], logits[:, -1:]
        return ops.concatenate([ops.softmax(slots, axis=1), ops.sigmoid(skip)], axis=1)

    def _product_weights(self, name, inputs, outputs, kernel_initializer, bias_initializer):
        kernel = self._weight(f"{name}_kernel", inputs, outputs, kernel_initializer)
        return kernel, self._weight(f"{name}_bias", 1, outputs, bias_initializer)

    def _weight(self, name, inputs, outputs, initializer):
        return self.add_weight(
            name=name,
            shape=(self.groups, inputs, outputs),
            initializer=fresh_initializer(initializer),
            autocast=False,
        )
