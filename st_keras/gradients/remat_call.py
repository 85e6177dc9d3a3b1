"""Functions of which nothing is kept for the gradient: they are computed again there."""

import keras
from keras import tree

from st_keras.gradients.own_gradient import own_gradient


def remat_call(function, arguments):
    """Return `function(arguments)`; for its gradient nothing is kept but the arguments.

    As `keras.remat`, which under TensorFlow would keep the graph for the life of the process
    (see `own_gradient`).

    Args:
        function: of one argument. It reads no weights but those in it.
        arguments: tensor, or nested lists, tuples and dicts of tensors.

    Returns:
        What the function returns: tensor, or nested structure of tensors.

    Example:

    >>> from keras import ops
    >>> ops.convert_to_numpy(remat_call(ops.exp, ops.zeros((2,)))).tolist()
    [1.0, 1.0]
    """
    if keras.backend.backend() != "tensorflow":
        return keras.remat(function)(arguments)
    import tensorflow as tf

    sources = tree.flatten(arguments)

    def gradients(*upstream):
        # The dependency keeps the graph optimizer from merging both computations into one.
        with tf.control_dependencies(upstream):
            again = [tf.identity(tensor) for tensor in sources]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(again)
            results = function(tree.pack_sequence_as(arguments, again))
        return tape.gradient(tree.flatten(results), again, upstream, tf.UnconnectedGradients.ZERO)

    results = function(arguments)
    return tree.pack_sequence_as(results, own_gradient(tree.flatten(results), sources, gradients))
