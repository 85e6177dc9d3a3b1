"""Several slot fusions of the same slots at once: each product makes the features of all."""

from keras import ops

from st_keras.cells.joined_weights import JoinedWeights
from st_keras.cells.slot_fusion import EPSILON


class JoinedSlotFusion(JoinedWeights):
    """Weigh and add what the slots bound, for G fusions of `features` channels each (`SlotFusion`).

    The G convolutions of a slot become one, and the G contexts run side by side. From pooling on
    there are few numbers: that is done in float32.

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
            "position": _as_matrix(*_side_by_side([context.position for context in contexts])),
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
        batch, height, width, channels = ops.shape(u)
        positions = height * width
        looks = _product(ops.reshape(u, (-1, channels)), weights["position"])
        looks = ops.reshape(looks, (batch, positions, len(self.fusions)))
        looks = ops.softmax(ops.cast(ops.transpose(looks, (0, 2, 1)), "float32"), axis=-1)
        u = ops.reshape(u, (batch, positions, channels))
        pooled = ops.matmul(ops.cast(looks, u.dtype), u)  # (B, G, C)
        pooled = ops.transpose(ops.cast(pooled, "float32"), (1, 0, 2))
        hidden = _product(pooled, weights["first"])
        hidden = ops.layer_normalization(hidden, *weights["norm"], axis=-1, epsilon=EPSILON)
        return ops.sigmoid(_product(ops.relu(hidden), weights["last"]))

    def _importance(self, z, weights):
        """Return the weights of all slots and of the skip branch, in (0, 1)."""
        logits = _product(z, weights["importance"])  # (G, B, (S + 1) features)
        groups, batch, size = ops.shape(logits)
        features = self.fusions[0].features
        maps = size // features
        logits = ops.transpose(ops.reshape(logits, (groups, batch, maps, features)), (1, 2, 0, 3))
        logits = ops.reshape(logits, (batch, maps, groups * features))
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
            [
                ops.cast(ops.convert_to_tensor(weight), dtype or layer.compute_dtype)
                for layer, weight in zip(layers, weights, strict=True)
            ],
            axis=-1,
        )
        for weights in ([layer.kernel for layer in layers], [layer.bias for layer in layers])
    ]


def _as_matrix(kernel, bias):
    """Return the kernel of a 1x1 convolution without its first axes, and the bias."""
    return [ops.reshape(kernel, kernel.shape[-2:]), bias]


def _stacked(layers_of_fusions):
    """Return kernels (G, in, out) and biases (G, 1, out): for each fusion its layers, joined."""
    joined = [_as_matrix(*_side_by_side(layers, "float32")) for layers in layers_of_fusions]
    return [ops.stack([kernel for kernel, _ in joined]), _rows(bias for _, bias in joined)]


def _rows(vectors):
    """Return vectors of each fusion as (G, 1, size)."""
    return ops.stack([ops.reshape(ops.cast(v, "float32"), (1, -1)) for v in vectors])
