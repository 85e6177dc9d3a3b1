"""ModeCell of the released code in NumPy (float64), from `convolve` and `layer_norm` up."""

import numpy as np

from tests.models.predrnn.numpy_cells import convolve, layer_norm, sigmoid


def array(variable):
    return np.asarray(variable, "float64")


def biased(layer, x):
    return convolve(x, array(layer.kernel)) + array(layer.bias)


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def separable(projection, x, training):
    depthwise = array(projection.depthwise.kernel)  # (3, 3, C, 1)
    kernel = np.zeros((*depthwise.shape[:3], depthwise.shape[2]))
    for c in range(depthwise.shape[2]):
        kernel[:, :, c, c] = depthwise[:, :, c, 0]
    x = convolve(x, kernel) + array(projection.depthwise.bias)
    norm = projection.norm
    if norm:
        mean, variance = array(norm.moving_mean), array(norm.moving_variance)
        if training:
            mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        x = (x - mean) / np.sqrt(variance + 1e-5) * array(norm.gamma) + array(norm.beta)
    return biased(projection.pointwise, x)


def attention_maps(cell, u, slots, training=False):
    """(attention of each slot (B, S, n, n), values (B, S, n, d))."""
    binding, S = cell.binding, cell.num_slots
    B, H, W, _ = u.shape
    # All memories pass one projection, as one batch.
    memories = np.split(slots, S, -1) if cell.separate_slots else [slots]
    q = separable(binding.query, np.concatenate(memories), training)
    q = np.concatenate(np.split(q, len(memories)), -1)
    k, v = (separable(p, u, training) for p in (binding.key, binding.value))
    q, k, v = (np.stack(np.split(x.reshape(B, H * W, -1), S, -1), 1) for x in (q, k, v))
    d = q.shape[-1]
    scale = d**-0.5 if cell.slot_scale else cell.filters**-0.5
    return softmax(q @ k.transpose(0, 1, 3, 2) * scale, -1), v


def fusion_terms(fusion, group, bound, u, softmax_importance=False):
    """Of one group: (weighted term of each slot, skip branch, importance (B, S, features))."""
    f, S = fusion.features, fusion.num_slots
    own = slice(group * f, (group + 1) * f)

    def weights(name):
        return (array(getattr(fusion, f"{name}_{part}"))[group] for part in ("kernel", "bias"))

    def convolved(conv, x):
        return convolve(x, array(conv.kernel)[..., own]) + array(conv.bias)[own]

    kernel, bias = array(fusion.position.kernel)[..., group], array(fusion.position.bias)[group]
    looks = softmax((u @ kernel[0, 0] + bias).reshape(len(u), -1, 1), 1)
    pooled = (u.reshape(len(u), -1, u.shape[-1]) * looks).sum(1)
    kernel, bias = weights("first")
    gamma, beta = (array(w)[group, 0] for w in (fusion.norm_gamma, fusion.norm_beta))
    hidden = layer_norm((pooled @ kernel + bias)[:, None, None], gamma, beta)[:, 0, 0]
    kernel, bias = weights("last")
    z = sigmoid(np.maximum(hidden, 0) @ kernel + bias)
    kernel, bias = weights("importance")
    logits = (z @ kernel + bias).reshape(len(u), S + 1, f)
    importance = (softmax if softmax_importance else lambda x, _: sigmoid(x))(logits[:, :S], 1)
    terms = [
        importance[:, s, None, None] * np.maximum(convolved(conv, bound[s]), 0)
        for s, conv in enumerate(fusion.slot_convs)
    ]
    skip = sigmoid(logits[:, S])[:, None, None] * convolved(fusion.skip_conv, u)
    return terms, skip, importance


def mode_step(cell, x, h, slots, training=False):
    """One step: dict of h, slots, importance (B, S, 4F), attention (B, S, H, W)."""
    u = np.concatenate([x, h], -1)
    B, H, W, _ = u.shape
    A, v = attention_maps(cell, u, slots, training)
    bound = [(A @ v)[:, s].reshape(B, H, W, -1) for s in range(cell.num_slots)]
    parts = {
        gates: fusion_terms(cell.fusion, group, bound, u, cell.softmax_importance)
        for group, gates in enumerate(("if", "og"))
    }

    def gates(name, fused):
        if cell.layer_norm:
            fused = layer_norm(fused, *map(array, cell.norms[name]))
        return np.split(fused, 2, -1)

    (terms_if, skip_if, w_if), (terms_og, skip_og, w_og) = parts["if"], parts["og"]
    o, g = gates("og", sum(terms_og) + skip_og)
    if cell.separate_slots:
        new = []
        for memory, t_if, t_og in zip(
            np.split(slots, cell.num_slots, -1), terms_if, terms_og, strict=True
        ):
            i, f = gates("if", t_if + skip_if)
            candidate = gates("og", t_og + skip_og)[1]
            new.append(sigmoid(f) * memory + sigmoid(i) * np.tanh(candidate))
        visible, slots = sum(new) / len(new), np.concatenate(new, -1)
    else:
        i, f = gates("if", sum(terms_if) + skip_if)
        visible = slots = sigmoid(f) * slots + sigmoid(i) * np.tanh(g)
    return {
        "h": sigmoid(o) * np.tanh(visible),
        "slots": slots,
        "importance": np.concatenate([w_if, w_og], -1),
        "attention": A.mean(2).reshape(B, cell.num_slots, H, W),
    }
