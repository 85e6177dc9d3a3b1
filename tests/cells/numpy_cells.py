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
    names = ("input", "recurrent", "memory", "output", "fusion")
    arrays = {n: np.asarray(getattr(cell, f"{n}_conv").kernel, "float64") for n in names}
    for name, norm in cell.norms.items():
        arrays[f"{name}_norm"] = (np.asarray(norm.gamma), np.asarray(norm.beta))
    return arrays


def decoupling(adapter, delta_c, delta_m):
    """Mean over channels of |cos| between the adapted increments: (B,)."""
    a, b = convolve(delta_c, adapter), convolve(delta_m, adapter)
    inner = np.abs((a * b).sum((1, 2)))
    norms = np.sqrt((a**2).sum((1, 2)) * (b**2).sum((1, 2)))
    return (inner / norms).mean(-1)
