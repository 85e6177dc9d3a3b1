"""One step of a cell as a function that is traced once, with its convolutions laid open."""

import keras
from keras import ops, tree

from st_keras.cells.step_conv import noted_convolutions
from st_keras.gradients.own_gradient import own_gradient
from st_keras.layers.loop_weights import weights_replaced

NO_SECOND = (
    "st_keras: the gradient of a training step has no gradient itself. "
    "Call the network with training=False where you need one of second order."
)


class NotedStep:
    """Call a cell for one time step; TensorFlow only.

    The graph of a step and that of its gradient are made once, however many steps call them (they
    are inlined when the graph is compiled), so that an unrolled loop is traced as fast as a short
    one.

    A kernel's gradient needs the inputs of its convolution and the gradients at its outputs. The
    inputs are returned. A gradient leaves the graph of a step as that of a *slot*: a scalar that is
    passed in and has no influence.

    Args:
        cell: the cell, built.
        variables: its weights, as `loop_weights` lists them.

    Call arguments:
        frame, states: as those of the cell.
        tensors: values of the variables.
        slots: list, as `new_slots` returns.

    Returns:
        `(outputs, states, inputs)`: lists; the outputs flattened, and the inputs of the
        convolutions, in the order of the slots.
    """

    def __init__(self, cell, variables):
        import tensorflow as tf

        self.cell, self.variables = cell, variables
        self.structure, self.layers, self._dtypes = None, None, None
        self._traced = tf.function(self._step, autograph=False)

    def prepare(self, frame, states, tensors):
        """Find out which convolutions a step calls."""
        import tensorflow as tf

        if self.layers is None:
            step = tf.function(self._step, autograph=False)
            step.get_concrete_function(frame, list(states), list(tensors), None)

    def new_slots(self):
        """Return the slots of one step."""
        import tensorflow as tf

        # Of unknown shape, for TensorFlow checks known ones against those of the gradients.
        return [
            tf.raw_ops.PlaceholderWithDefault(input=tf.zeros((), dtype), shape=tf.TensorShape(None))
            for dtype in self._dtypes
        ]

    def __call__(self, frame, states, tensors, slots):
        """Run the step; eagerly where all else runs eagerly."""
        import tensorflow as tf

        step = self._step if tf.executing_eagerly() else self._traced
        return step(frame, list(states), list(tensors), slots)

    def _step(self, frame, states, tensors, slots):
        waiting = None if slots is None else iter(slots)
        tap = None if slots is None else lambda outputs: _tapped(outputs, next(waiting))
        with weights_replaced(self.variables, tensors), noted_convolutions(tap) as calls:
            outputs, states = self.cell(frame, states)
        if slots is None:
            self.structure = tree.map_structure(lambda x: None, outputs)
            self.layers = [layer for layer, *_ in calls]
            self._dtypes = [keras.backend.standardize_dtype(y.dtype) for *_, y in calls]
        inputs = [ops.stop_gradient(inputs) for _, inputs, _ in calls]
        return tree.flatten(outputs), list(states), inputs


def _tapped(outputs, slot):
    """The outputs; their gradient is that of the slot, too."""
    import tensorflow as tf

    def gradients(upstream):
        # The kernel counts as a constant, so a gradient of this gradient would lack its part.
        gradient = tf.raw_ops.PreventGradient(input=upstream, message=NO_SECOND)
        return [gradient, gradient]

    return own_gradient([outputs], [outputs, slot], gradients)[0]
