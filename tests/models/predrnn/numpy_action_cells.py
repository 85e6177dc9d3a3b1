"""The action-conditioned ST-LSTM in NumPy; nothing of the package."""

import numpy as np

from tests.models.predrnn.numpy_cells import convolve, layer_norm, sigmoid

CONVOLUTIONS = ("input", "recurrent", "action", "memory", "output", "fusion")


def weights_of(cell):
    """Kernels, biases and normalisation weights of a built cell, as float64."""
    arrays = {}
    for name in CONVOLUTIONS:
        conv = conv_of(cell, name)
        arrays[name] = np.asarray(conv.kernel, "float64")
        arrays[f"{name}_bias"] = np.asarray(conv.bias, "float64") if conv.use_bias else 0.0
        norm = getattr(cell if name == "output" else cell.gates, f"{name}_norm", None)
        if norm is not None and norm.weights:
            arrays[f"{name}_norm"] = (np.asarray(norm.gamma), np.asarray(norm.beta))
    return arrays


def conv_of(cell, name):
    """The convolution of a cell or of its gates."""
    return getattr(cell if name in ("output", "fusion") else cell.gates, f"{name}_conv")


def action_st_lstm_step(weights, x, a, h, c, m, forget_bias=1.0):
    """One step: dict of h, c, m, delta_c, delta_m."""

    def project(name, value):
        out = convolve(value, weights[name]) + weights[f"{name}_bias"]
        return layer_norm(out, *weights[f"{name}_norm"]) if f"{name}_norm" in weights else out

    xi, xf, xg, xi_, xf_, xg_, xo = np.split(project("input", x), 7, axis=-1)
    vi, vf, vg, vo = np.split(project("recurrent", h) * project("action", a), 4, axis=-1)
    mi, mf, mg = np.split(project("memory", m), 3, axis=-1)
    delta_c = sigmoid(xi + vi) * np.tanh(xg + vg)
    delta_m = sigmoid(xi_ + mi) * np.tanh(xg_ + mg)
    c_new = sigmoid(xf + vf + forget_bias) * c + delta_c
    m_new = sigmoid(xf_ + mf + forget_bias) * m + delta_m
    both = np.concatenate([c_new, m_new], axis=-1)
    o = sigmoid(xo + vo + project("output", both))
    h_new = o * np.tanh(project("fusion", both))
    return {"h": h_new, "c": c_new, "m": m_new, "delta_c": delta_c, "delta_m": delta_m}
