"""The loop over time in training: how many steps are one piece, and what is kept of them."""

import math

from keras import ops, tree

from st_keras.layers.loop_weights import loop_weights
from st_keras.layers.noted_step import NotedStep
from st_keras.layers.segment import run_segment

REMATS = ("step", "segment")


def training_loop(cell, sequences, states, remat=None, truncated_bptt=None, unroll=False):
    """Run a cell over (B, T, H, W, C), T static, in pieces whose gradient is organised for memory.

        pieces of k steps       k = 1, or sqrt(T) with remat="segment"
        chunks of n steps       n = `truncated_bptt`: no gradient flows from one into the one before

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
    step = NotedStep(cell, variables)
    step.prepare(sequences[:, 0], states, tensors)
    chunk_length = min(steps, truncated_bptt or steps)
    length = segment_length(chunk_length, remat)

    def segment(frames, states):
        return run_segment(step, frames, states, tensors, remat is not None)

    def chunk(frames, states):
        if truncated_bptt is not None:
            states = [ops.stop_gradient(state) for state in states]
        return in_pieces(segment, frames, states, length, unroll)

    outputs, states = in_pieces(chunk, sequences, states, chunk_length, unroll)
    return tree.map_structure(lambda x: x[:, -1], outputs), outputs, states


def segment_length(steps, remat):
    """Return how many of `steps` time steps are one piece."""
    return math.ceil(math.sqrt(steps)) if remat == "segment" else 1


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

    count = sequences.shape[1] // length
    pieces = tf.split(sequences, count, axis=1)
    inputs = tf.TensorArray(sequences.dtype, count, element_shape=pieces[0].shape)
    inputs = inputs.unstack(tf.stack(pieces))
    first, states = run(pieces[0], states)  # before the loop, which needs to know its outputs
    written = [
        tf.TensorArray(x.dtype, count, element_shape=x.shape).write(0, x)
        for x in tree.flatten(first)
    ]

    def body(i, written, states):
        outputs, states = run(inputs.read(i), states)
        flat = tree.flatten(outputs)
        return i + 1, [a.write(i, x) for a, x in zip(written, flat, strict=True)], states

    _, written, states = tf.while_loop(lambda i, *_: i < count, body, (1, written, list(states)))
    return tree.pack_sequence_as(first, [_joined(array.stack()) for array in written]), states


def _joined(pieces):
    """(count, B, k, ...) to (B, count k, ...)."""
    count, _, length, *rest = pieces.shape
    pieces = ops.moveaxis(pieces, 0, 1)
    return ops.reshape(pieces, (ops.shape(pieces)[0], count * length, *rest))
