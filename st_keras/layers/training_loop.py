"""The loop over time in training with `remat` or `truncated_bptt`: in pieces of a few steps."""

import math

from keras import ops, tree

from st_keras.gradients.recomputed import recomputed
from st_keras.layers.loop_weights import loop_weights, weights_replaced


def training_loop(cell, sequences, states, remat=None, truncated_bptt=None, unroll=False):
    """Run a cell over (B, T, H, W, C), T static, in pieces of which training keeps less.

        pieces of k steps       k = 1, or sqrt(T) with remat="segment"; with `remat` nothing inside
                                a piece is kept: it is computed again from the states at its start
        chunks of n steps       n = `truncated_bptt`: no gradient flows through the states of the
                                cell from one into the one before. Other tensors that are carried
                                along, such as the sum of the decoupling term, are not states

    Args:
        cell: the cell, built.
        sequences: (B, T, H, W, C).
        states: list of initial states.
        remat, truncated_bptt, unroll: as in `SpatioTemporalRNN`.

    Returns:
        `(last output, all outputs (B, T, ...), last states)`.
    """
    steps = sequences.shape[1]
    states = [ops.copy(state) for state in states]  # statistics start as variables
    variables, tensors = loop_weights(cell)
    chunk_length = min(steps, truncated_bptt or steps)
    length = segment_length(chunk_length, remat)

    def one(frames, states):
        return step_by_step(cell, frames, states)

    def piece(arguments):
        frames, states, tensors = arguments
        with weights_replaced(variables, tensors):
            return in_pieces(one, frames, states, 1, unroll)

    def run_piece(frames, states):
        arguments = (frames, states, tensors)
        return recomputed(piece, arguments) if remat else piece(arguments)

    def chunk(frames, states):
        if truncated_bptt is not None:
            recurrent = len(cell.state_names)
            cut = [ops.stop_gradient(state) for state in states[:recurrent]]
            states = [*cut, *states[recurrent:]]
        return in_pieces(run_piece, frames, states, length, unroll)

    outputs, states = in_pieces(chunk, sequences, states, chunk_length, unroll)
    return tree.map_structure(lambda x: x[:, -1], outputs), outputs, states


def step_by_step(cell, sequences, states):
    """Call a cell for each step of (B, T, ...), T static: `(outputs (B, T, ...), states)`."""
    outputs = []
    for t in range(sequences.shape[1]):
        output, states = cell(sequences[:, t], states)
        outputs.append(output)
    return tree.map_structure(lambda *each: ops.stack(each, axis=1), *outputs), states


def segment_length(steps, remat):
    """Return how many of `steps` time steps are one piece.

    With remat="segment" about sqrt(T), so that the fewest steps are left over: these are a piece of
    their own, whose kernel gradients take memory of their own.
    """
    if remat != "segment":
        return 1
    root = math.sqrt(steps)
    near = range(max(1, int(root / 1.5)), int(1.5 * root) + 1)
    return min(near, key=lambda length: (steps % length, abs(length - root)))


def in_pieces(run, sequences, states, length, in_graph):
    """Run `run(frames, states) -> (outputs, states)` over pieces of `length` steps.

    Args:
        run: a function of (B, k, ...), k <= length, and states.
        sequences: (B, T, ...), T static.
        states: list of tensors.
        length: int. Steps per piece; the last piece has what is left.
        in_graph: bool. Whether the pieces follow one another in the graph; else they are a loop.
    """
    steps = sequences.shape[1]
    looped = 0 if in_graph or steps < 3 * length else steps - steps % length
    parts = []
    if looped:
        outputs, states = _loop(run, sequences[:, :looped], states, length)
        parts.append(outputs)
    for start in range(looped, steps, length):
        outputs, states = run(sequences[:, start : start + length], states)
        parts.append(outputs)
    if len(parts) == 1:
        return parts[0], states
    return tree.map_structure(lambda *each: ops.concatenate(each, axis=1), *parts), states


def _loop(run, sequences, states, length):
    import tensorflow as tf

    batch, steps, *rest = sequences.shape
    count = steps // length
    pieces = ops.reshape(sequences, (ops.shape(sequences)[0], count, length, *rest))
    shape = (batch, length, *rest)
    inputs = tf.TensorArray(sequences.dtype, count, element_shape=shape)
    inputs = inputs.unstack(ops.moveaxis(pieces, 1, 0))
    first = outputs_of(run, pieces[:, 0], states)
    written = [tf.TensorArray(x.dtype, count, element_shape=x.shape) for x in tree.flatten(first)]

    def body(i, written, states):
        outputs, states = run(inputs.read(i), states)
        flat = tree.flatten(outputs)
        return i + 1, [a.write(i, x) for a, x in zip(written, flat, strict=True)], states

    # XLA wants to know how many steps there are at most.
    _, written, states = tf.while_loop(
        lambda i, *_: i < count, body, (0, written, list(states)), maximum_iterations=count
    )
    return tree.pack_sequence_as(first, [_joined(array.stack()) for array in written]), states


def outputs_of(run, frames, states):
    """Return what `run` would return as outputs, as specs: a loop has to know them before."""
    import tensorflow as tf

    graph = tf.function(lambda: run(frames, states)[0], autograph=False).get_concrete_function()
    return graph.structured_outputs


def _joined(pieces):
    """(count, B, k, ...) to (B, count k, ...)."""
    count, _, length, *rest = pieces.shape
    pieces = ops.moveaxis(pieces, 0, 1)
    return ops.reshape(pieces, (ops.shape(pieces)[0], count * length, *rest))
