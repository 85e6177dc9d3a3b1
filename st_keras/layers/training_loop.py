"""The loop over time in training with `remat` or `truncated_bptt`: in pieces of a few steps."""

import dataclasses
import functools
import math

from keras import ops, tree

from st_keras.gradients.remat_call import remat_call


def training_loop(step, sequences, carry, remat=None, truncated_bptt=None, unroll=False):
    """Run a step over (B, T, ...), T static, in pieces of which training keeps less.

        chunks of n steps       n = `truncated_bptt`: no gradient flows through the states from one
                                chunk into the one before
        pieces of k steps       k = 1, or sqrt(n) with remat="segment"; with `remat` nothing inside
                                a piece is kept: it is computed again from the carry at its start

    Args:
        step: `CellStep`, which reads all weights as tensors.
        sequences: (B, T, ...), or a dict of them.
        carry: what `step.start` returns.
        remat, truncated_bptt, unroll: as in `SpatioTemporalRNN`.

    Returns:
        `(all outputs (B, T, ...), last carry)`.
    """
    steps = tree.flatten(sequences)[0].shape[1]
    chunk_length = min(steps, truncated_bptt or steps)
    piece_length = segment_length(chunk_length, remat)

    def piece_of(arguments):
        frames, carry, tensors = arguments
        one = functools.partial(step_by_step, dataclasses.replace(step, tensors=tensors))
        return in_pieces(one, frames, carry, 1, unroll)

    def piece(frames, carry):
        arguments = (frames, carry, step.tensors)
        return remat_call(piece_of, arguments) if remat else piece_of(arguments)

    def chunk(frames, carry):
        states, statistics = carry
        if truncated_bptt is not None:
            states = [ops.stop_gradient(state) for state in states]
        return in_pieces(piece, frames, [states, statistics], piece_length, unroll)

    return in_pieces(chunk, sequences, carry, chunk_length, unroll)


def step_by_step(step, sequences, carry):
    """Call a step for each step of (B, T, ...), T static: `(outputs (B, T, ...), carry)`."""
    outputs = []
    for t in range(tree.flatten(sequences)[0].shape[1]):
        output, carry = step(at(sequences, t), carry)
        outputs.append(output)
    return tree.map_structure(lambda *each: ops.stack(each, axis=1), *outputs), carry


def at(sequences, steps):
    """Return the step or the slice of steps of (B, T, ...), or of a dict of them."""
    return tree.map_structure(lambda x: x[:, steps], sequences)


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


def in_pieces(run, sequences, carry, length, in_graph):
    """Run `run(frames, carry) -> (outputs, carry)` over pieces of `length` steps.

    Args:
        run: a function of (B, k, ...), k <= length, and a carry.
        sequences: (B, T, ...), or a dict of them; T static.
        carry: nested lists of tensors.
        length: int. Steps per piece; the last piece has what is left.
        in_graph: bool. Whether the pieces follow one another in the graph; else they are a loop.
    """
    steps = tree.flatten(sequences)[0].shape[1]
    looped = 0 if in_graph or steps < 3 * length else steps - steps % length
    parts = []
    if looped:
        outputs, carry = _loop(run, at(sequences, slice(looped)), carry, length)
        parts.append(outputs)
    for start in range(looped, steps, length):
        outputs, carry = run(at(sequences, slice(start, start + length)), carry)
        parts.append(outputs)
    if len(parts) == 1:
        return parts[0], carry
    return tree.map_structure(lambda *each: ops.concatenate(each, axis=1), *parts), carry


def _loop(run, sequences, carry, length):
    import tensorflow as tf

    pieces = tree.map_structure(lambda x: _cut(x, length), sequences)
    count = tree.flatten(pieces)[0].shape[0]
    read = [_array(x).unstack(x) for x in tree.flatten(pieces)]
    first = outputs_of(run, tree.map_structure(lambda x: x[0], pieces), carry)
    written = [tf.TensorArray(x.dtype, count, element_shape=x.shape) for x in tree.flatten(first)]

    def body(i, written, carry):
        frames = tree.pack_sequence_as(pieces, [array.read(i) for array in read])
        outputs, carry = run(frames, carry)
        flat = tree.flatten(outputs)
        return i + 1, [a.write(i, x) for a, x in zip(written, flat, strict=True)], carry

    # XLA wants to know how many steps there are at most.
    _, written, carry = tf.while_loop(
        lambda i, *_: i < count, body, (0, written, carry), maximum_iterations=count
    )
    return tree.pack_sequence_as(first, [_joined(array.stack()) for array in written]), carry


def _array(pieces):
    import tensorflow as tf

    return tf.TensorArray(pieces.dtype, pieces.shape[0], element_shape=pieces.shape[1:])


def outputs_of(run, frames, carry):
    """Return what `run` would return as outputs, as specs: a loop has to know them before."""
    import tensorflow as tf

    graph = tf.function(lambda: run(frames, carry)[0], autograph=False).get_concrete_function()
    return graph.structured_outputs


def _cut(sequences, length):
    """(B, count k, ...) to (count, B, k, ...)."""
    _, steps, *rest = sequences.shape
    pieces = ops.reshape(sequences, (ops.shape(sequences)[0], steps // length, length, *rest))
    return ops.moveaxis(pieces, 1, 0)


def _joined(pieces):
    """(count, B, k, ...) to (B, count k, ...)."""
    count, _, length, *rest = pieces.shape
    pieces = ops.moveaxis(pieces, 0, 1)
    return ops.reshape(pieces, (ops.shape(pieces)[0], count * length, *rest))
