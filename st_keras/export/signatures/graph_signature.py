"""One function of a served model: named tensors in, named tensors out, checks before the work."""

import dataclasses
from collections.abc import Callable

import tensorflow as tf

from st_keras.export.signatures.checks import check_known_sizes


@dataclasses.dataclass(frozen=True)
class GraphSignature:
    """A function to trace, with the inputs it takes.

    Args:
        name: str, with which its errors begin.
        inputs: dict from the names of the inputs to `tf.TensorSpec`, in the order of the graph's.
        checks: function of the named inputs; returns a list of assertions.
        outputs: function of the named inputs; returns a dict of tensors.
    """

    name: str
    inputs: dict
    checks: Callable
    outputs: Callable

    def trace(self):
        """Return the graph, a `ConcreteFunction` of the inputs in their order."""
        specs = [
            tf.TensorSpec(spec.shape, spec.dtype, name=name) for name, spec in self.inputs.items()
        ]
        function = tf.function(self._answer, input_signature=specs, autograph=False)
        return function.get_concrete_function()

    def by_name(self, graph):
        """Return a traced graph as a function of named tensors or arrays."""
        return lambda **named: graph(*(tf.convert_to_tensor(named[name]) for name in self.inputs))

    def check(self, **inputs):
        """Raise `tf.errors.InvalidArgumentError` if the graph would refuse the named arrays.

        Only the checks are traced, which is soon done.
        """
        named = {name: tf.convert_to_tensor(inputs[name]) for name in self.inputs}
        tf.function(self._checked, autograph=False)(named)

    def _answer(self, *tensors):
        return self.outputs(**self._checked(dict(zip(self.inputs, tensors, strict=True))))

    def _checked(self, named):
        # Else the operations that cannot work with such inputs may run, and fail, first.
        with tf.control_dependencies([*self._size_checks(named), *self.checks(**named)]):
            return {name: tf.identity(tensor) for name, tensor in named.items()}

    def _size_checks(self, named):
        # TF Serving does not look at the sizes that the specs fix.
        return [
            check_known_sizes(self.name, name, tensor, self.inputs[name].shape.as_list())
            for name, tensor in named.items()
            if any(self.inputs[name].shape.as_list())
        ]


def integer():
    """Spec of an int32 scalar."""
    return tf.TensorSpec((), tf.int32)


def real(*shape):
    """Spec of a float32 tensor."""
    return tf.TensorSpec(shape, tf.float32)
