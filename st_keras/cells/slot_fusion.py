"""Slot fusion: each slot's own convolution, weighted by how important the slot is just now."""

import keras

from st_keras.cells.published_layers import convolution, dense

EPSILON = 1e-5  # of the layer norms


class SlotContext(keras.layers.Layer):
    """The weights of a summary of u (B, H, W, C) in numbers z (B, D) within (0, 1).

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
            axis=(1, 2, 3), epsilon=EPSILON, dtype=dtype, name="norm"
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


class SlotFusion(keras.layers.Layer):
    """The weights that fuse what the slots bound into some of the gates; `JoinedSlotFusion` fuses.

        z     = SlotContext(u)
        w_s   = sig(W_s z + b_s)                one weight per slot and feature, in (0, 1)
        F_s   = w_s . relu(conv3x3_s(bound_s))  each slot its own kernel
        F_x   = sig(W_x z + b_x) . conv3x3_x(u) the skip branch; no relu
        fused = sum_s F_s + F_x

    Args:
        features: int, channels of `fused`.
        num_slots: int S.
    """

    def __init__(self, features, num_slots, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.features, self.num_slots = features, num_slots
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
