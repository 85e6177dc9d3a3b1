"""Results with a gradient of their own, which last no longer than the graph they are in."""

import functools

from st_keras.private_api import record_gradient

REGISTERED = "StKerasOwnGradient"
ATTRIBUTE = "_st_keras_own_gradients"


def own_gradient(results, sources, gradients):
    """Return results whose gradient is what `gradients` says. TensorFlow only.

    As `tf.custom_gradient`, which in a graph registers each call under a name of its own, for the
    life of the process, and with it the graph: every model ever trained would stay in memory. Here
    one gradient is registered, and each graph knows its own functions. A saved graph does not: a
    loaded one has the gradient that TensorFlow makes of the operations.

    Args:
        results: list of tensors, made from the sources.
        sources: list of tensors. Weights are among them as tensors: what `results` were made from
            besides gets no gradient.
        gradients: function of as many upstream gradients as there are results. Returns a list of
            tensors, one per source.

    Returns:
        list of tensors, equal to `results`.

    Example:

    >>> import tensorflow as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     (y,) = own_gradient([x * x], [x], lambda upstream: [100.0 * upstream])
    >>> float(y), float(tape.gradient(y, x))
    (9.0, 100.0)
    """
    import tensorflow as tf

    if tf.executing_eagerly():
        own = tf.custom_gradient(lambda *_: (results, gradients))
        return list(own(*sources))
    _register()
    graph = tf.compat.v1.get_default_graph()
    # TensorFlow asks for a gradient by name, and in two ways: of an operation in a graph, as in the
    # body of a loop, and of a record on a tape.
    with graph.gradient_override_map({"IdentityN": REGISTERED}):
        outputs = tf.identity_n([*results, *sources])
    if not hasattr(graph, ATTRIBUTE):
        setattr(graph, ATTRIBUTE, {})
    getattr(graph, ATTRIBUTE)[outputs[0].op.name] = (len(results), gradients)
    record_gradient(REGISTERED, [*results, *sources], outputs)
    return outputs[: len(results)]


@functools.cache
def _register():
    """Register the gradient, once in a process."""
    import tensorflow as tf

    @tf.RegisterGradient(REGISTERED)
    def gradient(op, *upstream):
        if op is None:  # so TensorFlow asks when it saves a graph
            return list(upstream)
        first = op.outputs[0]
        count, gradients = getattr(first.graph, ATTRIBUTE)[first.op.name]
        return [*[None] * count, *gradients(*upstream[:count])]
