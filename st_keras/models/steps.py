"""Look inside a next-frame network: its states step by step, and what they average to."""

from keras import ops, tree

from st_keras.models.streaming import initial_states
from st_keras.validation import error


def run_steps(network, frames, observed_mask=None):
    """Run a built network one step at a time, in inference.

    Args:
        network: a built `NextFrameNetwork`.
        frames: (B, T, H, W, C) in network units; T static.
        observed_mask: (B, T) or None, as in its `call`.

    Yields:
        `(inputs, states before, states after)` of the rollout cell for each step, all of them
        dicts: the states by its `state_names`, such as "prediction", "h1", "c1".
    """
    if network.action_size is not None:
        raise error(
            "run_steps",
            f"{type(network).__name__}, which is action-conditioned",
            "a network that reads frames alone",
            "Use PredRNN, ModeRNN or ConvLSTM.",
        )
    cell = network.rnn.cell
    inputs = network.step_inputs(frames, observed_mask)
    states = initial_states(network, *ops.shape(frames)[:1], *ops.shape(frames)[2:4])
    for t in range(frames.shape[1]):
        x, before = tree.map_structure(lambda each, t=t: each[:, t], inputs), states
        _, states = cell(x, before)
        yield x, cell.by_name(before), cell.by_name(states)


def memory_features(network, frames, observed_mask=None):
    """Return the memory of each layer, averaged over time and space.

        feature_l[b, f] = mean over t, i, j of memory_l[b, t, i, j, f]

    The memory is c of PredRNN and ConvLSTM, `slots` of ModeRNN (`memory_name` of a cell). The
    released code of ModeRNN saves those of its first layer, for a map of the modes.

    Args:
        network: a built `PredRNN`, `ModeRNN` or `ConvLSTM`.
        frames: (B, T, H, W, C) in network units; T static.
        observed_mask: (B, T) or None (all observed).

    Returns:
        List of L tensors (B, channels of the memory) in float32, bottom layer first.

    Example:

    >>> import numpy as np
    >>> from st_keras.models import ConvLSTM
    >>> network = ConvLSTM(filters=(8, 4), kernel_size=3)
    >>> network.build((None, None, 16, 16, 1))
    >>> [f.shape for f in memory_features(network, np.zeros((2, 5, 16, 16, 1), "float32"))]
    [TensorShape([2, 8]), TensorShape([2, 4])]
    """
    layers = network.rnn.cell.cell.cells
    names = [f"{cell.memory_name}{layer}" for layer, cell in enumerate(layers, start=1)]
    means = []
    for _, _, states in run_steps(network, frames, observed_mask):
        means.append([ops.mean(states[name], axis=(1, 2)) for name in names])
    return [ops.mean(ops.stack(layer), axis=0) for layer in zip(*means, strict=True)]
