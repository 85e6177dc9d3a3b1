"""Slot fusion: each slot's own convolution, weighted by how important the slot is just now."""

import keras
from keras import ops

from st_keras.cells.published_layers import convolution, dense


class SlotContext(keras.layers.Layer):
    """Summarise u (B, H, W, C) in numbers z (B, D) within (0, 1), by attention pooling.

        pooled = sum over positions of softmax_over_positions(W_1x1 * u) . u       (B, C)
        z      = sig(W2 relu(LayerNorm(W1 pooled + b1)) + b2)                      (B, D)

    W2 and b2 start from zero, so that z = 1/2 everywhere at the start.

    Args:
        features: int D.
    """

    def __init__(self, features, **kwargs):
        super().__init__(autocast=False, **kwargs)
        dtype = self.dtype_policy
        # N(0, 2 / fan_in), where the published code departs from PyTorch's own start.
        he_normal = keras.initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")
        self.features = features
        self.position = keras.layers.Conv2D(
            1, 1, kernel_initializer=he_normal, dtype=dtype, name="position"
        )
        self.norm = keras.layers.LayerNormalization(
            axis=(1, 2, 3), epsilon=1e-5, dtype=dtype, name="norm"
        )
        self.last = keras.layers.Conv2D(
            features, 1, kernel_initializer="zeros", dtype=dtype, name="last"
        )
        self.first = None

    def build(self, input_shape):
        """Create the weights for u."""
        channels = input_shape[-1]
        self.first = convolution(self.features, 1, channels, dtype=self.dtype_policy, name="first")
        self.position.build(input_shape)
        self.first.build((None, 1, 1, channels))
        self.norm.build((None, 1, 1, self.features))
        self.last.build((None, 1, 1, self.features))
        self.built = True

    def call(self, u):
        """Return z."""
        logits = ops.cast(self.position(u), "float32")  # (B, H, W, 1)
        # By hand: `ops.softmax` over two axes needs a known batch size.
        looks = ops.exp(logits - ops.max(logits, axis=(1, 2), keepdims=True))
        weighted = ops.sum(ops.cast(u, "float32") * looks, axis=(1, 2), keepdims=True)
        pooled = weighted / ops.sum(looks, axis=(1, 2), keepdims=True)
        hidden = self.norm(self.first(ops.cast(pooled, self.compute_dtype)))
        return ops.sigmoid(self.last(ops.relu(hidden)))[:, 0, 0]


class SlotFusion(keras.layers.Layer):
    """Weigh and add what the slots bound.

        z     = SlotContext(u)
        w_s   = sig(W_s z + b_s)                one weight per slot and feature, in (0, 1)
        F_s   = w_s . relu(conv3x3_s(bound_s))  each slot its own kernel
        F_x   = sig(W_x z + b_x) . conv3x3_x(u) the skip branch; no relu
        fused = sum_s F_s + F_x

    Args:
        features: int, channels of `fused`.
        num_slots: int S.
        softmax_importance: bool. If True the weights w are a softmax over the slots, so that they
            compete and add up to 1; if False independent, as released.

    Call arguments:
        bound: (B, H, W, S, d).
        u: (B, H, W, C).

    Returns:
        `(terms, skip, importance)`: the list of all F_s and F_x, each (B, H, W, features), and w
        (B, S, features).
    """

    def __init__(self, features, num_slots, softmax_importance=False, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.features, self.num_slots = features, num_slots
        self.softmax_importance = softmax_importance
        # 32 is the least size of the context in the published code.
        size = max(features // 2, 32)
        dtype = self.dtype_policy
        self.context = SlotContext(size, dtype=dtype, name="context")
        self.importance = [
            dense(features, size, dtype=dtype, name=f"importance_{s}") for s in range(num_slots)
        ]
        self.skip_importance = dense(features, size, dtype=dtype, name="skip_importance")
        self.slot_convs, self.skip_conv = [], None

    def build(self, input_shape, slot_features):
        """Create the weights for u of `input_shape` and slots of d = `slot_features`."""
        dtype = self.dtype_policy
        self.context.build(input_shape)
        for layer in (*self.importance, self.skip_importance):
            layer.build((None, self.context.features))
        self.slot_convs = [
            convolution(self.features, 3, slot_features, dtype=dtype, name=f"slot_conv_{s}")
            for s in range(self.num_slots)
        ]
        for conv in self.slot_convs:
            conv.build((*input_shape[:3], slot_features))
        self.skip_conv = convolution(
            self.features, 3, input_shape[-1], dtype=dtype, name="skip_conv"
        )
        self.skip_conv.build(input_shape)
        self.built = True

    def call(self, bound, u):
        """Fuse one time step."""
        z = self.context(u)
        importance = ops.stack([layer(z) for layer in self.importance], axis=1)  # (B, S, features)
        importance = (
            ops.softmax(importance, axis=1) if self.softmax_importance else ops.sigmoid(importance)
        )
        terms = [
            importance[:, s, None, None] * ops.relu(conv(bound[..., s, :]))
            for s, conv in enumerate(self.slot_convs)
        ]
        skip = ops.sigmoid(self.skip_importance(z))[:, None, None] * self.skip_conv(u)
        return terms, skip, importance
