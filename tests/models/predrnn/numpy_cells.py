"""The equations of the papers in NumPy, with SciPy's correlation; nothing of the package."""

import numpy as np
from scipy.signal import correlate2d


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def convolve(x, kernel):
    """Same-padded convolution of x (B, H, W, C) with kernel (k, k, C, F)."""
    out = np.zeros((*x.shape[:3], kernel.shape[-1]))
    for b in range(x.shape[0]):
        for c in range(kernel.shape[2]):
            for f in range(kernel.shape[3]):
                out[b, :, :, f] += correlate2d(x[b, :, :, c], kernel[:, :, c, f], mode="same")
    return out


def layer_norm(x, gamma, beta):
    """Normalise each sample over (H, W, C); one weight per position and channel."""
    mean = x.mean((1, 2, 3), keepdims=True)
    variance = x.var((1, 2, 3), keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-5) * gamma + beta


def st_lstm_step(weights, x, h, c, m, forget_bias=1.0):
    """One step of the ST-LSTM: dict of h, c, m, delta_c, delta_m.

    `weights`: kernels by name ("input", ...), and (gamma, beta) by "<name>_norm" if normalised.
    """

    def project(name, value):
        out = convolve(value, weights[name])
        return layer_norm(out, *weights[f"{name}_norm"]) if f"{name}_norm" in weights else out

    xi, xf, xg, xi_, xf_, xg_, xo = np.split(project("input", x), 7, axis=-1)
    hi, hf, hg, ho = np.split(project("recurrent", h), 4, axis=-1)
    mi, mf, mg = np.split(project("memory", m), 3, axis=-1)
    delta_c = sigmoid(xi + hi) * np.tanh(xg + hg)
    delta_m = sigmoid(xi_ + mi) * np.tanh(xg_ + mg)
    c_new = sigmoid(xf + hf + forget_bias) * c + delta_c
    m_new = sigmoid(xf_ + mf + forget_bias) * m + delta_m
    both = np.concatenate([c_new, m_new], axis=-1)
    o = sigmoid(xo + ho + project("output", both))
    h_new = o * np.tanh(convolve(both, weights["fusion"]))
    return {"h": h_new, "c": c_new, "m": m_new, "delta_c": delta_c, "delta_m": delta_m}


def weights_of(cell):
    """Kernels and normalisation weights of a built SpatioTemporalLSTMCell, as float64."""
    layers = {"output": cell.output_conv, "fusion": cell.fusion_conv}
    norms = {"output": cell.output_norm}
    if cell.layer_norm:
        for name in ("input", "recurrent", "memory"):
            layers[name] = getattr(cell.gates, f"{name}_conv")
            norms[name] = getattr(cell.gates, f"{name}_norm")
    arrays = {name: np.asarray(layer.kernel, "float64") for name, layer in layers.items()}
    for name, norm in norms.items() if cell.layer_norm else ():
        arrays[f"{name}_norm"] = (np.asarray(norm.gamma), np.asarray(norm.beta))
    if not cell.layer_norm:
        arrays |= apart(cell)
    return arrays


def apart(cell):
    """The kernels of `FusedGates`, one for each input: x to i f g i_ f_ g_ o, h and m."""
    F, gates = cell.filters, cell.gates
    of_c = np.asarray(gates.temporal.kernel, "float64")
    of_m = np.asarray(gates.spatiotemporal.kernel, "float64")
    C = of_c.shape[2] - F
    of_x = [of_c[:, :, :C, : 3 * F], of_m[:, :, :C], of_c[:, :, :C, 3 * F :]]
    x = np.concatenate(of_x, axis=-1)
    return {"input": x, "recurrent": of_c[:, :, C:], "memory": of_m[:, :, C:]}


def assign_apart(cell, kernels):
    """Write kernels of each input, as `apart` has them, into `FusedGates`."""
    kernels = {**apart(cell), **kernels}
    F, (x, h, m) = cell.filters, (kernels[name] for name in ("input", "recurrent", "memory"))
    of_c = np.concatenate([x[..., : 3 * F], x[..., 6 * F :]], axis=-1)
    cell.gates.temporal.kernel.assign(np.concatenate([of_c, h], axis=2))
    cell.gates.spatiotemporal.kernel.assign(np.concatenate([x[..., 3 * F : 6 * F], m], axis=2))


def randomize_norms(cell):
    """Give all layer norms of a cell weights that hide no mistake."""
    norms = [layer for layer in cell._flatten_layers() if layer.name.endswith("_norm")]
    for k, norm in enumerate(norm for norm in norms if norm.weights):
        for weight, seed in zip(norm.weights, (k, 10 + k), strict=True):
            weight.assign(np.random.default_rng(seed).normal(size=weight.shape))


def decoupling(adapter, delta_c, delta_m):
    """Mean over channels of |cos| between the adapted increments: (B,)."""
    a, b = convolve(delta_c, adapter), convolve(delta_m, adapter)
    inner = np.abs((a * b).sum((1, 2)))
    norms = np.sqrt((a**2).sum((1, 2)) * (b**2).sum((1, 2)))
    return (inner / norms).mean(-1)
