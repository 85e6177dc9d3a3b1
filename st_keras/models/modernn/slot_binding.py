"""Slot binding: what each slot gathers from the input, by attention over positions."""

import keras
from keras import ops

from st_keras.cells.convolutions import convolution, depthwise_convolution
from st_keras.gradients.remat_call import remat_call
from st_keras.models.modernn.step_batch_norm import StepBatchNormalization


class SeparableProjection(keras.layers.Layer):
    """Depthwise 3x3, batch normalisation, pointwise 1x1: (B, H, W, C) to (B, H, W, features).

    Args:
        features: int.
        batch_norm: bool.

    Call arguments:
        x: (B, H, W, C).
        update_statistics: as that of `StepBatchNormalization`.
    """

    def __init__(self, features, batch_norm=True, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.features = features
        self.norm = (
            StepBatchNormalization(dtype=self.dtype_policy, name="norm") if batch_norm else None
        )
        self.depthwise = depthwise_convolution(3, dtype=self.dtype_policy, name="depthwise")
        self.pointwise = None

    def build(self, input_shape):
        """Create the weights."""
        channels = input_shape[-1]
        self.depthwise.build(input_shape)
        if self.norm:
            self.norm.build(input_shape)
        self.pointwise = convolution(
            self.features, 1, channels, dtype=self.dtype_policy, name="pointwise"
        )
        self.pointwise.build(input_shape)
        self.built = True

    def call(self, x, update_statistics=False):
        """Project one time step."""
        x = self.depthwise(ops.cast(x, self.compute_dtype))
        if self.norm:
            x = self.norm(x, update_statistics=update_statistics)
        return self.pointwise(x)


class SlotBinding(keras.layers.Layer):
    """Let every slot gather, at every position, what its memory asks for.

        Q = Sep_q(slots)    K, V = Sep_k(u), Sep_v(u)         split by channels into S slots of d
        A_s = softmax_over_key_positions(Q_s K_s^T . scale)   (H W, H W)
        bound_s = A_s V_s                                     (H, W, d)

    `Sep` is `SeparableProjection`. Work per time step and sequence: 4 features (H W)^2 operations.
    The maps A are computed again for the gradient (`remat_call`) instead of kept, so that memory
    grows with H W, not with its square times the number of steps.

    Args:
        features: int, S d, divisible by `num_slots`.
        num_slots: int S.
        scale: float, of the products of queries and keys.
        batch_norm: bool, in the projections.
        separate_slots: bool. If True each slot has its own memory, all projected by one `Sep_q` to
            d channels; if False one memory is projected to S d.

    Call arguments:
        u: (B, H, W, C).
        slots: (B, H, W, F), or (B, H, W, S F) with `separate_slots`.
        update_statistics: as that of `StepBatchNormalization`.

    Returns:
        List of what each slot bound, (B, H, W, d).
    """

    def __init__(self, features, num_slots, scale, batch_norm=True, separate_slots=False, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.features, self.num_slots, self.scale = features, num_slots, scale
        self.slot_features = features // num_slots
        self.separate_slots = separate_slots
        query_features = self.slot_features if separate_slots else features
        self.query, self.key, self.value = (
            SeparableProjection(size, batch_norm, dtype=self.dtype_policy, name=name)
            for name, size in (("query", query_features), ("key", features), ("value", features))
        )

    @property
    def norms(self):
        """The batch normalisations. Keras files know them by this name."""
        return [p.norm for p in (self.query, self.key, self.value) if p.norm]

    @property
    def batch_statistics(self):
        """Their moving statistics."""
        return [v for norm in self.norms for v in (norm.moving_mean, norm.moving_variance)]

    def build(self, input_shape, slots_shape):
        """Create the projections for u and slots of these shapes."""
        width = slots_shape[-1] // (self.num_slots if self.separate_slots else 1)
        self.query.build((*slots_shape[:3], width))
        self.key.build(input_shape)
        self.value.build(input_shape)
        self.built = True

    def call(self, u, slots, update_statistics=False):
        """Bind one time step."""
        bound = remat_call(self._attend, self._project(u, slots, update_statistics))
        shape = (*ops.shape(u)[:3], self.slot_features)
        return [ops.reshape(each, shape) for each in bound]

    def attention(self, u, slots):
        """Return how much all positions together look at each: (B, S, H, W), sums of 1."""
        query, key, _ = self._project(u, slots)
        looked_at = ops.mean(self._maps(query, key), axis=2)
        batch, height, width, _ = ops.shape(u)
        return ops.reshape(looked_at, (batch, self.num_slots, height, width))

    def _attend(self, tokens):
        """Return what each slot binds, a list of (B, H W, d)."""
        query, key, value = tokens
        maps = ops.cast(self._maps(query, key), value.dtype)
        bound = ops.matmul(maps, ops.transpose(value, (0, 2, 1, 3)))  # (B, S, H W, d)
        return ops.unstack(bound, self.num_slots, axis=1)

    def _maps(self, query, key):
        """Return A of all slots, (B, S, H W, H W), in float32."""
        query = ops.transpose(query * self.scale, (0, 2, 1, 3))
        logits = ops.matmul(query, ops.transpose(key, (0, 2, 3, 1)))
        return ops.softmax(ops.cast(logits, "float32"), axis=-1)

    def _project(self, u, slots, update_statistics=False):
        """Return query, key, value, each (B, H W, S, d)."""
        projected = (
            self._query(slots, update_statistics),
            self.key(u, update_statistics=update_statistics),
            self.value(u, update_statistics=update_statistics),
        )
        shape = (ops.shape(u)[0], -1, self.num_slots, self.slot_features)
        return [ops.reshape(each, shape) for each in projected]

    def _query(self, slots, update_statistics):
        if not self.separate_slots:
            return self.query(slots, update_statistics=update_statistics)
        batch, height, width, channels = ops.shape(slots)
        F = channels // self.num_slots
        slots = ops.reshape(slots, (batch, height, width, self.num_slots, F))
        slots = ops.reshape(ops.transpose(slots, (0, 3, 1, 2, 4)), (-1, height, width, F))
        query = self.query(slots, update_statistics=update_statistics)  # (B S, H, W, d)
        query = ops.reshape(query, (batch, self.num_slots, height, width, self.slot_features))
        return ops.transpose(query, (0, 2, 3, 1, 4))
