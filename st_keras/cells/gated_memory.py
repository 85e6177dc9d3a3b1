"""The gated update of a memory, and what of it is kept for the gradient."""

from keras import ops

from st_keras.gradients.remat_call import remat_call
from st_keras.ops import memory_update


def gated_memory(memory, i, f, g, forget_bias):
    """Return the updated memory and its increment, from the gates before their activations.

        increment = sig(i) . tanh(g)
        memory'   = sig(f + forget_bias) . memory + increment

    The gates are widened to the dtype of the memory before their activations, not after. Where they
    are narrower than the memory (mixed precision), the gradient computes the activations again:
    what came in takes half the memory of what they are in float32.

    Args:
        memory: (B, H, W, F).
        i, f, g: (B, H, W, F), pre-activations of input gate, forget gate and candidate.
        forget_bias: float.

    Returns:
        `(memory', increment)`, both of the dtype of `memory`.
    """

    def update(arguments):
        memory, *gates = arguments
        i, f, g = (ops.cast(gate, memory.dtype) for gate in gates)
        return memory_update(memory, ops.sigmoid(i), ops.sigmoid(f + forget_bias), ops.tanh(g))

    arguments = [memory, i, f, g]
    return update(arguments) if i.dtype == memory.dtype else remat_call(update, arguments)
