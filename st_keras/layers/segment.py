"""Some time steps as one piece, whose gradient is made at once, or from values computed again."""

from keras import ops, tree

NO_SECOND = (
    "st_keras: the gradient of a training step has no gradient itself. "
    "Call the network with training=False where you need one of second order."
)


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
    import tensorflow as tf

    first_weight = 1 + len(states)

    def forward(sources, tape=None):
        """Return all results in one list, and `(slots, inputs)` of each step."""
        frames, states, tensors = sources[0], sources[1:first_weight], sources[first_weight:]
        outputs, notes = [], []
        for t in range(frames.shape[1]):
            slots = step.new_slots()
            if tape is not None:
                tape.watch(slots)
            output, states, inputs = step(frames[:, t], states, tensors, slots)
            outputs.append(output)
            notes.append((slots, inputs))
        stacked = [ops.stack(parts, axis=1) for parts in zip(*outputs, strict=True)]
        return [*stacked, *states], notes

    @tf.custom_gradient
    def segment(*sources):
        if not remat:
            return _taped(forward, sources, step)

        def gradients(*upstream):
            # The dependency keeps the graph optimizer from merging both computations into one.
            with tf.control_dependencies(upstream):
                again = [tf.identity(source) for source in sources]
            return _taped(forward, again, step)[1](*upstream)

        return forward(sources)[0], gradients

    results = segment(frames, *states, *tensors)
    count = len(results) - len(states)
    return tree.pack_sequence_as(step.structure, results[:count]), list(results[count:])


def _taped(forward, sources, step):
    """Return the results of `forward(sources)`, and the function that makes gradients of theirs."""
    import tensorflow as tf

    # Persistent, for the caller's tape may be so, and ask for the gradients of several losses.
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(sources)
        results, notes = forward(sources, tape)

    def gradients(*upstream):
        slots = [slot for slots, _ in notes for slot in slots]
        found = tape.gradient(results, [*sources, *slots], upstream)
        found, at_outputs = found[: len(sources)], found[len(sources) :]
        inputs = [x for _, inputs in notes for x in inputs]
        calls_of = {}
        for layer, x, y in zip(step.layers * len(notes), inputs, at_outputs, strict=True):
            if y is not None and y.shape.rank:  # else the loss does not depend on it
                calls_of.setdefault(id(layer.kernel), []).append((layer, x, y))
        first_weight = len(sources) - len(step.variables)
        for place, variable in enumerate(step.variables, start=first_weight):
            if id(variable) in calls_of:
                found[place] = _kernel_gradient(calls_of[id(variable)])
        found = [
            tf.zeros_like(source) if gradient is None else gradient
            for source, gradient in zip(sources, found, strict=True)
        ]
        return [tf.raw_ops.PreventGradient(input=each, message=NO_SECOND) for each in found]

    return results, gradients


def _kernel_gradient(calls):
    """Return the gradient of one kernel from all calls of its convolution."""
    import tensorflow as tf

    layer = calls[0][0]
    return tf.raw_ops.Conv2DBackpropFilter(
        input=tf.concat([inputs for _, inputs, _ in calls], 0),
        filter_sizes=layer.kernel.shape,
        out_backprop=tf.concat([gradient for *_, gradient in calls], 0),
        strides=[1, *layer.strides, 1],
        padding=layer.padding.upper(),
        dilations=[1, *layer.dilation_rate, 1],
    )
