"""Functions of which nothing is kept for the gradient: they are computed again there."""

import keras

from st_keras.gradients.own_gradient import own_gradient


def recomputed(function, tensors):
    """Return `function(tensors)`; for its gradient nothing is kept but the tensors.

    As `keras.remat`, which under TensorFlow would keep the graph for the life of the process
    (see `own_gradient`).

    Args:
        function: from a list of tensors to a list of tensors. It reads no weights but those.
        tensors: list.

    Returns:
        list of tensors.

    Example:

    >>> from keras import ops
    >>> (y,) = recomputed(lambda tensors: [ops.exp(tensors[0])], [ops.zeros((2,))])
    >>> ops.convert_to_numpy(y).tolist()
    [1.0, 1.0]
    """
    if keras.backend.backend() != "tensorflow":
        return keras.remat(lambda *tensors: function(list(tensors)))(*tensors)
    import tensorflow as tf

    def gradients(*upstream):
        # The dependency keeps the graph optimizer from merging both computations into one.
        with tf.control_dependencies(upstream):
            again = [tf.identity(tensor) for tensor in tensors]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(again)
            results = function(again)
        return tape.gradient(results, again, upstream, tf.UnconnectedGradients.ZERO)

    return own_gradient(function(tensors), tensors, gradients)
