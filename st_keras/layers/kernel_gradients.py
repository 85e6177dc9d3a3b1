"""Kernel gradients of many time steps, each made by one product."""

from st_keras.gradients.own_gradient import own_gradient
from st_keras.layers.noted_step import NO_SECOND


class KernelGradients:
    """Lend the slots of some steps, and make kernel gradients of what comes back through them.

        dL/dkernel = [input_1 ... input_k] (*) [dL/doutput_1 ... dL/doutput_k]  along the batch

    A slot is a scalar without influence; its gradient is that at the outputs of one convolution in
    one step (`NotedStep`). Here the slots depend on the kernels, so that TensorFlow asks for the
    gradient of a kernel when it knows those of all its slots. There is no gradient of this one.

    Args:
        step: `NotedStep`, prepared.
        tensors: values of `step.variables`.
        count: int, steps.

    Attributes:
        slots: list over steps of lists over convolutions.
        inputs: the same for the inputs of the convolutions; the caller fills it, step by step,
            before gradients are asked for.
    """

    def __init__(self, step, tensors, count):
        places = {}
        for number, layer in enumerate(step.layers):
            places.setdefault(id(layer.kernel), []).append(number)
        self.inputs = []
        self.slots = [[None] * len(step.layers) for _ in range(count)]
        lent = step.new_slots()
        kernels = {id(v): x for v, x in zip(step.variables, tensors, strict=True)}
        for kernel, numbers in places.items():
            calls = [(t, number) for t in range(count) for number in numbers]
            layer = step.layers[numbers[0]]
            slots = self._lent(kernels[kernel], layer, calls, lent)
            for (t, number), slot in zip(calls, slots, strict=True):
                self.slots[t][number] = slot

    def _lent(self, kernel, layer, calls, slots):
        def gradients(*at_outputs):
            found = [
                (self.inputs[t][number], gradient)
                for (t, number), gradient in zip(calls, at_outputs, strict=True)
                if gradient is not None
                and gradient.shape.rank  # else the loss does not depend on it
            ]
            return [_product(layer, kernel, found)]

        return own_gradient([slots[number] for _, number in calls], [kernel], gradients)


def _product(layer, kernel, calls):
    """Return the gradient of one kernel from the inputs and output gradients of all its calls."""
    import tensorflow as tf

    if not calls:
        return tf.zeros_like(kernel)
    product = tf.raw_ops.Conv2DBackpropFilter(
        input=tf.concat([inputs for inputs, _ in calls], 0),
        filter_sizes=layer.kernel.shape,
        out_backprop=tf.concat([gradient for _, gradient in calls], 0),
        strides=[1, *layer.strides, 1],
        padding=layer.padding.upper(),
        dilations=[1, *layer.dilation_rate, 1],
    )
    return tf.raw_ops.PreventGradient(input=product, message=NO_SECOND)
