"""Some time steps as one piece, whose gradient is made at once, or from values computed again."""

from keras import ops, tree

from st_keras.gradients.recomputed import recomputed
from st_keras.layers.kernel_gradients import KernelGradients


def run_segment(step, frames, states, tensors, remat=False):
    """Run a cell over a few time steps. TensorFlow only.

    The function is that of calling the cell step by step. Its gradient is organised otherwise:

    - the kernel of a convolution (`StepConv2D`) gets its gradient from one product over all steps
      of the segment, which a processor computes faster than one product per step;
    - with `remat` nothing inside the segment is kept for the backward pass: it is computed again
      there from the states at the start.

    There is no gradient of this gradient: who asks for one gets an error, not a wrong number.

    Args:
        step: `NotedStep` of the cell, prepared.
        frames: (B, k, H, W, C), k static.
        states: list of tensors.
        tensors: the weights, in the order of `step.variables`.
        remat: bool. Default False.

    Returns:
        `(outputs, states)`: the outputs of the steps, each stacked along axis 1.
    """
    first_weight = 1 + len(states)

    def forward(sources):
        """Return all results in one list."""
        frames, states, tensors = sources[0], sources[1:first_weight], sources[first_weight:]
        kernels = KernelGradients(step, tensors, frames.shape[1])
        outputs = []
        for t, slots in enumerate(kernels.slots):
            output, states, inputs = step(frames[:, t], states, tensors, slots)
            outputs.append(output)
            kernels.inputs.append(inputs)
        stacked = [ops.stack(parts, axis=1) for parts in zip(*outputs, strict=True)]
        return [*stacked, *states]

    sources = [frames, *states, *tensors]
    results = recomputed(forward, sources) if remat else forward(sources)
    count = len(results) - len(states)
    return tree.pack_sequence_as(step.structure, results[:count]), list(results[count:])
