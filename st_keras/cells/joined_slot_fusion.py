"""Several slot fusions of the same slots at once: each product makes the features of all."""

from keras import ops

from st_keras.cells.joined_weights import JoinedWeights

EPSILON = 1e-5


class JoinedSlotFusion(JoinedWeights):
    """Weigh and add what the slots bound, for G fusions of `features` channels each (`SlotFusion`).

    The G convolutions of a slot become one, and what is done for each fusion a product of
    matrices over fusions. What is pooled is a few numbers per sample: float32.

    Args:
        fusions: list of G `SlotFusion` of equal sizes, built before the first call.
        softmax_importance: bool. If True the weights w are a softmax over the slots, so that they
            compete and add up to 1; if False independent, as released.

    Call arguments:
        bound: list of S tensors (B, H, W, d), what each slot bound.
        u: (B, H, W, C).

    Returns:
        `(terms, skip, importance)`: the list of all F_s and F_x, each (B, H, W, G features), the
        fusions in their order; and w (B, S, G features) in float32.
    """

    def __init__(self, fusions, softmax_importance=False):
        self.fusions = list(fusions)
        self.softmax_importance = softmax_importance

    def join(self):
        """Join the weights as they are now, in the dtypes in which they are used."""
        contexts = [fusion.context for fusion in self.fusions]
        norms = [context.norm for context in contexts]
        of_slots = [[*fusion.importance, fusion.skip_importance] for fusion in self.fusions]
        convolutions = zip(*([*f.slot_convs, f.skip_conv] for f in self.fusions), strict=True)
        return {
            "position": _side_by_side([context.position for context in contexts]),
            "first": _stacked([context.first] for context in contexts),
            "norm": [_rows(norm.gamma for norm in norms), _rows(norm.beta for norm in norms)],
            "last": _stacked([context.last] for context in contexts),
            "importance": _stacked(of_slots),
            "convolutions": [_side_by_side(layers) for layers in convolutions],
        }

    def __call__(self, bound, u):
        """Fuse one time step."""
        weights = self.tensors
        importance = self._importance(self._context(u, weights), weights)  # (B, S + 1, G features)
        maps = [
            ops.add(ops.conv(x, kernel, padding="same"), bias)
            for x, (kernel, bias) in zip([*bound, u], weights["convolutions"], strict=True)
        ]
        maps = [*map(ops.relu, maps[:-1]), maps[-1]]
        of_maps = ops.unstack(ops.cast(importance, u.dtype), len(maps), axis=1)
        *terms, skip = (w[:, None, None] * x for w, x in zip(of_maps, maps, strict=True))
        return terms, skip, importance[:, :-1]

    def _context(self, u, weights):
        """Return z of each fusion: (G, B, D)."""
        kernel, bias = weights["position"]
        looks = ops.add(ops.conv(u, kernel), bias)  # (B, H, W, G)
        batch, height, width, channels = ops.shape(u)
        looks = ops.reshape(looks, (batch, height * width, len(self.fusions)))
        looks = ops.softmax(ops.cast(ops.transpose(looks, (0, 2, 1)), "float32"), axis=-1)
        positions = ops.reshape(u, (batch, height * width, channels))
        pooled = ops.matmul(ops.cast(looks, u.dtype), positions)  # (B, G, C)
        pooled = ops.transpose(ops.cast(pooled, "float32"), (1, 0, 2))
        hidden = _product(pooled, weights["first"])
        gamma, beta = weights["norm"]
        mean, variance = ops.moments(hidden, axes=-1, keepdims=True)
        hidden = (hidden - mean) * ops.rsqrt(variance + EPSILON) * gamma + beta
        return ops.sigmoid(_product(ops.relu(hidden), weights["last"]))

    def _importance(self, z, weights):
        """Return the weights of all slots and of the skip branch, in (0, 1)."""
        logits = _product(z, weights["importance"])  # (G, B, (S + 1) features)
        groups, batch, _ = ops.shape(logits)
        features = self.fusions[0].features
        logits = ops.transpose(ops.reshape(logits, (groups, batch, -1, features)), (1, 2, 0, 3))
        logits = ops.reshape(logits, (batch, -1, groups * features))
        if not self.softmax_importance:
            return ops.sigmoid(logits)
        slots, skip = logits[:, :-1], logits[:, -1:]
        return ops.concatenate([ops.softmax(slots, axis=1), ops.sigmoid(skip)], axis=1)


def _product(x, weights):
    kernel, bias = weights
    return ops.matmul(x, kernel) + bias


def _side_by_side(layers, dtype=None):
    """Return kernel and bias of layers with one input, joined along what comes out."""
    return [
        ops.concatenate(
            [ops.cast(ops.convert_to_tensor(w), dtype or layer.compute_dtype) for layer, w in each],
            axis=-1,
        )
        for each in (
            [(layer, layer.kernel) for layer in layers],
            [(layer, layer.bias) for layer in layers],
        )
    ]


def _stacked(layers_of_fusions):
    """Return kernels (G, in, out) and biases (G, 1, out): for each fusion its layers, joined."""
    joined = [_side_by_side(layers, "float32") for layers in layers_of_fusions]
    kernels = [ops.reshape(kernel, kernel.shape[-2:]) for kernel, _ in joined]
    return [ops.stack(kernels), _rows(bias for _, bias in joined)]


def _rows(vectors):
    """Return vectors of each fusion as (G, 1, size)."""
    return ops.stack([ops.reshape(ops.cast(v, "float32"), (1, -1)) for v in vectors])
